"""What other floors' pages show of escalations."""

from django import template

from escalation.asking import asked_of, traces_of
from escalation.models import Escalation
from tickets.models import Ticket

register = template.Library()
MOST_STEPS = 3


@register.inclusion_tag("escalation/panel.html", takes_context=True)
def escalation_panel(context: template.Context, ticket: Ticket) -> dict[str, object]:
    """The ticket's latest steps, the newest first, and what the customer asked and was promised.

    One query where there is nothing of it, at most 5 more.
    """
    traces = traces_of(ticket)
    steps = Escalation.objects.visible_to(context["user"]).filter(ticket=ticket).select_related("by")
    return {
        "steps": steps.order_by("-step_no")[:MOST_STEPS] if traces.has_steps else [],
        "ticket": ticket,
        "asked": asked_of(ticket, context["user"], traces),
        "csrf_token": context.get("csrf_token"),
    }
