"""Working on a ticket: who has it, how bad it is, whom it waits for."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from tickets import ledger, lifecycle
from tickets.actions.base import follow, locked, record, require, set_status, settle
from tickets.actions.inquiring import has_open_questions
from tickets.actions.masking import Masker
from tickets.choices import EventKind, SecretPlace, Status
from tickets.errors import ActionRefused
from tickets.models import Ticket


def assign(*, ticket: Ticket, to: User | None, by: User, now: datetime) -> Ticket:
    """Give the ticket to an engineer, or to nobody. No clock changes. The previous owner follows on."""
    with transaction.atomic():
        ticket = locked(ticket)
        require("assign", ticket)
        if to is not None and not (to.is_staff and to.is_active):
            raise ActionRefused(_("Only active staff can own a ticket."))
        if ticket.assignee_id == (to.pk if to else None):
            return ticket
        if ticket.assignee:
            follow(ticket, ticket.assignee, now=now)
        ticket.assignee = to
        record(
            ticket,
            EventKind.ASSIGNED,
            by=by,
            now=now,
            data={"to": to.pk if to else None, "name": to.name if to else ""},
        )
        settle(ticket, now=now, fields=("assignee",))
        return ticket


def take(*, ticket: Ticket, by: User, now: datetime, seen_owner: int | None = None) -> Ticket:
    """An engineer takes the ticket. Refused when it is not with whom they saw it any more: with nobody when `seen_owner` is 0."""
    with transaction.atomic():
        owner = locked(ticket).assignee
        has_it = owner.pk if owner else 0
        if owner and seen_owner is not None and has_it not in (seen_owner, by.pk):
            raise ActionRefused(_("%(name)s took this ticket a moment ago.") % {"name": owner.name})
        return assign(ticket=ticket, to=by, by=by, now=now)


def start(*, ticket: Ticket, by: User, now: datetime) -> Ticket:
    """Work has begun. No clock changes."""
    return _change_status("start", Status.IN_PROGRESS, EventKind.STARTED, ticket=ticket, by=by, now=now)


def wait_on_customer(*, ticket: Ticket, by: User, now: datetime) -> Ticket:
    """The ball is with the customer: the resolution clock pauses. Refused while the first response is owed, and while nothing
    is asked: nobody can answer nothing, and a clock must not stand still for it."""
    with transaction.atomic():
        ticket = locked(ticket)
        if ledger.is_first_response_owed(ledger.clocks_of(ticket)):
            raise ActionRefused(_("The customer has no answer yet. Reply first; “Reply and wait” does both at once."))
        if ticket.status != Status.WAITING_CUSTOMER and not has_open_questions(ticket):
            raise ActionRefused(
                _(
                    "There is no open question to the customer. Ask first: “Send and wait on the customer” does both at once."
                )
            )
        return _change_status(
            "wait_on_customer", Status.WAITING_CUSTOMER, EventKind.WAITED_ON_CUSTOMER, ticket=ticket, by=by, now=now
        )


def wait_internally(*, ticket: Ticket, by: User, now: datetime) -> Ticket:
    """We wait for a colleague or a vendor. No clock pauses: the customer is waiting for us."""
    return _change_status(
        "wait_internally", Status.WAITING_INTERNAL, EventKind.WAITED_INTERNALLY, ticket=ticket, by=by, now=now
    )


def resume(*, ticket: Ticket, by: User, now: datetime) -> Ticket:
    """Waiting is over: a paused resolution clock goes on."""
    return _change_status("resume", Status.OPEN, EventKind.RESUMED, ticket=ticket, by=by, now=now)


def change_severity(*, ticket: Ticket, by: User, severity: str, reason: str, now: datetime) -> Ticket:
    """Raise or lower the severity, with a reason. Customers may only raise. Open clocks are computed anew from creation."""
    with transaction.atomic():
        ticket = locked(ticket)
        require("change_severity", ticket)
        if severity == ticket.severity:
            return ticket
        if not reason.strip():
            raise ActionRefused(_("Say in a sentence why the severity changes."))
        is_raise = lifecycle.is_raise(ticket.severity, severity)
        if not by.is_staff and not is_raise:
            raise ActionRefused(_("Only our engineers can lower the severity. Write to us and we will look at it."))
        masker = Masker()
        reason = masker.text(reason.strip(), SecretPlace.REASON)
        masker.record(ticket, by=by, now=now)
        before, ticket.severity = ticket.severity, severity
        record(
            ticket,
            EventKind.SEVERITY_CHANGED,
            by=by,
            now=now,
            data={"from": before, "to": severity, "reason": reason, "raised": is_raise},
        )
        ledger.retarget(ticket, cause="severity_change", now=now)
        settle(ticket, now=now, fields=("severity",))
        return ticket


def _change_status(action: str, status: Status, kind: EventKind, *, ticket: Ticket, by: User, now: datetime) -> Ticket:
    with transaction.atomic():
        ticket = locked(ticket)
        if ticket.status == status:
            return ticket
        require(action, ticket)
        set_status(ticket, status, by=by, now=now, reason=kind)
        record(ticket, kind, by=by, now=now)
        settle(ticket, now=now)
        return ticket
