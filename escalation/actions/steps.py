"""Moves between tiers: the claim, the Escalation row, its commitment and the event in one transaction."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.choices import Tier
from accounts.models import User
from escalation.actions.commitments import note_steps
from escalation.choices import Target, Trigger
from escalation.ladder import LADDER
from escalation.models import Escalation, StepPlan
from sla.policies import calendar_for_terms
from tickets import ledger
from tickets.actions import Seen, move_tier, record_manager_page
from tickets.actions.base import locked, record, require
from tickets.choices import EventKind
from tickets.errors import ActionRefused
from tickets.models import Ticket


def escalate(
    *,
    ticket: Ticket,
    target: Target,
    trigger: Trigger,
    now: datetime,
    check_at: datetime | None,
    clock: str = "",
    reason: str = "",
    tried: str = "",
    ask: str = "",
    by: User | None = None,
) -> Escalation | None:
    """One step: claim, Escalation and event. None when somebody else moved the ticket since it was read.

    `check_at` is when the sweep looks next. The plan and the expected time come from the StepPlan row of target and
    severity; without such a row no expected time is promised.
    """
    with transaction.atomic():
        seen = Seen.of(ticket)
        if not _claim(seen, target, check_at=check_at, now=now):
            return None
        plan = StepPlan.objects.filter(target=target, severity=ticket.severity).first()
        escalation = Escalation.objects.create(
            ticket=ticket,
            step_no=seen.step_no + 1,
            trigger=trigger,
            from_tier=seen.tier,
            target=target,
            clock=clock,
            reason=reason,
            tried=tried,
            ask=ask,
            by=by,
            created_at=now,
            plan_en=plan.plan_en if plan else "",
            plan_zh=plan.plan_zh if plan else "",
            expected_at=_expected_at(ticket, plan, now=now),
        )
        note_steps([escalation], now=now)
        record(
            ticket,
            EventKind.MANAGER_PAGED if target == Target.MANAGER else EventKind.ESCALATED,
            by=by,
            now=now,
            data={
                "from": seen.tier,
                "to": target.value,
                "trigger": trigger.value,
                "clock": clock,
                "escalation": escalation.pk,
            },
        )
        return escalation


def hand_up(
    *, ticket: Ticket, by: User, reason: str, tried: str, ask: str, now: datetime, seen_step: int | None = None
) -> Escalation:
    """An engineer hands the ticket to the next tier, with a reason, what was tried and what is asked of it.

    `seen_step` is the ticket's `step_no` when they decided. The second half of a double click gives the step that is there;
    a ticket that somebody else moved meanwhile refuses, so that two wishes for one step never make two.
    """
    with transaction.atomic():
        ticket = locked(ticket)
        if seen_step is not None and seen_step != ticket.step_no:
            mine = Escalation.objects.filter(
                ticket=ticket, step_no=seen_step + 1, by=by, reason=reason, ask=ask
            ).first()
            if mine:
                return mine
            raise ActionRefused(_("A colleague moved this ticket a moment ago. Look at it first."))
        require("escalate", ticket)
        if not (reason.strip() and tried.strip() and ask.strip()):
            raise ActionRefused(
                _("Say why, what was tried, and what you ask of the next tier: nobody takes an empty hand-over.")
            )
        if ticket.tier == Tier.RND:
            raise ActionRefused(_("The ticket is with R&D already; there is no tier above."))
        target = Target(LADDER[LADDER.index(ticket.tier) + 1])
        clocks = ledger.clocks_of(ticket).values()
        escalation = escalate(
            ticket=ticket,
            target=target,
            trigger=Trigger.ENGINEER,
            now=now,
            check_at=ledger.next_look(ticket, clocks, now=now),
            reason=reason,
            tried=tried,
            ask=ask,
            by=by,
        )
        if escalation is None:
            raise ActionRefused(_("A colleague moved this ticket a moment ago. Look at it first."))
        return escalation


def _claim(seen: Seen, target: Target, *, check_at: datetime | None, now: datetime) -> bool:
    if target == Target.MANAGER:
        return record_manager_page(seen=seen, check_at=check_at, now=now)
    return move_tier(seen=seen, to_tier=target, check_at=check_at, now=now)


def _expected_at(ticket: Ticket, plan: StepPlan | None, *, now: datetime) -> datetime | None:
    """By when the new tier takes over, counted on the hours of the ticket's severity.

    Never later than the grace of the ticket's own terms: by then the ladder would have moved on.
    """
    if plan is None:
        return None
    terms = ledger.current_terms(ticket)
    return calendar_for_terms(terms).add(now, min(plan.taken_over_within, terms.grace))
