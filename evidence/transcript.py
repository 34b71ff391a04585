"""The transcript and the receipt as pages of their own, that need nothing beside them. In the active language and zone."""

from __future__ import annotations

from datetime import datetime

from django.template.loader import render_to_string

from accounts.models import User
from escalation.models import Escalation
from escalation.receipts import promise_receipts_of
from tickets.customer_page import loaded, read_page
from tickets.loading import rest_loaded
from tickets.models import Ticket
from tickets.receipts import receipts_of
from tickets.thread import whole_thread


def transcript_page(ticket: Ticket, paths: dict[int, str], *, now: datetime, reader: User) -> str:
    """Everything public on the ticket, in order. `paths` leads from a file's key to its place in the bundle."""
    ticket = rest_loaded(loaded(Ticket.objects.filter(pk=ticket.pk)).get())
    context = {
        "ticket": ticket,
        "page": read_page(ticket, now=now),
        "items": whole_thread(ticket, reader=reader),
        "steps": Escalation.objects.filter(ticket=ticket).select_related("by").order_by("step_no"),
        "questions": ticket.inquiries.all(),
        "paths": paths,
        "now": now,
    }
    return render_to_string("evidence/transcript.html", context)


def receipt_page(ticket: Ticket, *, now: datetime) -> str:
    context = {
        "ticket": ticket,
        "receipts": receipts_of(ticket, now=now),
        "promises": promise_receipts_of(ticket, now=now, most=None),
        "now": now,
    }
    return render_to_string("evidence/receipt.html", context)
