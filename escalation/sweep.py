"""The sweep: looks at every ticket whose time has come, notes what its clocks missed and takes at most one step each.

Any number of sweeps may run at once: each change is a claim that repeats what was read, and the loser does nothing.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from escalation.actions import escalate
from escalation.choices import Trigger
from escalation.ladder import LadderFacts, after_step, decide
from escalation.models import LadderEnd
from sla.policies import calendar_for_terms
from tickets import actions, ledger
from tickets.choices import Status
from tickets.lifecycle import ACTIVE_STATUSES
from tickets.models import Clock, Ticket

logger = logging.getLogger(__name__)
BATCH = 200
PARKED_FOR = timedelta(minutes=5)  # a ticket whose look failed must not starve the others


@dataclass(slots=True)
class Tally:
    """What one sweep did."""

    looked_at: int = 0
    escalated: int = 0
    warned: int = 0
    breached: int = 0
    closed: int = 0
    failed: int = 0


def run(now: datetime) -> Tally:
    """Look at every ticket that was worth a look at `now`; each at most once."""
    tally = Tally()
    actions.recheck_after_calendar_edits(now=now)
    seen: set[int] = set()
    while ids := list(Ticket.objects.worth_a_look(now).values_list("pk", flat=True)[: BATCH + len(seen)]):
        fresh = [ticket_id for ticket_id in ids if ticket_id not in seen]
        if not fresh:
            break  # in other sweeps' hands, or worth another look at once: the next sweep's
        for ticket_id in fresh:
            _look_safely(ticket_id, now, tally)
        seen.update(fresh)
    return tally


def _look_safely(ticket_id: int, now: datetime, tally: Tally) -> None:
    try:
        with transaction.atomic():
            if _look(ticket_id, now, tally):
                tally.looked_at += 1
    except Exception:  # one poisoned row must not stop the sweep: it is parked and logged
        logger.exception("sweep: ticket %s could not be looked at, parked", ticket_id)
        tally.failed += 1
        Ticket.objects.filter(pk=ticket_id, check_at__lte=now).update(check_at=now + PARKED_FOR)


def _look(ticket_id: int, now: datetime, tally: Tally) -> bool:
    ticket = (
        Ticket.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=ticket_id, check_at__lte=now).first()
    )
    if ticket is None:
        return False
    if ticket.status == Status.RESOLVED:
        tally.closed += actions.close_settled(ticket=ticket, now=now)
        return True
    if ticket.status not in ACTIVE_STATUSES:
        return actions.claim_look(seen=actions.Seen.of(ticket), check_at=None)
    clocks = _judge(ticket, now, tally)
    _climb(ticket, clocks, now, tally)
    return True


def _judge(ticket: Ticket, now: datetime, tally: Tally) -> list[Clock]:
    """Bring the clocks up to date: calendar edits first, then breaches, then warnings."""
    clocks = list(ledger.clocks_of(ticket).values())
    if any(ledger.is_stale(clock) for clock in clocks):
        actions.recompute_after_calendar_edit(ticket=ticket, now=now)
        clocks = list(ledger.clocks_of(ticket).values())
    for clock in clocks:
        clock.ticket = ticket
        if ledger.note_breach(clock, now=now):
            tally.breached += 1
        elif actions.warn_at_risk(clock=clock, now=now):
            clock.warned_at = now
            tally.warned += 1
    return clocks


def _climb(ticket: Ticket, clocks: list[Clock], now: datetime, tally: Tally) -> None:
    facts = ladder_facts(ticket, clocks)
    decision = decide(facts, now)
    looks = [look for look in (ledger.next_clock_look(ticket, clocks), decision.look_at) if look]
    if decision.step is None:
        actions.claim_look(seen=actions.Seen.of(ticket), check_at=min(looks, default=None))
        return
    after = after_step(facts, decision.step, now)
    overdue = min((clock for clock in clocks if _is_overdue(clock)), key=lambda clock: clock.breached_at or now)
    step = escalate(
        ticket=ticket,
        target=decision.step,
        trigger=Trigger.CLOCK,
        now=now,
        clock=overdue.kind,
        check_at=min([*looks, *([after] if after else [])], default=None),
    )
    tally.escalated += step is not None


def ladder_facts(ticket: Ticket, clocks: list[Clock]) -> LadderFacts:
    """The pure facts that the ladder decides on, for a ticket and its clocks with their segments loaded."""
    terms = ledger.current_terms(ticket)
    end = LadderEnd.objects.filter(severity=ticket.severity).first()
    return LadderFacts(
        is_active=ticket.status in ACTIVE_STATUSES,
        tier=ticket.tier,
        overdue_since=[clock.breached_at for clock in clocks if clock.breached_at and _is_overdue(clock)],
        last_step_at=ticket.last_step_at,
        woken_at=ticket.woken_at,
        is_manager_paged=ticket.manager_paged_at is not None,
        grace=terms.grace,
        calendar=calendar_for_terms(terms),
        idle_spans=ledger.idle_spans(clocks),
        **({"top": end.top} if end else {}),
    )


def _is_overdue(clock: Clock) -> bool:
    return clock.breached_at is not None and clock.stopped_at is None
