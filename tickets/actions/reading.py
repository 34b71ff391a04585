"""Remembering how far a person has read."""

from accounts.models import User
from tickets.models import Ticket, TicketVisit


def mark_seen(*, ticket: Ticket, by: User, event_id: int) -> None:
    """The person has seen the ticket up to that event. Never goes back: two tabs may say so in any order."""
    visit = TicketVisit.objects.filter(ticket=ticket, user=by)
    if not visit.filter(seen_event_id__lt=event_id).update(seen_event_id=event_id):
        TicketVisit.objects.bulk_create(
            [TicketVisit(ticket=ticket, user=by, seen_event_id=event_id)], ignore_conflicts=True
        )
