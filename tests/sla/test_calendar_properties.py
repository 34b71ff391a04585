"""Laws of business calendars, and their agreement with a slow second opinion.

The second opinion paints every minute of a stretch of UTC on a strip of bytes and counts them. It asks the
time zone only in the one direction that has no gaps or folds, from UTC to wall time.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sla.calendar import BusinessCalendar

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MICROSECOND, MINUTE, DAY = timedelta(microseconds=1), timedelta(minutes=1), timedelta(days=1)
# An interesting local date of each zone.
SCENES = [
    ("UTC", date(2028, 2, 29)),
    ("Asia/Shanghai", date(2026, 10, 1)),
    ("America/New_York", date(2026, 3, 8)),
    ("America/New_York", date(2026, 11, 1)),
    ("Europe/London", date(2026, 3, 29)),
    ("Europe/Dublin", date(2026, 10, 25)),  # winter is the exception there: negative DST
    ("Australia/Sydney", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 4, 5)),  # a fold of 30 minutes
    ("Australia/Lord_Howe", date(2026, 10, 4)),  # a gap of 30 minutes
    ("Antarctica/Troll", date(2026, 3, 29)),  # a gap of two hours
    ("Africa/Casablanca", date(2026, 2, 15)),  # Ramadan
    ("America/Sao_Paulo", date(2018, 2, 17)),  # a fold up to midnight
    ("America/Sao_Paulo", date(2018, 11, 4)),  # a gap from midnight
    ("America/Nuuk", date(2024, 3, 30)),  # a gap up to midnight
    ("Pacific/Apia", date(2011, 12, 30)),  # a skipped date
    ("Asia/Kathmandu", date(1986, 1, 1)),  # a gap of 15 minutes, from +05:30 to +05:45
]

laws = settings(deadline=None, max_examples=50)


class Strip:
    """Working time by painting the minutes of `days` days of UTC from `first` on."""

    def __init__(self, definition: dict, first: date, days: int) -> None:
        self.zone = ZoneInfo(definition["tz"])
        self.begin = datetime.combine(first, time.min, UTC)
        self.end = self.begin + days * DAY
        self.minutes = bytearray(days * 1440)
        hours = (self.begin - 2 * DAY + n * timedelta(hours=1) for n in range((days + 4) * 24))
        for day in sorted({hour.astimezone(self.zone).date() for hour in hours}):
            self.paint(day, self.spans(definition, day))

    def spans(self, definition: dict, day: date) -> list[list[str]]:
        if day.isoformat() in definition["holidays"]:
            return []
        if day.isoformat() in definition["extra"]:
            return definition["extra"][day.isoformat()]
        return definition["weekly"].get(WEEKDAYS[day.weekday()], [])

    def paint(self, day: date, spans: list[list[str]]) -> None:
        wall = bytearray(1440)
        for opens, closes in ([int(edge[:2]) * 60 + int(edge[3:]) for edge in span] for span in spans):
            wall[opens:closes] = bytes([1]) * (closes - opens)
        for run in re.finditer(b"\1+", wall):
            edges = (self.instant(day, minute) for minute in run.span())
            start, stop = (min(max((edge - self.begin) // MINUTE, 0), len(self.minutes)) for edge in edges)
            self.minutes[start:stop] = bytes([1]) * (stop - start)

    def instant(self, day: date, minute: int) -> datetime:
        """The first instant that shows this wall time; if none does, as if the clock had not been changed."""
        wall = datetime.combine(day, time.min) + minute * MINUTE
        around = (wall.replace(tzinfo=UTC) + shift * timedelta(hours=26) for shift in (-1, 1))
        before, after = (near.astimezone(self.zone).utcoffset() for near in around)
        guesses = [wall.replace(tzinfo=UTC) - offset for offset in (before, after)]
        right = [guess for guess in guesses if guess.astimezone(self.zone).replace(tzinfo=None) == wall]
        return min(right) if right else guesses[0]

    def worked(self, until: datetime) -> timedelta:
        minute, rest = divmod(until - self.begin, MINUTE)
        return self.minutes.count(1, 0, minute) * MINUTE + self.minutes[minute] * rest

    def is_open(self, at: datetime) -> bool:
        return bool(self.minutes[(at - self.begin) // MINUTE])

    def next_open(self, at: datetime) -> datetime | None:
        if self.is_open(at):
            return at
        minute = self.minutes.find(1, (at - self.begin) // MINUTE)
        return self.begin + minute * MINUTE if minute >= 0 else None

    def add(self, start: datetime, seconds: int) -> datetime | None:
        if seconds == 0:
            return start if self.is_open(start - MICROSECOND) else self.next_open(start)
        now, left = start, timedelta(seconds=seconds)
        while now < self.end:
            next_minute = self.begin + ((now - self.begin) // MINUTE + 1) * MINUTE
            if self.is_open(now):
                if left <= next_minute - now:
                    return now + left
                left -= next_minute - now
            now = next_minute
        return None


def hhmm(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


# Edges and questions share a few popular times of day, so that they often meet each other and a transition.
popular_minutes = st.sampled_from([0, 60, 90, 120, 135, 150, 180, 195, 540, 720, 1050, 1320, 1380, 1410, 1440])
minutes_of_day = popular_minutes | st.integers(0, 1440)
spans = (
    st.lists(minutes_of_day, min_size=2, max_size=2, unique=True)
    .map(sorted)
    .map(lambda edges: [hhmm(edge) for edge in edges])
)
hours = st.lists(spans, max_size=3) | st.just([["00:00", "24:00"]])
weeks = st.dictionaries(st.sampled_from(WEEKDAYS), hours) | hours.map(lambda spans: dict.fromkeys(WEEKDAYS, spans))
working_seconds = st.sampled_from([0, 1, 60, 3600, 7200, 30_600, 86_400]) | st.integers(0, 6 * 86_400)


class Situation:
    """A calendar, a few instants near an interesting date of its zone in ascending order, and that date."""

    def __init__(self, definition: dict, day: date, instants: list[datetime]) -> None:
        self.definition, self.day = definition, day
        self.calendar = BusinessCalendar.from_definition(definition)
        self.instants = sorted(instants, key=lambda instant: instant.astimezone(UTC))

    def __repr__(self) -> str:
        return f"{self.definition} around {self.day} at {[instant.isoformat() for instant in self.instants]}"

    def strip(self) -> Strip:
        return Strip(self.definition, self.day - 14 * DAY, 40)


@st.composite
def situations(draw: st.DrawFn, instants: int = 1, whole_seconds: bool = False) -> Situation:
    tz, day = draw(st.sampled_from(SCENES))
    near = st.integers(-9, 9).map(lambda n: (day + n * DAY).isoformat())
    definition = {
        "tz": tz,
        "weekly": draw(weeks),
        "holidays": draw(st.lists(near, max_size=3)),
        "extra": draw(st.dictionaries(near, hours, max_size=3)),
    }
    fractions = st.just(0) if whole_seconds else st.sampled_from([0, 0, 1, 500_000, 999_999])

    def instant() -> datetime:
        midnight = datetime.combine(day + draw(st.integers(-8, 8)) * DAY, time.min, ZoneInfo(tz))
        wall = midnight + timedelta(minutes=draw(minutes_of_day), seconds=draw(st.sampled_from([0, 0, 29])))
        return (wall + draw(fractions) * MICROSECOND).replace(fold=draw(st.integers(0, 1)))

    return Situation(definition, day, [instant() for _ in range(instants)])


# Agreement with the strip


@laws
@given(situations(), working_seconds)
def test_add_agrees_with_the_strip(situation, seconds):
    (start,) = situation.instants
    strip, due = situation.strip(), situation.calendar.add(start, seconds)
    expected = strip.add(start.astimezone(UTC), seconds)
    # The strip ends; if it knows no answer, the calendar's must lie beyond.
    assert due == expected or (expected is None and due is not None and due > strip.end)


@laws
@given(situations(instants=2))
def test_between_agrees_with_the_strip(situation):
    start, end = situation.instants
    strip = situation.strip()
    expected = (strip.worked(end) - strip.worked(start)) // timedelta(seconds=1)
    assert situation.calendar.between(start, end) == expected


@laws
@given(situations())
def test_being_open_and_opening_agree_with_the_strip(situation):
    (at,) = situation.instants
    strip, opening = situation.strip(), situation.calendar.next_open(at)
    expected = strip.next_open(at.astimezone(UTC))
    assert situation.calendar.is_open(at) == strip.is_open(at)
    assert opening == expected or (expected is None and (opening is None or opening > strip.end))


@laws
@given(situations(instants=2, whole_seconds=True))
def test_intervals_agree_with_the_strip(situation):
    start, end = situation.instants
    strip = situation.strip()
    spans = list(situation.calendar.intervals(start, end))
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(set(edges)), "empty, overlapping, touching or out of order"
    assert all(start <= edge <= end for edge in edges)
    assert all(strip.worked(closes) - strip.worked(opens) == closes - opens for opens, closes in spans)
    worked = sum((closes - opens for opens, closes in spans), timedelta())
    assert worked == strip.worked(end) - strip.worked(start)
    assert worked.total_seconds() == situation.calendar.between(start, end)


@settings(deadline=None, max_examples=10)
@given(situations(), st.integers(-500, 500), st.integers(0, 1000), st.integers(1, 700 * 86_400))
def test_years_agree_with_the_strip(situation, sooner, later, seconds):
    strip = Strip(situation.definition, situation.day - 515 * DAY, 1540)
    (at,) = situation.instants
    start = at.astimezone(UTC) + sooner * DAY
    end = start + min(later, 1000 - sooner) * DAY
    expected = (strip.worked(end) - strip.worked(start)) // timedelta(seconds=1)
    assert situation.calendar.between(start, end) == expected
    due = situation.calendar.add(start, seconds)
    if due is not None and due < strip.end:
        worked = strip.worked(due) - strip.worked(start)
        assert worked == timedelta(seconds=seconds)
        assert strip.worked(due - MICROSECOND) < strip.worked(due)


# Laws


@laws
@given(situations(), working_seconds)
def test_between_undoes_add(situation, seconds):
    (start,) = situation.instants
    due = situation.calendar.add(start, seconds)
    if due is not None:
        assert situation.calendar.between(start, due) == seconds


@laws
@given(situations(instants=2, whole_seconds=True))
def test_add_undoes_between_up_to_closed_time(situation):
    start, end = situation.instants
    calendar = situation.calendar
    seconds = calendar.between(start, end)
    if seconds:
        due = calendar.add(start, seconds)
        assert due is not None
        assert due <= end
        assert calendar.between(due, end) == 0


@laws
@given(situations(), working_seconds, working_seconds)
def test_adding_twice_is_adding_the_sum(situation, first, second):
    (start,) = situation.instants
    calendar = situation.calendar
    halfway, due = calendar.add(start, first), calendar.add(start, first + second)
    if halfway is None:
        assert due is None
    else:
        assert calendar.add(halfway, second) == due


@laws
@given(situations(), working_seconds, st.integers(1, 100_000))
def test_more_working_time_is_due_later(situation, seconds, more):
    (start,) = situation.instants
    sooner, later = situation.calendar.add(start, seconds), situation.calendar.add(start, seconds + more)
    if later is not None:
        assert sooner is not None
        assert start <= sooner < later


@laws
@given(situations(instants=2), working_seconds)
def test_starting_later_is_not_due_sooner(situation, seconds):
    earlier, later = (situation.calendar.add(start, seconds) for start in situation.instants)
    if later is not None:
        assert earlier is not None
        assert earlier <= later


@laws
@given(situations(instants=3, whole_seconds=True))
def test_a_range_is_the_sum_of_its_parts(situation):
    start, middle, end = situation.instants
    between = situation.calendar.between
    assert between(start, middle) + between(middle, end) == between(start, end)
    assert 0 <= between(start, end) <= (end.astimezone(UTC) - start.astimezone(UTC)).total_seconds()


@laws
@given(situations(), working_seconds)
def test_the_zone_in_which_an_instant_is_written_is_irrelevant(situation, seconds):
    (start,) = situation.instants
    calendar = situation.calendar
    for other in (start.astimezone(UTC), start.astimezone(ZoneInfo("Pacific/Kiritimati"))):
        assert calendar.add(other, seconds) == calendar.add(start, seconds)
        assert calendar.is_open(other) == calendar.is_open(start)


@laws
@given(situations(), working_seconds, st.integers(-9, 9))
def test_a_further_holiday_never_brings_a_deadline_forward(situation, seconds, offset):
    (start,) = situation.instants
    holidays = [*situation.definition["holidays"], (situation.day + offset * DAY).isoformat()]
    closed = BusinessCalendar.from_definition(situation.definition | {"holidays": holidays})
    before, after = situation.calendar.add(start, seconds), closed.add(start, seconds)
    if after is not None:
        assert before is not None
        assert before <= after


@laws
@given(situations(), st.randoms())
def test_the_order_in_a_definition_is_irrelevant(situation, random):
    definition = dict(situation.definition)
    definition["weekly"] = {day: random.sample(h, len(h)) for day, h in definition["weekly"].items()}
    definition["holidays"] = random.sample(definition["holidays"], len(definition["holidays"]))
    shuffled = BusinessCalendar.from_definition(definition)
    assert shuffled == situation.calendar
    assert hash(shuffled) == hash(situation.calendar)


@laws
@given(situations(instants=2), st.integers(0, 10**8))
@pytest.mark.parametrize("full_week", [None, {day: [["00:00", "24:00"]] for day in WEEKDAYS}])
def test_around_the_clock_is_plain_time(full_week, situation, seconds):
    start, end = (instant.astimezone(UTC) for instant in situation.instants)
    calendar = BusinessCalendar.always()
    if full_week:
        calendar = BusinessCalendar.from_definition({"tz": situation.definition["tz"], "weekly": full_week})
    assert calendar.is_always
    assert calendar.add(start, seconds) == start + timedelta(seconds=seconds)
    assert calendar.between(start, end) == (end - start) // timedelta(seconds=1)


@laws
@given(situations(instants=3))
def test_spans_add_up_exactly_and_adding_gives_them_back(situation):
    first, second, third = sorted(instant.astimezone(UTC) for instant in situation.instants)
    calendar = situation.calendar
    whole = calendar.worked_between(first, third)
    assert calendar.worked_between(first, second) + calendar.worked_between(second, third) == whole
    assert calendar.between(first, third) == whole // timedelta(seconds=1)
    if whole:
        due = calendar.add(first, whole)
        assert due is not None
        assert due <= third
        assert calendar.worked_between(first, due) == whole
