"""Public holidays of the package laid into what an administrator has typed. Pure: texts in, texts and a report out.

What was written by hand stays as it is: a date that is listed already, in either list, is left alone and told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from sla.calendar import WEEKDAYS
from sla.calendar_text import (
    Spans,
    Unreadable,
    parse_days_off,
    parse_hours,
    parse_make_up_days,
    write_days_off,
    write_make_up_days,
)
from sla.public_holidays import YearOfDays, days_of

ALWAYS = "00:00-24:00"


@dataclass(slots=True)
class Filled:
    """What came of it: the lines that were added, the dates left as they were, and the years nobody knows yet."""

    off: Sequence[str] = ()
    make_up: Sequence[str] = ()
    kept: list[str] = field(default_factory=list)
    unknown: list[int] = field(default_factory=list)
    known_until: date | None = None

    @property
    def is_empty(self) -> bool:
        return not self.off and not self.make_up


def around_the_clock() -> dict[str, str]:
    """The fields of a week without a closed minute."""
    return dict.fromkeys(WEEKDAYS, ALWAYS)


def take_holidays(
    typed: Mapping[str, Any], *, country: str, years: Iterable[int], known_until: date | None, in_chinese: bool
) -> tuple[dict[str, str], Filled]:
    """The fields "holidays", "extra" and "known_until" with the country's days in them, for review.

    Make-up days get the hours that most weekdays have. Raises Unreadable where what is there cannot be read yet.
    """
    off, extra = parse_days_off(typed.get("holidays", "")), parse_make_up_days(typed.get("extra", ""))
    taken = {*off.hours, *extra.hours}
    report = Filled(known_until=known_until)
    added_off: dict[str, str] = {}
    added_extra: dict[str, Spans] = {}
    for year in sorted(years):
        known = days_of(country, year, in_chinese=in_chinese)
        if known is None:
            report.unknown.append(year)
            continue
        spans = _usual_hours(typed) if known.make_up else []
        added_off |= {day.isoformat(): name for day, name in known.off.items() if day.isoformat() not in taken}
        added_extra |= {day.isoformat(): spans for day in known.make_up if day.isoformat() not in taken}
        report.kept += _contradicted(known, off.hours, extra.hours)
        report.known_until = _later(report.known_until, year)
    names = off.names | extra.names | added_off
    report.off = write_days_off(added_off, added_off).splitlines()
    report.make_up = write_make_up_days(added_extra, {}).splitlines()
    fields = {
        "holidays": write_days_off({*off.hours, *added_off}, names),
        "extra": write_make_up_days({**extra.hours, **added_extra}, names),
    }
    if report.known_until:
        fields["known_until"] = report.known_until.isoformat()
    return fields, report


def _contradicted(known: YearOfDays, off: Mapping[str, Spans], extra: Mapping[str, Spans]) -> list[str]:
    """Dates that the administrator and the package see differently."""
    days_off, worked = ({day.isoformat() for day in days} for days in (known.off, known.make_up))
    return sorted((days_off & set(extra)) | (worked & set(off)))


def _later(known_until: date | None, year: int) -> date:
    """Known up to the end of that year, unless a year between is not."""
    if known_until and (known_until.year + 1 < year or known_until >= date(year, 12, 31)):
        return known_until
    return date(year, 12, 31)


def _usual_hours(typed: Mapping[str, Any]) -> Spans:
    days = [parse_hours(typed.get(day, "")) for day in WEEKDAYS[:5]]
    worked = [spans for spans in days if spans]
    if not worked:
        raise Unreadable(_("Give the weekly hours first: make-up days take theirs from them."))
    return max(worked, key=worked.count)
