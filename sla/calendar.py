"""When working time has elapsed: the arithmetic of business calendars.

Decided here: which instants are working time, when a number of working seconds is over, how many lie
between two instants. Not decided here: targets, pauses, breaches. Pure: no database, no clock, no Django.

Conventions, from the SLA policy's section "Business time":

- Elapsed time is real (UTC) time. Only the edges of intervals are wall time, of the calendar's own zone.
- An edge in a DST gap moves forward by the gap; in a fold it is the first occurrence (PEP 495, `fold=0`).
- A holiday beats an extra day, an extra day replaces the weekday's hours, one without intervals is off
  (as Zendesk's biz). Overlapping intervals count once: united on the wall clock, so that saying the same
  twice changes nothing, and again in UTC, where a gap may have moved one into the next.
- Time that runs out exactly at close is over at close, not at the next open (as Frappe Helpdesk; biz and
  Zammad say the next open).
- A date that the zone skipped altogether (Apia, 30 December 2011) has no hours: nobody could work on it.
- Instants are exact to the microsecond. Nothing is rounded; `between` tells how it counts whole seconds.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, cached_property
from itertools import accumulate
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Span = tuple[int, int]
"""`[from, to)`, from < to: minutes since local midnight in hours, microseconds since 1970 UTC elsewhere."""
Hours = tuple[Span, ...]
"""One local date's working hours: ascending, neither overlapping nor touching."""

_AROUND_THE_CLOCK: Hours = ((0, 24 * 60),)
_WALL_TIME = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00")
# Files beside the zones that a machine may have: its own zone, and tables with leap seconds. They say something else, or
# nothing, on the next machine.
_NO_ZONE = re.compile(r"(posix|right)/.*|posixrules|localtime|Factory")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = _EPOCH.toordinal()
_SECOND = 1_000_000
_DAY = 86_400 * _SECOND
_MICROSECOND = timedelta(microseconds=1)

# Working time is tabulated in chunks of 52 weeks. They are laid in UTC, so that an instant's chunk is one
# division, and built when first asked for: a span of years then costs a few additions, not a walk by days.
_CHUNK_DAYS = 364
_CHUNK = _CHUNK_DAYS * _DAY
_HORIZON_CHUNKS = 102  # 100 years (36,525 days) even from the last instant of the first chunk

# Offsets are below 24 hours, so a local date's hours lie within two days of the same date in UTC. Dates
# nearer than that to the ends of `datetime` cannot be converted, and have no hours.
_MARGIN_DAYS = 2
_FIRST_DAY = date.min.toordinal() + _MARGIN_DAYS
_LAST_DAY = date.max.toordinal() - _MARGIN_DAYS


@dataclass(frozen=True)
class BusinessCalendar:
    """Working time as hours of the week in one time zone, with exceptions by local date.

    Every instant given must be an aware datetime of any zone, else ValueError; every instant returned is in
    UTC. Immutable, hashable, and safe to share between threads. Equal definitions make equal calendars; keep
    one instance per definition, because its tables grow as they are used.

    Make one with `from_definition` or `always`: the constructor checks nothing.
    """

    tz: str
    week: tuple[Hours, ...]  # Monday first
    exceptions: tuple[tuple[date, Hours], ...]  # ascending; a holiday is a date without hours

    @classmethod
    def from_definition(cls, definition: Mapping[str, object]) -> BusinessCalendar:
        """The calendar that a JSON definition describes; ValueError with a sentence if it is malformed.

        `{"tz": "Asia/Shanghai", "weekly": {"mon": [["09:00", "17:30"]]}, "holidays": ["2026-10-01"],
        "extra": {"2026-10-10": [["09:00", "17:30"]]}}`, all of it wall time of `tz`, `to` at most "24:00".
        `holidays` and `extra` may be missing. Other keys are ignored: a stored definition may carry a name.
        """
        for key in ("tz", "weekly"):
            if not isinstance(definition, Mapping) or key not in definition:
                raise ValueError(f'A calendar definition needs "{key}".')
        return cls(
            tz=_parse_zone(definition["tz"]),
            week=_parse_week(definition["weekly"]),
            exceptions=_parse_exceptions(definition.get("holidays", ()), definition.get("extra", {})),
        )

    @classmethod
    @cache
    def always(cls) -> BusinessCalendar:
        """Around the clock, every day of the year: the 24x7 calendar. Always the same instance."""
        return cls(tz="UTC", week=(_AROUND_THE_CLOCK,) * 7, exceptions=())

    @cached_property
    def is_always(self) -> bool:
        """Whether every instant is working time."""
        exceptional = (hours for _, hours in self.exceptions)
        return all(hours == _AROUND_THE_CLOCK for hours in (*self.week, *exceptional))

    def add(self, start: datetime, worked: int | timedelta) -> datetime | None:
        """The earliest instant at which that much working time, seconds where it is a number, has elapsed since `start`.

        Exactly at close gives close. Nothing to add gives `start` itself inside working time or at either edge
        of it, else the next open. A fraction of a second is kept: half a second left at close is
        carried over. None if there is not enough working time within 100 years. ValueError if negative.
        """
        left = worked * _SECOND if isinstance(worked, int) else worked // _MICROSECOND
        if left < 0:
            raise ValueError(f"Working time can only be added, not {worked} seconds.")
        if left == 0:
            return self._add_nothing(start)
        at = _microseconds(start)
        first = at // _CHUNK
        left += self._chunk(first).worked_until(at)
        for chunk in self._chunks(first, first + _HORIZON_CHUNKS):
            if left <= chunk.total:
                return _utc(chunk.instant_after(left))
            left -= chunk.total
        return None

    def between(self, start: datetime, end: datetime) -> int:
        """Working seconds in [start, end); 0 if `end` is not after `start`.

        Counted exactly and only then cut to whole seconds: a second counts when all of it has elapsed. So
        `between(start, add(start, n)) == n` whatever the fraction in `start`. Whoever adds several spans up takes
        `worked_between`: each cut would lose up to a second. A year that nobody asked for before costs about a
        millisecond, once.
        """
        return self._worked(start, end) // _SECOND

    def worked_between(self, start: datetime, end: datetime) -> timedelta:
        """Working time in [start, end), exact to the microsecond; none if `end` is not after `start`."""
        return timedelta(microseconds=self._worked(start, end))

    def _worked(self, start: datetime, end: datetime) -> int:
        begin, finish = _microseconds(start), _microseconds(end)
        if finish <= begin:
            return 0
        first, last = begin // _CHUNK, finish // _CHUNK
        worked = sum(chunk.total for chunk in self._chunks(first, last))
        return worked + self._chunk(last).worked_until(finish) - self._chunk(first).worked_until(begin)

    def is_open(self, at: datetime) -> bool:
        """Whether `at` is working time. The instant of opening is, the instant of close is not."""
        return self._is_open(_microseconds(at))

    def next_open(self, at: datetime) -> datetime | None:
        """The earliest working instant not before `at`: `at` itself if open. None if none in 100 years."""
        since = _microseconds(at)
        first = since // _CHUNK
        for chunk in self._chunks(first, first + _HORIZON_CHUNKS):
            span = next(chunk.spans_after(since), None)
            if span:
                return _utc(max(span[0], since))
        return None

    def intervals(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Working time in [start, end) as spans `[open, close)`, clipped to it, ascending, in UTC, lazily.

        Spans that touch are one span (22:00-24:00 and 00:00-06:00 are one night). Their lengths sum up to
        `between(start, end)`.
        """
        begin, finish = _microseconds(start), _microseconds(end)
        return ((_utc(opens), _utc(closes)) for opens, closes in _united(self._spans(begin, finish)))

    def __reduce__(self) -> tuple[type[BusinessCalendar], tuple[object, ...]]:
        # A cache that pickles should not store the tables: they are larger than what they are made of.
        return BusinessCalendar, (self.tz, self.week, self.exceptions)

    def _add_nothing(self, start: datetime) -> datetime | None:
        at = _microseconds(start)
        # Nothing is finer than a microsecond: open until just now means that this is the instant of close.
        return _utc(at) if self._is_open(at) or self._is_open(at - 1) else self.next_open(start)

    def _is_open(self, at: int) -> bool:
        return self._chunk(at // _CHUNK).is_open(at)

    def _spans(self, begin: int, finish: int) -> Iterator[Span]:
        if finish <= begin:
            return
        for chunk in self._chunks(begin // _CHUNK, finish // _CHUNK + 1):
            for opens, closes in chunk.spans_after(begin):
                if opens >= finish:
                    return
                yield max(opens, begin), min(closes, finish)

    def _chunks(self, first: int, stop: int) -> Iterator[_Chunk]:
        return map(self._chunk, range(first, stop))

    def _chunk(self, key: int) -> _Chunk:
        # Two threads may build the same chunk; the copies are equal and either may stay.
        chunk = self._tables.get(key)
        if chunk is None:
            chunk = self._tables[key] = self._build(key)
        return chunk

    def _build(self, key: int) -> _Chunk:
        begin, finish = key * _CHUNK, (key + 1) * _CHUNK
        first = _EPOCH_DAY + key * _CHUNK_DAYS
        days = range(max(first - _MARGIN_DAYS, _FIRST_DAY), min(first + _CHUNK_DAYS + _MARGIN_DAYS, _LAST_DAY) + 1)
        spans = _united(sorted(span for day in days for span in self._worked_on(date.fromordinal(day))))
        return _Chunk.of([(max(o, begin), min(c, finish)) for o, c in spans if o < finish and c > begin])

    def _worked_on(self, day: date) -> Iterator[Span]:
        hours = self._by_date.get(day, self.week[day.weekday()])
        if not hours:
            return
        midnight = datetime.combine(day, time.min, self._zone)
        if _is_skipped(midnight):
            return
        for edges in hours:
            # Adding to an aware datetime moves its wall time; the result has fold=0.
            opens, closes = (_microseconds(midnight + timedelta(minutes=edge)) for edge in edges)
            if opens < closes:  # not so when a gap moves the opening past the close
                yield opens, closes

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.tz)

    @cached_property
    def _by_date(self) -> dict[date, Hours]:
        return dict(self.exceptions)

    @cached_property
    def _tables(self) -> dict[int, _Chunk]:
        return {}


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Working time of one chunk as parallel, ascending tuples; microseconds."""

    opens: tuple[int, ...]
    closes: tuple[int, ...]
    worked: tuple[int, ...]  # in this chunk, before the span of the same index opens
    total: int

    @classmethod
    def of(cls, spans: Sequence[Span]) -> _Chunk:
        *worked, total = accumulate((closes - opens for opens, closes in spans), initial=0)
        opens, closes = zip(*spans, strict=True) if spans else ((), ())
        return cls(opens, closes, tuple(worked), total)

    def is_open(self, at: int) -> bool:
        index = bisect_right(self.opens, at) - 1
        return index >= 0 and at < self.closes[index]

    def worked_until(self, at: int) -> int:
        index = bisect_right(self.opens, at) - 1
        if index < 0:
            return 0
        return self.worked[index] + min(at, self.closes[index]) - self.opens[index]

    def instant_after(self, worked: int) -> int:
        """The earliest instant with so much working time behind it in this chunk; 0 < worked <= total."""
        # From the left: what is complete before a span opens was complete when the one before it closed.
        index = bisect_left(self.worked, worked) - 1
        return self.opens[index] + worked - self.worked[index]

    def spans_after(self, at: int) -> Iterator[Span]:
        for index in range(bisect_right(self.closes, at), len(self.closes)):
            yield self.opens[index], self.closes[index]


def _united(spans: Iterable[Span]) -> Iterator[Span]:
    """Ascending spans with those that overlap or touch made one, lazily."""
    ascending = iter(spans)
    first = next(ascending, None)
    if first is None:
        return
    opens, closes = first
    for next_opens, next_closes in ascending:
        if next_opens > closes:
            yield opens, closes
            opens, closes = next_opens, next_closes
        closes = max(closes, next_closes)
    yield opens, closes


def _microseconds(at: datetime) -> int:
    try:
        since = at - _EPOCH
    except TypeError:
        raise ValueError(f"An instant must be a datetime with a time zone, not {at!r}.") from None
    return (since.days * 86_400 + since.seconds) * _SECOND + since.microseconds


def _utc(at: int) -> datetime:
    return _EPOCH + timedelta(microseconds=at)


def _is_skipped(midnight: datetime) -> bool:
    noon = midnight + timedelta(hours=12)
    return noon.astimezone(UTC).astimezone(noon.tzinfo).date() != noon.date()


def _parse_zone(name: object) -> str:
    if isinstance(name, str) and not _NO_ZONE.fullmatch(name):
        # An unknown name is a KeyError, an impossible one a ValueError, the name of a folder an OSError.
        with suppress(KeyError, ValueError, OSError):
            return ZoneInfo(name).key
    raise ValueError(f"{name!r} is not an IANA time zone such as Asia/Shanghai.")


def _parse_week(weekly: object) -> tuple[Hours, ...]:
    if not isinstance(weekly, Mapping):
        raise ValueError(f'"weekly" maps weekdays to intervals; {weekly!r} does not.')
    for day in weekly:
        if day not in WEEKDAYS:
            raise ValueError(f"{day!r} is not a weekday; use {', '.join(WEEKDAYS)}.")
    return tuple(_parse_hours(weekly.get(day, ()), day) for day in WEEKDAYS)


def _parse_exceptions(holidays: object, extra: object) -> tuple[tuple[date, Hours], ...]:
    if not isinstance(holidays, list | tuple):
        raise ValueError(f'"holidays" is a list of dates; {holidays!r} is not.')
    if not isinstance(extra, Mapping):
        raise ValueError(f'"extra" maps dates to intervals; {extra!r} does not.')
    exceptions = {_parse_date(day): _parse_hours(spans, day) for day, spans in extra.items()}
    exceptions.update((_parse_date(day), ()) for day in holidays)
    return tuple(sorted(exceptions.items()))


def _parse_date(text: object) -> date:
    if isinstance(text, str):
        with suppress(ValueError):
            day = date.fromisoformat(text)
            # It takes 20261001 and week dates too, but two spellings of one date would hide a clash.
            if day.isoformat() == text:
                return day
    raise ValueError(f"{text!r} is not a date such as 2026-10-01.")


def _parse_hours(spans: object, where: object) -> Hours:
    if not isinstance(spans, list | tuple):
        raise ValueError(f"{where}: {spans!r} is not a list of [from, to] intervals.")
    return tuple(_united(sorted(_parse_span(span, where) for span in spans)))


def _parse_span(span: object, where: object) -> Span:
    if not isinstance(span, list | tuple) or len(span) != 2:
        raise ValueError(f"{where}: {span!r} is not an interval [from, to].")
    opens, closes = (_parse_minutes(edge, where) for edge in span)
    if opens >= closes:
        raise ValueError(
            f"{where}: {span[0]}-{span[1]} must end later than it begins on the same day; "
            "a night shift is two intervals, 22:00-24:00 and 00:00-06:00."
        )
    return opens, closes


def _parse_minutes(text: object, where: object) -> int:
    if not isinstance(text, str) or not _WALL_TIME.fullmatch(text):
        raise ValueError(f'{where}: {text!r} is not a time "HH:MM" from 00:00 to 24:00.')
    return int(text[:2]) * 60 + int(text[3:])
