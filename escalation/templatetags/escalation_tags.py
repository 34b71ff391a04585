"""What other floors' pages show of escalations."""

from django import template

from escalation.models import Escalation
from tickets.models import Ticket

register = template.Library()
MOST_STEPS = 3


@register.inclusion_tag("escalation/panel.html", takes_context=True)
def escalation_panel(context: template.Context, ticket: Ticket) -> dict[str, object]:
    """The ticket's latest steps with reason, plan and expected time, the newest first (1 query)."""
    steps = Escalation.objects.visible_to(context["user"]).filter(ticket=ticket).select_related("by")
    return {"steps": steps.order_by("-step_no")[:MOST_STEPS], "ticket": ticket}
