"""What other floors' pages show of escalations."""

from datetime import datetime

from django import template

from escalation.asking import Asked, asked_of, steps_of
from escalation.models import Escalation
from escalation.receipts import promise_receipts_of
from tickets.models import Ticket

register = template.Library()
MOST_STEPS = 3


@register.simple_tag(takes_context=True)
def escalation_of(context: template.Context, ticket: Ticket) -> tuple[list[Escalation], Asked]:
    """The ticket's latest steps, the newest first, and what the customer asked and was promised, for the tags below.

    The page's view has asked whether the reader may see the ticket. At most 5 queries.
    """
    steps, traces = steps_of(ticket, context["user"], most=MOST_STEPS)
    return steps, asked_of(ticket, context["user"], traces)


@register.inclusion_tag("escalation/panel.html", takes_context=True)
def escalation_panel(
    context: template.Context, ticket: Ticket, read: tuple[list[Escalation], Asked] | None = None
) -> dict[str, object]:
    """All of it, as `escalation_of` read it before or reads it now."""
    steps, asked = read or escalation_of(context, ticket)
    return {"steps": steps, "ticket": ticket, "asked": asked, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("escalation/turn.html")
def escalation_turn(ticket: Ticket, read: tuple[list[Escalation], Asked]) -> dict[str, object]:
    """What the customer hears next, and by when, after the sentence that says whose turn it is."""
    return {"ticket": ticket, "asked": read[1]}


@register.inclusion_tag("escalation/promise_receipts.html")
def promise_receipts(ticket: Ticket, now: datetime) -> dict[str, object]:
    """What was promised beside the ticket's clocks, line by line (2 queries)."""
    return {"receipts": promise_receipts_of(ticket, now=now)}
