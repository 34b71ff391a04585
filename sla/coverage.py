"""How long a calendar's public holidays are known, and whether administrators should enter more. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Protocol

from sla.calendar import BusinessCalendar

WARNED_BEFORE = timedelta(days=60)


class Covered(Protocol):
    """A calendar's row, as far as this module reads it."""

    known_until: date

    def compiled(self) -> BusinessCalendar: ...


def coverage_ends_soon(calendar: Covered, today: date) -> bool:
    """Do the days up to which public holidays are entered end within 60 days of `today`, or did they already?

    `today` is a date of the calendar's zone. After `known_until` only weekly hours count. A calendar around the clock has
    no holidays to know.
    """
    return calendar.known_until - today <= WARNED_BEFORE and not calendar.compiled().is_always
