"""When and where does a ticket climb? PURE: facts in, decision out.

T1 -> T2 -> R&D -> the escalation manager is paged, one step a sweep, the grace counted from the step that really
happened. The policy's source is the project's SLA policy: a step is due when a clock is breached and not stopped, and
the grace since the last step has fully elapsed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.choices import Tier
from escalation.choices import Target
from sla.calendar import BusinessCalendar

LADDER: tuple[str, ...] = (Tier.T1, Tier.T2, Tier.RND)
TICK = timedelta(microseconds=1)  # `now > breached_at` as the earliest instant worth a look


@dataclass(frozen=True, slots=True)
class LadderFacts:
    """All that the decision follows from. Instants aware, `grace` in working seconds of `calendar`.

    `overdue_since` holds `breached_at` of each clock that is breached and not stopped. `last_step_at` is the last move
    between tiers by anybody; `woken_at` the last reopening or resumption. `top` is the tier where the ladder ends.
    """

    is_active: bool
    tier: str
    overdue_since: Sequence[datetime]
    last_step_at: datetime | None
    woken_at: datetime | None
    is_manager_paged: bool
    grace: int
    calendar: BusinessCalendar
    idle_spans: Sequence[tuple[datetime, datetime]] = ()
    top: str = Tier.RND


@dataclass(frozen=True, slots=True)
class Decision:
    """`step`: where to go now, None for nowhere. `look_at`: when to look again, None for never by this ladder."""

    step: Target | None
    look_at: datetime | None


def decide(facts: LadderFacts, now: datetime) -> Decision:
    """One step at most. Deciding twice on the same facts decides the same; the claim lets one of the deciders act."""
    target = _next_target(facts)
    if not facts.is_active or not facts.overdue_since or target is None:
        return Decision(None, None)
    ready_at = _ready_at(facts)
    if ready_at is None or now < ready_at:
        return Decision(None, ready_at)
    return Decision(target, None)


def after_step(facts: LadderFacts, target: Target, now: datetime) -> datetime | None:
    """When to look again after the step to `target` was taken at `now`."""
    if target == Target.MANAGER:
        return None
    return facts.calendar.add(now, facts.grace)


def goes_down(from_tier: str, target: str) -> bool:
    """Does a step lead to a lower tier? The escalation manager stands above all."""
    return target in LADDER and LADDER.index(target) < LADDER.index(from_tier)


def _next_target(facts: LadderFacts) -> Target | None:
    position = LADDER.index(facts.tier)
    if position < LADDER.index(facts.top):
        return Target(LADDER[position + 1])
    return None if facts.is_manager_paged else Target.MANAGER


def _ready_at(facts: LadderFacts) -> datetime | None:
    """The first instant at which the next step may be taken; None when the calendar never gets there."""
    overdue_from = min(facts.overdue_since) + TICK
    waits_from = _grace_starts_at(facts)
    if waits_from is None:
        return overdue_from
    grace_over = _add_active(facts, waits_from)
    return None if grace_over is None else max(overdue_from, grace_over)


def _grace_starts_at(facts: LadderFacts) -> datetime | None:
    """From where the grace counts: the last step; for a ticket still in T1 as created, only a wake-up after the breach."""
    if facts.last_step_at is not None:
        return facts.last_step_at
    if facts.woken_at is not None and facts.woken_at > min(facts.overdue_since):
        return facts.woken_at
    return None


def _add_active(facts: LadderFacts, start: datetime) -> datetime | None:
    """`start` plus the grace, time in waiting on the customer and resolved not counted."""
    left = timedelta(seconds=facts.grace)
    for idle_from, idle_to in facts.idle_spans:
        if idle_to <= start:
            continue
        ran = facts.calendar.worked_between(start, idle_from)
        if ran >= left:
            break
        left -= ran
        start = max(start, idle_to)
    return facts.calendar.add(start, left)
