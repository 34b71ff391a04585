"""A calendar's definition with China's public holidays and make-up working days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sla.public_holidays import days_of

ZONE = "Asia/Shanghai"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")


def definition(hours: Sequence[tuple[str, str]], *, years: Sequence[int]) -> tuple[dict[str, Any], dt.date]:
    """A calendar definition for the known ones of `years`, and the last day up to which holidays are known.

    Make-up days get the weekday's own hours. An unknown year counts weekly hours only, never a guess. Holidays at
    weekends are listed too: they count once somebody adds hours on a Saturday.
    """
    spans = [list(span) for span in hours]
    off: list[str] = []
    extra: dict[str, list[list[str]]] = {}
    known_until = dt.date(min(years) - 1, 12, 31)
    for year in sorted(years):
        known = days_of("CN", year)
        if known is None:
            break
        off += [day.isoformat() for day in known.off]
        extra |= {day.isoformat(): spans for day in known.make_up}
        known_until = dt.date(year, 12, 31)
    weekly = dict.fromkeys(WEEKDAYS, spans)
    return {"tz": ZONE, "weekly": weekly, "holidays": off, "extra": extra}, known_until
