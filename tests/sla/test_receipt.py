"""A receipt's lines: what stands on them, and that they add up to what the clock says."""

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.calendar import BusinessCalendar
from sla.clock import ClockFacts, Segment, read
from sla.receipt import Receipt, receipt
from tests.sla.test_clock import ALWAYS, HOUR, OFFICE, at, clock

MINUTE = 60
LUNCH = BusinessCalendar.from_definition(
    {"tz": "Europe/London", "weekly": {day: [["09:00", "12:00"], ["13:30", "18:00"]] for day in ("mon", "wed", "fri")}}
)
NIGHTS = BusinessCalendar.from_definition(
    {"tz": "America/New_York", "weekly": {day: [["22:00", "24:00"], ["00:00", "06:00"]] for day in ("sat", "sun")}}
)
NEVER = BusinessCalendar.from_definition({"tz": "UTC", "weekly": {}})


def told(shown: Receipt) -> list[tuple[str, str, int]]:
    """(what, "8 10:00" in Shanghai, minutes counted) of each line."""
    zone = dt.timezone(dt.timedelta(hours=8))
    return [(each.what, f"{each.at.astimezone(zone):%-d %H:%M}", each.counted_for // MINUTE) for each in shown.lines]


def test_a_night_and_a_pause_stand_line_by_line() -> None:
    facts = clock(("started", "8 16:50"), ("paused", "9 10:12"), ("resumed", "9 11:00"))
    assert told(receipt(facts, at("9 11:05"))) == [
        ("step", "8 16:50", 0),
        ("closed", "8 17:30", 40),
        ("opened", "9 09:00", 0),
        ("step", "9 10:12", 72),
        ("step", "9 11:00", 0),
        ("now", "9 11:05", 5),
        ("due_ahead", "9 13:08", 0),
    ]


def test_weeks_are_folded_but_for_their_first_and_last_day() -> None:
    facts = clock(("started", "8 16:30"), target=100 * HOUR)
    shown = receipt(facts, at("17 09:30"))
    assert told(shown) == [
        ("step", "8 16:30", 0),
        ("closed", "8 17:30", 60),
        ("folded", "16 17:30", 6 * 510),
        ("opened", "17 09:00", 0),
        ("now", "17 09:30", 30),
        ("due_ahead", "24 14:30", 0),
    ]
    folded = shown.lines[2]
    assert (folded.days, folded.since) == (6, at("9 09:00"))


def test_a_missed_due_has_its_own_line_that_no_fold_swallows() -> None:
    shown = receipt(clock(("started", "1 10:00"), target=42 * HOUR + 30 * MINUTE), at("29 10:00"))
    assert [(each.what, each.days) for each in shown.lines] == [
        ("step", 0), ("closed", 0), ("folded", 4), ("opened", 0), ("due", 0), ("closed", 0), ("folded", 14),
        ("opened", 0), ("now", 0),
    ]  # fmt: skip
    due = next(each for each in shown.lines if each.what == "due")
    assert (due.at, due.total_for) == (at("8 10:00"), 42 * HOUR + 30 * MINUTE)


def test_a_due_at_the_close_of_a_day_is_followed_by_the_close() -> None:
    shown = receipt(clock(("started", "8 13:30")), at("9 10:00"))
    assert told(shown)[1:4] == [("due", "8 17:30", 240), ("closed", "8 17:30", 0), ("opened", "9 09:00", 0)]


def test_a_break_within_a_day_is_no_end_of_the_day() -> None:
    shown = receipt(clock(("started", "8 17:00"), calendar=LUNCH, target=20 * HOUR), at("9 08:00"))
    assert [each.what for each in shown.lines] == ["step", "break", "opened", "closed", "now", "due_ahead"]


def test_around_the_clock_only_the_ledger_has_lines() -> None:
    facts = clock(("started", "8 10:00"), ("paused", "9 10:00"), calendar=ALWAYS, target=90 * HOUR)
    assert told(receipt(facts, at("20 10:00"))) == [
        ("step", "8 10:00", 0), ("step", "9 10:00", 24 * 60), ("now", "20 10:00", 0),
    ]  # fmt: skip


def test_a_clock_stopped_in_time_ends_with_the_due_it_was_judged_by() -> None:
    facts = clock(("started", "8 10:00"), ("stopped", "8 11:00"))
    assert told(receipt(facts, at("20 10:00")))[-2:] == [("step", "8 11:00", 60), ("due_ahead", "8 14:00", 0)]


def test_a_breach_by_a_change_is_dated_at_the_change() -> None:
    facts = clock(("started", "8 10:00"), breached_at=at("8 16:00"), frozen_due_at=at("8 11:00"))
    assert told(receipt(facts, at("8 16:30"), [at("8 16:00")]))[1:] == [
        ("due", "8 11:00", 60), ("mark", "8 16:00", 300), ("breached", "8 16:00", 0), ("now", "8 16:30", 30),
    ]  # fmt: skip


def test_a_calendar_without_hours_has_a_receipt_too() -> None:
    assert [each.what for each in receipt(clock(("started", "8 10:00"), calendar=NEVER), at("28 10:00")).lines] == [
        "step",
        "now",
    ]


MOMENTS = st.integers(0, 120 * 86_400 * 1_000_000).map(lambda n: at("8 10:00") + dt.timedelta(microseconds=n))


@st.composite
def lives(draw: st.DrawFn) -> tuple[ClockFacts, dt.datetime, list[dt.datetime]]:
    """A ledger as actions write it, at an instant after its last line, with marks anywhere."""
    moments = sorted(draw(st.lists(MOMENTS, min_size=2, max_size=12)))
    steps = ["started"]
    for _ in moments[1:-1]:
        stands = {"started": ("paused", "stopped"), "resumed": ("paused", "stopped", "resumed")}
        steps.append(draw(st.sampled_from(stands.get(steps[-1], ("resumed",)))))
    if draw(st.booleans()) and len(steps) > 1:
        steps[-1] = draw(st.sampled_from(("stopped", "cancelled")))
    segments = [Segment(step, when) for step, when in zip(steps, moments, strict=False)]  # type: ignore[arg-type]
    calendar = draw(st.sampled_from((OFFICE, LUNCH, NIGHTS, ALWAYS, NEVER)))
    facts = ClockFacts(segments, draw(st.integers(1, 400 * HOUR)), calendar)
    return facts, moments[-1], draw(st.lists(MOMENTS, max_size=3))


@given(lives())
@settings(deadline=None, max_examples=200)
def test_the_lines_add_up_to_what_the_clock_says(life: tuple[ClockFacts, dt.datetime, list[dt.datetime]]) -> None:
    facts, now, marks = life
    shown, reading = receipt(facts, now, marks), read(facts, now)
    assert shown.reading == reading
    assert sum(each.counted_for for each in shown.lines) == reading.elapsed_for
    assert all(each.counted_for >= 0 for each in shown.lines)
    past = [each for each in shown.lines if each.what != "due_ahead"]
    assert all(one.at <= other.at for one, other in pairwise(past))
    assert [each.index for each in past if each.what == "step"] == list(range(len(facts.segments)))


@given(lives())
@settings(deadline=None, max_examples=100)
def test_a_receipt_stays_short_however_long_the_clock_ran(
    life: tuple[ClockFacts, dt.datetime, list[dt.datetime]],
) -> None:
    facts, now, marks = life
    assert len(receipt(facts, now, marks).lines) <= 14 * (len(facts.segments) + len(marks) + 3)


@given(lives())
@settings(deadline=None, max_examples=100)
def test_what_a_clock_that_ran_through_its_due_had_counted_by_then_is_its_target(
    life: tuple[ClockFacts, dt.datetime, list[dt.datetime]],
) -> None:
    facts, now, marks = life
    dues = [each for each in receipt(facts, now, marks).lines if each.what == "due"]
    assert all(each.total_for == facts.target for each in dues)


@pytest.mark.parametrize("days", [400])
def test_a_year_is_a_page(days: int) -> None:
    shown = receipt(clock(("started", "8 10:00"), target=3000 * HOUR), at("8 10:00") + dt.timedelta(days=days))
    assert len(shown.lines) < 10
