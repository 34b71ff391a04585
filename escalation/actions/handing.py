"""An engineer moves a ticket by hand: up to the next tier, or back down. Neither goes without words."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.choices import Tier
from accounts.models import User
from escalation.actions.steps import escalate
from escalation.choices import Target, Trigger
from escalation.ladder import LADDER
from escalation.models import Escalation
from tickets import ledger
from tickets.actions.base import locked, require
from tickets.errors import ActionRefused
from tickets.models import Ticket


def hand_up(
    *, ticket: Ticket, by: User, reason: str, tried: str, ask: str, now: datetime, seen_step: int | None = None
) -> Escalation:
    """An engineer hands the ticket to the next tier, with a reason, what was tried and what is asked of it.

    `seen_step` is the ticket's `step_no` when they decided. The second half of a double click gives the step that is there;
    a ticket that somebody else moved meanwhile refuses, so that two wishes for one step never make two.
    """
    with transaction.atomic():
        ticket = locked(ticket)
        if done := _done_already(ticket, by=by, reason=reason, ask=ask, seen_step=seen_step):
            return done
        require("escalate", ticket)
        if not (reason.strip() and tried.strip() and ask.strip()):
            raise ActionRefused(
                _("Say why, what was tried, and what you ask of the next tier: nobody takes an empty hand-over.")
            )
        if ticket.tier == Tier.RND:
            raise ActionRefused(_("The ticket is with R&D already; there is no tier above."))
        return _move(ticket, up=1, by=by, reason=reason, tried=tried, ask=ask, now=now)


def hand_back(
    *, ticket: Ticket, by: User, reason: str, tried: str, ask: str, now: datetime, seen_step: int | None = None
) -> Escalation:
    """An engineer hands the ticket back to the tier below, with a reason, what was found and what is asked of it.

    One step, and the grace of the ladder counts from it. `tried` holds what was found. `seen_step` as for `hand_up`.
    """
    with transaction.atomic():
        ticket = locked(ticket)
        if done := _done_already(ticket, by=by, reason=reason, ask=ask, seen_step=seen_step):
            return done
        require("escalate", ticket)
        if not (reason.strip() and tried.strip() and ask.strip()):
            raise ActionRefused(
                _("Say why, what you found, and what you ask of the tier below: nobody takes an empty hand-over.")
            )
        if ticket.tier == Tier.T1:
            raise ActionRefused(_("The ticket is with tier 1 already; there is no tier below."))
        return _move(ticket, up=-1, by=by, reason=reason, tried=tried, ask=ask, now=now)


def _done_already(ticket: Ticket, *, by: User, reason: str, ask: str, seen_step: int | None) -> Escalation | None:
    if seen_step is None or seen_step == ticket.step_no:
        return None
    mine = Escalation.objects.filter(ticket=ticket, step_no=seen_step + 1, by=by, reason=reason, ask=ask).first()
    if mine is None:
        raise ActionRefused(_("A colleague moved this ticket a moment ago. Look at it first."))
    return mine


def _move(ticket: Ticket, *, up: int, by: User, reason: str, tried: str, ask: str, now: datetime) -> Escalation:
    step = escalate(
        ticket=ticket,
        target=Target(LADDER[LADDER.index(ticket.tier) + up]),
        trigger=Trigger.ENGINEER,
        now=now,
        check_at=ledger.next_look(ticket, ledger.clocks_of(ticket).values(), now=now),
        reason=reason,
        tried=tried,
        ask=ask,
        by=by,
    )
    if step is None:
        raise ActionRefused(_("A colleague moved this ticket a moment ago. Look at it first."))
    return step
