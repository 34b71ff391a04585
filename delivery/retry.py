"""When is a message tried again? PURE: how often it was tried and since when it is owed in, an instant or "give up" out."""

from __future__ import annotations

from datetime import datetime, timedelta

# After the first attempt wait one minute, after the second five, and so on; then hourly.
WAITS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=60))
HOURLY = timedelta(hours=1)
GIVE_UP_AFTER = timedelta(hours=72)
MAX_SURPRISES = 3  # attempts that end in an error nobody foresaw, before the row is parked


def next_attempt(*, attempts: int, owed_since: datetime, now: datetime) -> datetime | None:
    """When to try again after `attempts` attempts, the last one at `now`; None once that would be past 72 hours.

    The first attempt (`attempts` 0) is due at once, however old the message is.
    """
    if attempts <= 0:
        return now
    at = now + (WAITS[attempts - 1] if attempts <= len(WAITS) else HOURLY)
    return at if at <= owed_since + GIVE_UP_AFTER else None
