"""An engineer moves a ticket by hand: up to the next tier, or back down. Neither goes without words."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.choices import Tier
from accounts.models import User
from escalation.actions.steps import move
from escalation.choices import Trigger
from escalation.models import Escalation
from tickets.actions.base import locked, require
from tickets.actions.masking import Masker
from tickets.choices import SecretPlace
from tickets.errors import ActionRefused
from tickets.models import Ticket


def hand_up(
    *, ticket: Ticket, by: User, reason: str, tried: str, ask: str, now: datetime, seen_step: int | None = None
) -> Escalation:
    """An engineer hands the ticket to the next tier, with a reason, what was tried and what is asked of it.

    `seen_step` is the ticket's `step_no` when they decided. The second half of a double click gives the step that is there;
    a ticket that somebody else moved meanwhile refuses, so that two wishes for one step never make two.
    """
    return _hand_over(
        ticket,
        up=1,
        end=Tier.RND,
        at_end=_("The ticket is with R&D already; there is no tier above."),
        empty=_("Say why, what was tried, and what you ask of the next tier: nobody takes an empty hand-over."),
        words={"reason": reason, "tried": tried, "ask": ask},
        by=by,
        now=now,
        seen_step=seen_step,
    )


def hand_back(
    *, ticket: Ticket, by: User, reason: str, tried: str, ask: str, now: datetime, seen_step: int | None = None
) -> Escalation:
    """An engineer hands the ticket back to the tier below, with a reason, what was found and what is asked of it.

    One step, and the grace of the ladder counts from it. `tried` holds what was found. `seen_step` as for `hand_up`.
    """
    return _hand_over(
        ticket,
        up=-1,
        end=Tier.T1,
        at_end=_("The ticket is with tier 1 already; there is no tier below."),
        empty=_("Say why, what you found, and what you ask of the tier below: nobody takes an empty hand-over."),
        words={"reason": reason, "tried": tried, "ask": ask},
        by=by,
        now=now,
        seen_step=seen_step,
    )


def _hand_over(
    ticket: Ticket,
    *,
    up: int,
    end: Tier,
    at_end: str,
    empty: str,
    words: dict[str, str],
    by: User,
    now: datetime,
    seen_step: int | None,
) -> Escalation:
    """One step by hand, refused with `empty` where a word is missing and with `at_end` from the tier `end`.

    The customer reads the reason alone, and of what was masked in the other words they are not told either.
    """
    with transaction.atomic():
        ticket, read, unread = locked(ticket), Masker(), Masker()
        words = {
            name: (read if name == "reason" else unread).text(each, SecretPlace.ESCALATION)
            for name, each in words.items()
        }
        if done := _done_already(ticket, by=by, reason=words["reason"], ask=words["ask"], seen_step=seen_step):
            return done
        require("escalate", ticket)
        if not all(each.strip() for each in words.values()):
            raise ActionRefused(empty)
        if ticket.tier == end:
            raise ActionRefused(at_end)
        read.record(ticket, by=by, now=now)
        unread.record(ticket, by=by, now=now, is_public=False)
        return move(ticket, up=up, trigger=Trigger.ENGINEER, by=by, now=now, **words)


def _done_already(ticket: Ticket, *, by: User, reason: str, ask: str, seen_step: int | None) -> Escalation | None:
    if seen_step is None or seen_step == ticket.step_no:
        return None
    mine = Escalation.objects.filter(ticket=ticket, step_no=seen_step + 1, by=by, reason=reason, ask=ask).first()
    if mine is None:
        raise ActionRefused(_("A colleague moved this ticket a moment ago. Look at it first."))
    return mine
