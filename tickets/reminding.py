"""When is a customer reminded that we wait for their answer? PURE: facts in, decision out, `now` is an argument, no ORM."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sla.calendar import BusinessCalendar

LOOK_AGAIN = timedelta(hours=12)  # so long may an edit of a calendar go unseen
DAY_AROUND_THE_CLOCK = 24 * 3600  # seconds; what a working day is where no business calendar applies


@dataclass(frozen=True, slots=True)
class Reminding:
    """`passed` is how many of the steps are over by now, `look_at` when to look again; None when no step is left."""

    passed: int
    look_at: datetime | None


def reminding(
    *, since: datetime, after_days: Iterable[Decimal], day_seconds: int, calendar: BusinessCalendar, now: datetime
) -> Reminding:
    """Which of the steps, in working days of `day_seconds` on the calendar since then, have come by `now`."""
    dues = [calendar.add(since, int(days * day_seconds)) for days in sorted(after_days)]
    coming = [due for due in dues if due is not None and due > now]
    passed = sum(due is not None and due <= now for due in dues)
    return Reminding(passed, min(coming[0], now + LOOK_AGAIN) if coming else None)
