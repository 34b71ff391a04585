"""What a calendar means for the days to come and for a ticket filed at some instant. Pure: the calendar's own answers, laid out.

Nothing is computed a second time here: hours of a day and dues are asked of the `BusinessCalendar` that the clocks use.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from sla.calendar import WEEKDAYS, BusinessCalendar
from sla.terms import SeverityTerms

DAYS_SHOWN = 60
_DAY = timedelta(days=1)

Why = Literal["holiday", "make_up", "make_up_off", "weekly", "closed"]
"""`make_up_off`: listed as a make-up day without hours; `closed`: no weekly hours on that weekday."""


@dataclass(frozen=True, slots=True)
class DayShown:
    """One local date: its hours as wall time, the working seconds in it, and why it has them.

    `shift` is by how many seconds the zone's clocks move that day (+3600: an hour is skipped), 0 on all others.
    """

    day: date
    hours: Sequence[tuple[str, str]]
    seconds: int
    why: Why
    name: str
    shift: int

    @property
    def is_usual(self) -> bool:
        return self.why in ("weekly", "closed") and not self.shift


@dataclass(frozen=True, slots=True)
class Due:
    """When a ticket of that severity is due, in the calendar's zone; None where the calendar never gets there."""

    severity: str
    is_business: bool
    opens_at: datetime | None
    first_response: datetime | None
    resolution: datetime | None


def days_ahead(
    definition: Mapping[str, object], calendar: BusinessCalendar, *, first: date, count: int = DAYS_SHOWN
) -> Iterator[DayShown]:
    """The `count` local dates from `first` on. `calendar` is the one that `definition` describes."""
    zone = ZoneInfo(calendar.tz)
    names, extra = _mapping(definition.get("names")), _mapping(definition.get("extra"))
    weekly, holidays = _mapping(definition.get("weekly")), definition.get("holidays") or ()
    for day in (first + n * _DAY for n in range(count)):
        key = day.isoformat()
        midnight, next_midnight = _midnight(day, zone), _midnight(day + _DAY, zone)
        if key in holidays:  # type: ignore[operator] # a list, as from_definition has seen
            why: Why = "holiday"
            spans: object = ()
        elif key in extra:
            spans = extra[key]
            why = "make_up" if spans else "make_up_off"
        else:
            spans = weekly.get(WEEKDAYS[day.weekday()], ())
            why = "weekly" if spans else "closed"
        yield DayShown(
            day=day,
            hours=[(span[0], span[1]) for span in spans],  # type: ignore[attr-defined] # pairs, as above
            seconds=calendar.between(midnight, next_midnight),
            why=why,
            name=str(names.get(key, "")),
            shift=round((_DAY - (next_midnight - midnight)).total_seconds()),
        )


def dues(calendar: BusinessCalendar, terms: Mapping[str, SeverityTerms], *, filed_at: datetime) -> Iterator[Due]:
    """Both dues of a ticket filed at that instant, by severity. Terms that name a calendar are counted on this one."""
    zone = ZoneInfo(calendar.tz)

    def local(at: datetime | None) -> datetime | None:
        return at.astimezone(zone) if at else None

    for severity, each in terms.items():
        hours = calendar if each.calendar_id else BusinessCalendar.always()
        opens_at = hours.next_open(filed_at)
        yield Due(
            severity=severity,
            is_business=each.calendar_id is not None,
            opens_at=None if opens_at == filed_at else local(opens_at),
            first_response=local(hours.add(filed_at, each.first_response)),
            resolution=local(hours.add(filed_at, each.resolution)),
        )


def usual_day(weekly: Mapping[str, Sequence[Sequence[str]]]) -> int:
    """The length in seconds that most working weekdays have, the longer one of a tie; 0 without any hours."""
    lengths = [_length(spans) for spans in weekly.values() if spans]
    return max(set(lengths), key=lambda length: (lengths.count(length), length), default=0)


def _length(spans: Sequence[Sequence[str]]) -> int:
    one_day = BusinessCalendar.from_definition({"tz": "UTC", "weekly": {"mon": spans}})
    return one_day.between(_MONDAY, _MONDAY + _DAY)


_MONDAY = datetime(2024, 1, 1, tzinfo=UTC)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
