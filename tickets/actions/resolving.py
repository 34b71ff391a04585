"""The end of a ticket, and when it turns out not to be the end."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from sla.choices import ClockKind
from tickets import ledger
from tickets.actions.base import JUDGED, judge, locked, record, require, set_status, settle
from tickets.actions.conversation import add_message, already_sent, send_reply
from tickets.actions.drafts import consume_draft
from tickets.actions.inquiring import lapse_questions
from tickets.actions.masking import Masker
from tickets.actions.ratings import ask_for_rating
from tickets.choices import EventKind, SecretPlace, Status
from tickets.errors import ActionRefused
from tickets.models import Resolution, Ticket


def resolve(
    *,
    ticket: Ticket,
    by: User,
    message: str,
    cause: str,
    fix: str,
    prevention: str,
    now: datetime,
    submission_key: uuid.UUID | None = None,
) -> Ticket:
    """An engineer resolves with a public message and what was found. Stops both clocks: the message is an answer too."""
    with transaction.atomic():
        ticket = locked(ticket)
        if already_sent(ticket, submission_key):
            return ticket
        require("resolve", ticket)
        if not message.strip():
            raise ActionRefused(_("Write to the customer what the solution is."))
        send_reply(ticket, by=by, body=message, now=now, key=submission_key)
        masker = Masker()
        cause, fix, prevention = (masker.text(each, SecretPlace.FINDINGS) for each in (cause, fix, prevention))
        Resolution.objects.create(ticket=ticket, by=by, at=now, cause=cause, fix=fix, prevention=prevention)
        masker.record(ticket, by=by, now=now)
        return _resolved(ticket, by=by, now=now, data={"by_customer": False})


def confirm_solved(*, ticket: Ticket, by: User, now: datetime) -> Ticket:
    """The customer says that it is solved. A first response that is still owed is cancelled, not missed."""
    with transaction.atomic():
        ticket = locked(ticket)
        if ticket.status == Status.RESOLVED:
            return ticket
        require("confirm_solved", ticket)
        clocks = ledger.clocks_of(ticket)
        if ledger.is_first_response_owed(clocks):
            ledger.append(clocks[ClockKind.FIRST_RESPONSE], "cancelled", reason="solved_by_customer", by=by, now=now)
        return _resolved(ticket, by=by, now=now, data={"by_customer": True})


def reopen(*, ticket: Ticket, by: User, reason: str, now: datetime, submission_key: uuid.UUID | None = None) -> Ticket:
    """A resolved ticket goes on with what was left of its resolution clock. Tier and first response stay as they were.

    The same `submission_key` again changes nothing; a ticket that somebody else reopened refuses, so no reason is lost.
    """
    with transaction.atomic():
        ticket = locked(ticket)
        if already_sent(ticket, submission_key):
            return ticket
        require("reopen", ticket)
        if not reason.strip():
            raise ActionRefused(_("Say in a sentence what is still wrong."))
        message = add_message(ticket, by=by, body=reason, now=now, key=submission_key)
        set_status(ticket, Status.OPEN, by=by, now=now, reason="reopened")
        ticket.resolved_at = None
        record(ticket, EventKind.REOPENED, by=by, now=now, message=message)
        consume_draft(by=by, key=submission_key)
        judge(ticket)
        settle(ticket, now=now, fields=("resolved_at", *JUDGED))
        return ticket


def _resolved(ticket: Ticket, *, by: User, now: datetime, data: dict[str, object]) -> Ticket:
    set_status(ticket, Status.RESOLVED, by=by, now=now, reason="resolved")
    ticket.resolved_at = now
    ticket.check_at = _closes_at(ticket, now=now)
    lapse_questions(ticket, by=by, now=now)
    ask_for_rating(ticket, record(ticket, EventKind.RESOLVED, by=by, now=now, data=data), now=now)
    settle(ticket, now=now, fields=("resolved_at",))
    return ticket


def stay_resolved(*, ticket: Ticket, now: datetime) -> None:
    """The days after which a resolved ticket closes by itself count from now on; any other ticket is left as it is.

    Call it inside the transaction of what happened, with the ticket's row locked.
    """
    if ticket.status == Status.RESOLVED:
        ticket.check_at = _closes_at(ticket, now=now)
        ticket.save(update_fields=["check_at"])


def _closes_at(ticket: Ticket, *, now: datetime) -> datetime:
    return now + timedelta(days=ticket.organisation.plan.closes_after_days)
