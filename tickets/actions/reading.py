"""Remembering how far a person has read."""

from accounts.models import User
from tickets.models import Ticket, TicketVisit


def mark_seen(*, ticket: Ticket, by: User, event_id: int) -> None:
    """The person has seen the ticket up to that event."""
    TicketVisit.objects.update_or_create(ticket=ticket, user=by, defaults={"seen_event_id": event_id})
