"""What a clock says, from its segments alone."""

import datetime as dt

import pytest

from sla.calendar import BusinessCalendar
from sla.clock import ClockFacts, Segment, read

OFFICE = BusinessCalendar.from_definition(
    {"tz": "Asia/Shanghai", "weekly": {day: [["09:00", "17:30"]] for day in ("mon", "tue", "wed", "thu", "fri")}}
)
ALWAYS = BusinessCalendar.always()
HOUR = 3600


def at(text: str) -> dt.datetime:
    """ "8 10:00" is 8 June 2026, 10:00 in Shanghai (a Monday)."""
    day, time = text.split()
    return dt.datetime.fromisoformat(f"2026-06-{int(day):02d}T{time}:00+08:00")


def clock(*steps: tuple[str, str], target: int = 4 * HOUR, calendar: BusinessCalendar = OFFICE, **facts) -> ClockFacts:
    return ClockFacts([Segment(step, at(when)) for step, when in steps], target, calendar, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facts", "now", "state", "due"),
    [
        (clock(("started", "8 10:00")), "8 11:00", "running", "8 14:00"),
        (clock(("started", "8 16:30")), "8 17:00", "running", "9 12:00"),
        (clock(("started", "8 10:00")), "8 14:00", "running", "8 14:00"),
        (clock(("started", "8 10:00")), "8 14:01", "breached", "8 14:00"),
        (clock(("started", "8 10:00"), ("stopped", "8 14:00")), "8 20:00", "met", "8 14:00"),
        (clock(("started", "8 10:00"), ("stopped", "8 14:01")), "8 20:00", "breached", "8 14:00"),
        (clock(("started", "8 10:00"), ("paused", "8 11:00")), "20 11:00", "paused", None),
        (clock(("started", "8 10:00"), ("paused", "8 11:00"), ("resumed", "9 11:00")), "9 11:30", "running", "9 14:00"),
        (clock(("started", "8 10:00"), ("paused", "8 11:00"), ("stopped", "9 11:00")), "9 12:00", "met", "9 14:00"),
        (clock(("started", "8 10:00"), ("cancelled", "8 11:00")), "20 11:00", "cancelled", "8 14:00"),
        (clock(("started", "13 10:00"), target=8 * HOUR, calendar=ALWAYS), "13 11:00", "running", "13 18:00"),
    ],
)
def test_state_and_due(facts: ClockFacts, now: str, state: str, due: str | None) -> None:
    reading = read(facts, at(now))
    assert reading.state == state
    assert reading.due_at == (at(due) if due else None)


def test_a_paused_night_counts_as_working_time_not_as_wall_clock() -> None:
    """Hold time added as wall clock would put the due at 14:00 of the next week."""
    facts = clock(("started", "12 16:30"), ("paused", "12 17:00"), ("resumed", "15 09:30"))
    assert read(facts, at("15 09:30")).due_at == at("15 13:00")


def test_elapsed_and_remaining_stand_still_while_paused() -> None:
    facts = clock(("started", "8 10:00"), ("paused", "8 11:00"))
    early, late = read(facts, at("8 12:00")), read(facts, at("18 12:00"))
    assert (early.elapsed_for, early.remaining_for) == (late.elapsed_for, late.remaining_for) == (HOUR, 3 * HOUR)


def test_a_recorded_breach_stays_whatever_comes_later() -> None:
    facts = clock(("started", "8 10:00"), ("paused", "8 15:00"), breached_at=at("8 14:00"), frozen_due_at=at("8 14:00"))
    assert read(facts, at("9 10:00")).state == "breached"
    assert read(facts, at("9 10:00")).due_at == at("8 14:00")


def test_at_risk_begins_at_three_quarters_of_the_target() -> None:
    reading = read(clock(("started", "8 10:00")), at("8 12:59"))
    assert reading.at_risk_at == at("8 13:00")
    assert not reading.is_at_risk(at("8 12:59"))
    assert reading.is_at_risk(at("8 13:00"))


def test_a_calendar_without_working_time_is_never_late() -> None:
    never = BusinessCalendar.from_definition({"tz": "UTC", "weekly": {}})
    reading = read(clock(("started", "8 10:00"), calendar=never), at("28 10:00"))
    assert (reading.state, reading.due_at) == ("running", None)


def test_pauses_lose_no_fraction_of_a_second() -> None:
    """Ten runs of 1.9 s: cut to whole seconds one by one they were 10 s, and the due 9 s late."""
    begin, run, pause = at("8 10:00"), dt.timedelta(seconds=1.9), dt.timedelta(seconds=60)
    lines = [Segment("started", begin)]
    for _ in range(10):
        begin += run
        lines.append(Segment("paused", begin))
        begin += pause
        lines.append(Segment("resumed", begin))
    reading = read(ClockFacts(lines, 100, OFFICE), begin)
    assert (reading.elapsed_for, reading.remaining_for) == (19, 81)
    assert reading.due_at == begin + dt.timedelta(seconds=81)
    assert reading.at_risk_at == begin + dt.timedelta(seconds=56)


def test_the_warning_comes_at_three_quarters_to_the_microsecond() -> None:
    assert read(clock(("started", "8 10:00"), target=5), at("8 10:00")).at_risk_at == at("8 10:00") + dt.timedelta(
        seconds=3.75
    )
