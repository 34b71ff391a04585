"""The ticket's screen-sharing calls, on the customer's page and at the desk."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from tickets.calls_shown import calls_of
from tickets.lifecycle import is_allowed
from tickets.models import Ticket

register = template.Library()


@register.inclusion_tag("tickets/parts/calls.html", takes_context=True)
def call_panel(context: template.Context, ticket: Ticket, *, is_desk: bool = False) -> dict[str, Any]:
    """What is proposed, agreed or waits for its outcome (1 query where there is any, none else). Each side acts on its own page."""
    reader = context["user"]
    calls = calls_of(ticket, reader, now=timezone.now()) if _has_any(ticket) else []
    return {
        "calls": calls,
        "version": " ".join(each.version for each in calls),
        "may_act": reader.is_staff == is_desk,
        "may_propose": is_allowed("propose_call", ticket.status),
        "ticket": ticket,
        "csrf_token": context.get("csrf_token"),
        "is_desk": is_desk,
    }


@register.simple_tag
def may_propose_call(ticket: Ticket) -> bool:
    """Is there room for a first proposal? Where a call is pending, its own panel leads to other times."""
    return is_allowed("propose_call", ticket.status) and not _has_any(ticket)


def _has_any(ticket: Ticket) -> bool:
    """Which the page's own query saw; where none did, the calls are asked for."""
    return getattr(ticket, "has_unfinished_call", True)
