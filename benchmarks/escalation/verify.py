"""Did the sweep write everything? Asked of the database, after the clock was stopped."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from accounts.choices import Tier
from escalation.models import Escalation
from sla.clock import read
from tickets import ledger
from tickets.choices import EventKind
from tickets.models import Clock, Ticket, TicketEvent


class Missing(Exception):
    """What a measured sweep ought to have written and did not."""


def overdue(now: datetime) -> dict[int, tuple[str, int]]:
    """Tier and step number of each ticket that the sweep has to climb, before it runs."""
    rows = Ticket.objects.worth_a_look(now).values_list("pk", "tier", "step_no")
    return {pk: (tier, step_no) for pk, tier, step_no in rows}


def require_climbed(before: dict[int, tuple[str, int]], now: datetime) -> None:
    """Every ticket of `before` is one tier up with its step, its escalation, its event, its breach and its next look."""
    above = {Tier.T1.value: Tier.T2.value, Tier.T2.value: Tier.RND.value}
    expected = {(pk, above[tier], step_no + 1) for pk, (tier, step_no) in before.items()}
    steps = Ticket.objects.filter(last_step_at=now, updated_at=now).filter(Q(check_at=None) | Q(check_at__gt=now))
    events = TicketEvent.objects.filter(kind=EventKind.ESCALATED, at=now, fanned_out_at=None)
    written = {
        "tier, step and next look": set(steps.values_list("pk", "tier", "step_no")),
        "escalation": set(Escalation.objects.filter(created_at=now).values_list("ticket", "target", "step_no")),
        "event": {(each.ticket_id, each.data["to"], before.get(each.ticket_id, ("", -1))[1] + 1) for each in events},
    }
    for what, rows in written.items():
        if rows != expected:
            raise Missing(f"{len(expected - rows)} tickets lack their {what}, {len(rows - expected)} have one too many")
    if events.count() != len(expected):
        raise Missing("some tickets have their event twice")
    noticed = set(Clock.objects.filter(stopped_at=None, breached_at__lt=now).values_list("ticket", flat=True))
    if unnoticed := before.keys() - noticed:
        raise Missing(f"the breach of {len(unnoticed)} tickets was not noted")
    unseen = Clock.objects.filter(stopped_at=None, breached_at=None, due_at__lt=now, state="running").count()
    if unseen or Ticket.objects.worth_a_look(now).exists():
        raise Missing(f"{unseen} clocks ran out unseen, or tickets are left to look at")


def wrong_clocks(limit: int | None = None) -> list[str]:
    """Clocks whose stored columns differ from what their ledger says at their last line or at their breach."""
    rows = Clock.objects.select_related("calendar").prefetch_related("segments").order_by("pk")[:limit]
    return [f"#{clock.ticket_id} {clock.kind}" for clock in rows if not _is_right(clock)]


def _is_right(clock: Clock) -> bool:
    facts = ledger.facts_of(clock)
    lines = [each.at for each in clock.segments.all()]
    reading = read(facts, lines[-1])
    stored = (clock.state, clock.due_at, clock.at_risk_at, clock.stopped_at, clock.breached_at)
    return stored == (reading.state, reading.due_at, reading.at_risk_at, reading.stopped_at, reading.breached_at)
