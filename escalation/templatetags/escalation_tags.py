"""What other floors' pages show of escalations."""

from datetime import datetime

from django import template

from escalation.asking import asked_of, steps_of
from escalation.receipts import promise_receipts_of
from tickets.models import Ticket

register = template.Library()
MOST_STEPS = 3


@register.inclusion_tag("escalation/panel.html", takes_context=True)
def escalation_panel(context: template.Context, ticket: Ticket) -> dict[str, object]:
    """The ticket's latest steps, the newest first, and what the customer asked and was promised.

    The page's view has asked whether the reader may see the ticket. At most 4 queries.
    """
    steps, traces = steps_of(ticket, context["user"], most=MOST_STEPS)
    return {
        "steps": steps,
        "ticket": ticket,
        "asked": asked_of(ticket, context["user"], traces),
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("escalation/promise_receipts.html")
def promise_receipts(ticket: Ticket, now: datetime) -> dict[str, object]:
    """What was promised beside the ticket's clocks, line by line (2 queries)."""
    return {"receipts": promise_receipts_of(ticket, now=now)}
