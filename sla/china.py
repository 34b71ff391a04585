"""China's public holidays and make-up working days for a calendar's definition, from the `holidays` package."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Sequence
from typing import Any

import holidays

ZONE = "Asia/Shanghai"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
# The State Council publishes a year's make-up days in the November before; the package lists them once it is released
# with them. A year in which it lists none is only estimated and counts as unknown.


@functools.cache
def _known(year: int) -> tuple[tuple[dt.date, ...], tuple[dt.date, ...]] | None:
    """(days off, make-up working days) of the year, or None where the package only estimates."""
    table = holidays.country_holidays("CN", years=year)
    extra = tuple(sorted(day for day in table.weekend_workdays if day.year == year))
    if not extra:
        return None
    return tuple(sorted(day for day in table if day.year == year)), extra


def definition(hours: Sequence[tuple[str, str]], *, years: Sequence[int]) -> tuple[dict[str, Any], dt.date]:
    """A calendar definition for the known ones of `years`, and the last day up to which holidays are known.

    Make-up days get the weekday's own hours. An unknown year counts weekly hours only, never a guess.
    """
    spans = [list(span) for span in hours]
    off: list[str] = []
    extra: dict[str, list[list[str]]] = {}
    known_until = dt.date(min(years) - 1, 12, 31)
    for year in sorted(years):
        known = _known(year)
        if known is None:
            break
        off += [day.isoformat() for day in known[0]]
        extra |= {day.isoformat(): spans for day in known[1]}
        known_until = dt.date(year, 12, 31)
    weekly = dict.fromkeys(WEEKDAYS, spans)
    return {"tz": ZONE, "weekly": weekly, "holidays": off, "extra": extra}, known_until
