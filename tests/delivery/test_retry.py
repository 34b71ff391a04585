"""The retry schedule, as a table."""

from datetime import UTC, datetime, timedelta

import pytest

from delivery.retry import GIVE_UP_AFTER, next_attempt

START = datetime(2026, 6, 8, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("attempts", "minutes"), [(0, 0), (1, 1), (2, 5), (3, 15), (4, 60), (5, 60), (6, 60), (40, 60)]
)
def test_waits_grow_and_then_stay_hourly(attempts: int, minutes: int) -> None:
    assert next_attempt(attempts=attempts, owed_since=START, now=START) == START + timedelta(minutes=minutes)


def test_a_message_is_given_up_after_72_hours() -> None:
    last = START + GIVE_UP_AFTER - timedelta(hours=1)
    assert next_attempt(attempts=70, owed_since=START, now=last) == START + GIVE_UP_AFTER
    assert next_attempt(attempts=71, owed_since=START, now=last + timedelta(microseconds=1)) is None


def test_a_message_that_was_never_tried_is_tried_however_old_it_is() -> None:
    late = START + timedelta(days=30)
    assert next_attempt(attempts=0, owed_since=START, now=late) == late


def test_an_outage_of_three_days_is_tried_about_seventy_times() -> None:
    now, attempts = START, 0
    while at := next_attempt(attempts=attempts, owed_since=START, now=now):
        now, attempts = at, attempts + 1
    assert attempts == 75
    assert now <= START + GIVE_UP_AFTER
