"""Remembering how far a person has read."""

from accounts.models import User
from tickets.models import Ticket, TicketVisit


def mark_seen(*, ticket: Ticket, by: User, event_id: int, was_here: bool | None = None) -> None:
    """The person has seen the ticket up to that event. Never goes back: two tabs may say so in any order.

    1 query where it is known whether the person was here before, else at most 2.
    """
    if was_here is not False:
        visit = TicketVisit.objects.filter(ticket=ticket, user=by, seen_event_id__lt=event_id)
        if visit.update(seen_event_id=event_id) or was_here:
            return
    TicketVisit.objects.bulk_create(
        [TicketVisit(ticket=ticket, user=by, seen_event_id=event_id)], ignore_conflicts=True
    )
