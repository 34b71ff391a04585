"""The ticket of escalation's own proof. Nobody sees it, nobody is told of it, and it is gone when it has served."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from accounts.models import Organisation, User
from sla.choices import Severity
from sla.terms import SeverityTerms, to_json
from tickets import ledger
from tickets.actions.base import settle
from tickets.models import Category, Ticket

SEVERITY = Severity.P3
_MONTH = 30 * 86_400
# Late after a second; what follows the first step is so far away that it never comes.
_TERMS = SeverityTerms(first_response=1, resolution=_MONTH, grace=_MONTH, calendar_id=None)


def open_canary(*, organisation: Organisation, by: User, now: datetime) -> Ticket:
    """A ticket that is overdue a second after `now`, for the sweep to find as it finds any other.

    `organisation` and `by` are there because a ticket has them; neither sees it: it is in no `visible_to`. It has no letter and
    no event `opened`.
    """
    with transaction.atomic():
        ticket = Ticket.objects.create(
            organisation=organisation,
            requester=by,
            category=Category.objects.order_by("pk")[:1].get(),
            severity=SEVERITY,
            subject="Canary",
            sla_terms=to_json({SEVERITY: _TERMS}),
            created_at=now,
            updated_at=now,
            submission_key=uuid.uuid4(),
            is_shared=False,
            is_canary=True,
        )
        ledger.start_clocks(ticket, by=by, now=now)
        settle(ticket, now=now)
        return ticket


def clear_canary(*, ticket_id: int) -> None:
    """Take the canary away with its clocks, steps and events. Any other ticket stays where it is.

    Locked first: a sweep that holds it is waited for, and one that comes later passes over it.
    """
    with transaction.atomic():
        rows = Ticket.objects.filter(pk=ticket_id, is_canary=True)
        if rows.select_for_update().first():
            rows.delete()
