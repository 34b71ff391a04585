"""May this solution be scored, and does the score call for a follow-up? PURE: facts in, decision out."""

from __future__ import annotations

from datetime import datetime, timedelta

WORST, BEST = 1, 5
LOW = 2  # a score up to this is followed up by an escalation manager
ASKED_FOR = timedelta(days=30)  # from the resolution: later nobody remembers
CHANGED_FOR = timedelta(days=14)  # from the first score
ASPECTS = ("speed", "skill", "communication")


def is_low(score: int) -> bool:
    return score <= LOW


def is_open(*, asked_at: datetime, rated_at: datetime | None, now: datetime) -> bool:
    """May it be scored, or its score be changed, now?"""
    if rated_at is None:
        return now < asked_at + ASKED_FOR
    return now < rated_at + CHANGED_FOR
