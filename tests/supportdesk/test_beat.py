"""What beat wakes, and when: no night of a year is longer or shorter for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from celery import Celery
from celery.schedules import schedule

from supportdesk.celery import app


def due_in(app: Celery, every: timedelta, last: datetime, now: datetime) -> float:
    """Seconds until an entry that ran at `last` runs again."""
    return max(0.0, schedule(every, app=app, nowfun=lambda: now).remaining_estimate(last).total_seconds())


def test_every_entry_is_an_interval_and_the_clock_is_utc() -> None:
    assert app.conf.timezone == "UTC"
    assert app.conf.enable_utc
    assert all(type(each["schedule"]) is timedelta for each in app.conf.beat_schedule.values())


@pytest.mark.parametrize("night", [datetime(2026, 10, 25, 0, 0, tzinfo=UTC), datetime(2026, 3, 29, 0, 0, tzinfo=UTC)])
def test_the_sweep_runs_all_the_night_in_which_clocks_are_changed(night: datetime) -> None:
    """DT17: Berlin puts its clocks back at one o'clock UTC; between two runs there is never more than an interval."""
    every = app.conf.beat_schedule["sweep"]["schedule"]
    berlin, at, end = ZoneInfo("Europe/Berlin"), night, night + timedelta(hours=3)
    assert night.astimezone(berlin).utcoffset() != end.astimezone(berlin).utcoffset()
    while at < end:
        assert due_in(app, every, at, at + every) == 0
        assert due_in(app, every, at, at + every / 2) > 0
        at += every
