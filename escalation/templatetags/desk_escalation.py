"""What the desk's page of a ticket shows of its escalation; staff only."""

from django import template

from escalation.asking import Asked
from escalation.board_rows import trackers
from escalation.choices import Expects
from escalation.models import Commitment, Escalation, TrackerLink
from tickets.models import Ticket

register = template.Library()


@register.inclusion_tag("escalation/desk_handover.html", takes_context=True)
def desk_handover(context: template.Context, ticket: Ticket, read: tuple[list[Escalation], Asked]) -> dict[str, object]:
    """On top: what the last tier handed over, and the plan that a new owner confirms or replaces.

    `read` is what `escalation_of` read.
    """
    reader, (steps, asked) = context["user"], read
    step = steps[0] if steps else None
    commitment = asked.commitment if asked.commitment and asked.commitment.closed_at is None else None
    is_mine = ticket.is_open and ticket.assignee_id == reader.pk
    return {
        "ticket": ticket,
        "step": step if step and step.ask and ticket.is_open else None,
        "commitment": commitment if is_mine and _awaits_takeover(commitment, step) else None,
    }


def _awaits_takeover(commitment: Commitment | None, step: Escalation | None) -> bool:
    """Did the ticket move within this escalation, and nobody gave plan and time since? Asked for alone, nothing moved."""
    if commitment is None or step is None or commitment.expects != Expects.TAKEOVER:
        return False
    return step.created_at >= commitment.opened_at


@register.inclusion_tag("escalation/desk_trackers.html", takes_context=True)
def desk_trackers(context: template.Context, ticket: Ticket) -> dict[str, object]:
    """Where it is worked on inside, and the form that adds an address (1 query)."""
    return {
        "ticket": ticket,
        "trackers": trackers(list(TrackerLink.objects.filter(ticket=ticket))),
        "request": context["request"],
        "csrf_token": context["csrf_token"],
    }
