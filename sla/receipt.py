"""A clock's receipt: what it counted, line by line, and when it stood still. PURE: facts and `now` in, lines out.

Built on the spans that `sla.clock` counts and on its reading: the lines' sum is what the clock says. Not decided here:
anything that the clock decides, and the words.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import accumulate, groupby, pairwise
from typing import Literal
from zoneinfo import ZoneInfo

from sla.calendar import BusinessCalendar
from sla.clock import ClockFacts, Reading, read, running_spans

What = Literal["step", "mark", "due", "breached", "opened", "closed", "break", "folded", "now", "due_ahead"]
MOST_DAYS = 3  # between two lines of the ledger; of more, those between the first and the last are one line
_TICK = timedelta(microseconds=1)
_Interval = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Line:
    """What came at `at` (UTC), the working seconds counted since the line before, and all that was counted until then.

    `index` is the position of the segment that a step stands for, or of a mark in what was given. A folded line stands
    for the working `days` from `since` to `at`.
    """

    what: What
    at: datetime
    index: int = 0
    since: datetime | None = None
    days: int = 0
    counted_for: int = 0
    total_for: int = 0


@dataclass(frozen=True, slots=True)
class Receipt:
    """The lines in order of time, and the reading that they explain: their `counted_for` sum up to its `elapsed_for`.

    A due that is still to come, or that a clock was stopped before, is the last line and counts nothing.
    """

    lines: Sequence[Line]
    reading: Reading


def receipt(facts: ClockFacts, now: datetime, marks: Sequence[datetime] = ()) -> Receipt:
    """The receipt at `now`. `marks` are instants of other things that deserve a line, such as a change of the target."""
    reading = read(facts, now)
    counter = _Counter.of(facts, now)
    fixed = sorted(_fixed(facts, reading, now, marks), key=_instant)
    hours = [line for span in counter.spans for line in _hours(facts.calendar, span, [each.at for each in fixed])]
    lines = sorted([*fixed, *hours], key=_instant)
    totals = [counter.until(line.at) for line in lines]
    counted = [total - before for before, total in pairwise([0, *totals])]
    told = [
        Line(line.what, line.at, line.index, line.since, line.days, seconds, total)
        for line, seconds, total in zip(lines, counted, totals, strict=True)
    ]
    return Receipt([*told, *_ahead(reading, now)], reading)


def _instant(line: Line) -> datetime:
    return line.at


def _fixed(facts: ClockFacts, reading: Reading, now: datetime, marks: Sequence[datetime]) -> Iterator[Line]:
    """All lines but those of the calendar: the ledger's, the marks, and what the reading says of the past."""
    for index, segment in enumerate(facts.segments):
        yield Line("step", segment.at, index)
    for index, at in enumerate(marks):
        yield Line("mark", at, index)
    if reading.due_at and _is_past(reading, now):
        yield Line("due", reading.due_at)
        if reading.breached_at and reading.breached_at != reading.due_at:
            yield Line("breached", reading.breached_at)
    if reading.stopped_at is None and now >= facts.segments[-1].at:
        yield Line("now", now)


def _is_past(reading: Reading, now: datetime) -> bool:
    """Did the due come while the clock was counted?"""
    if reading.due_at is None or reading.state == "cancelled":
        return False
    return reading.breached_at is not None or reading.due_at < (reading.stopped_at or now)


def _ahead(reading: Reading, now: datetime) -> list[Line]:
    if reading.due_at is None or reading.state == "cancelled" or _is_past(reading, now):
        return []
    return [Line("due_ahead", reading.due_at, total_for=reading.elapsed_for)]


def _hours(calendar: BusinessCalendar, span: _Interval, fixed: Sequence[datetime]) -> Iterator[Line]:
    """Where the calendar opens and closes within a running span. No fold reaches over a fixed line."""
    if calendar.is_always:
        return
    began, ended = span
    cuts = [began, *sorted({at for at in fixed if began < at < ended}), ended]
    for begin, end in pairwise(cuts):
        for intervals in _by_days(calendar, begin, end):
            if len(intervals) > 1:
                yield _folded(calendar, intervals)
                continue
            for opens, closes in intervals[0]:
                if opens > begin:
                    yield Line("opened", opens)
                if closes < ended and not calendar.is_open(closes):
                    yield Line(_closing(calendar, closes), closes)


def _by_days(calendar: BusinessCalendar, begin: datetime, end: datetime) -> list[list[list[_Interval]]]:
    """Working time in [begin, end) by days, days by lines: one day each, or the many in the middle together."""
    zone = ZoneInfo(calendar.tz)
    days = [
        list(day)
        for _date, day in groupby(
            calendar.intervals(begin, end), key=lambda interval: interval[0].astimezone(zone).date()
        )
    ]
    if len(days) <= MOST_DAYS:
        return [[day] for day in days]
    return [[days[0]], days[1:-1], [days[-1]]]


def _folded(calendar: BusinessCalendar, days: Sequence[Sequence[_Interval]]) -> Line:
    zone = ZoneInfo(calendar.tz)
    worked: set[date] = set()
    for opens, closes in (interval for day in days for interval in day):
        first, last = opens.astimezone(zone).date(), (closes - _TICK).astimezone(zone).date()
        worked.update(first + timedelta(days=n) for n in range((last - first).days + 1))
    return Line("folded", days[-1][-1][1], since=days[0][0][0], days=len(worked))


def _closing(calendar: BusinessCalendar, at: datetime) -> What:
    """For the day, or for a break within it?"""
    zone = ZoneInfo(calendar.tz)
    opens = calendar.next_open(at)
    is_break = opens is not None and opens.astimezone(zone).date() == (at - _TICK).astimezone(zone).date()
    return "break" if is_break else "closed"


@dataclass(frozen=True, slots=True)
class _Counter:
    """How much a clock had counted until an instant. Totals are exact and only then cut to whole seconds, as the clock cuts
    its own: a line is the difference of two totals, so that no part of a second is lost between them."""

    calendar: BusinessCalendar
    spans: Sequence[_Interval]
    before: Sequence[timedelta] = field(repr=False)  # counted before the span of the same index

    @classmethod
    def of(cls, facts: ClockFacts, now: datetime) -> _Counter:
        spans = list(running_spans(facts.segments, now))
        counted = (facts.calendar.worked_between(*span) for span in spans)
        return cls(facts.calendar, spans, list(accumulate(counted, initial=timedelta())))

    def until(self, at: datetime) -> int:
        """Whole working seconds."""
        index = bisect_right(self.spans, at, key=lambda span: span[0]) - 1
        if index < 0:
            return 0
        begin, end = self.spans[index]
        return (self.before[index] + self.calendar.worked_between(begin, min(end, at))) // timedelta(seconds=1)
