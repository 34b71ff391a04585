"""What others did to a ticket since a page was shown: whoever acts on an old view is told first."""

from __future__ import annotations

from django.db.models import Max

from accounts.models import User
from tickets.admin.words import news_line
from tickets.choices import EventKind
from tickets.models import Ticket, TicketEvent

# What changes the ground of a decision; the rest (a colleague's note, a warning) does not stop anybody.
_MATTERS = (
    EventKind.CUSTOMER_REPLIED,
    EventKind.REPLIED,
    EventKind.ASSIGNED,
    EventKind.SEVERITY_CHANGED,
    EventKind.RESOLVED,
    EventKind.REOPENED,
    EventKind.CLOSED,
    EventKind.MERGED,
    EventKind.ESCALATED,
    EventKind.HANDED_BACK,
    EventKind.ESCALATION_REQUESTED,
    EventKind.ESCALATION_ACCEPTED,
    EventKind.ESCALATION_ANSWERED,
    EventKind.ESCALATION_CLOSED,
    EventKind.ESCALATION_OWNED,
    EventKind.COMMITTED,
)


def latest_of(ticket: Ticket) -> int:
    """The number of the ticket's newest event."""
    return TicketEvent.objects.filter(ticket=ticket).aggregate(latest=Max("pk"))["latest"] or 0


def news_since(ticket: Ticket, *, reader: User, seen: int) -> str:
    """The newest thing that matters which somebody else did after the event `seen`; empty when there is none."""
    events = TicketEvent.objects.visible_to(reader).filter(ticket=ticket, pk__gt=seen, kind__in=_MATTERS)
    newest = events.exclude(actor=reader).select_related("actor").order_by("-pk").first()
    return news_line(newest) if newest else ""
