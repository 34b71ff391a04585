"""Noting that somebody is writing. No event and no lock: it is shown for seconds and then forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q

from accounts.models import User
from tickets.models import Ticket, Writing

AT_MOST_EVERY = timedelta(seconds=3)  # whoever beats faster writes nothing
KEPT_FOR = timedelta(days=1)


def note_writing(*, ticket: Ticket, by: User, is_internal: bool, now: datetime) -> None:
    """The person types on this ticket; a customer's words are never internal. One row a person, written every 3 s at most."""
    is_internal = is_internal and by.is_staff
    mine = Writing.objects.filter(ticket=ticket, user=by)
    is_news = Q(at__lte=now - AT_MOST_EVERY) | ~Q(is_internal=is_internal)
    if not mine.filter(is_news).update(at=now, is_internal=is_internal) and not mine.exists():
        row = Writing(ticket=ticket, user=by, at=now, is_internal=is_internal)
        Writing.objects.bulk_create([row], ignore_conflicts=True)


def stop_writing(ticket: Ticket, by: User) -> None:
    """What was written is sent."""
    Writing.objects.filter(ticket=ticket, user=by).delete()


def sweep_writing(*, now: datetime) -> int:
    """Forget who wrote yesterday; how many rows went."""
    return Writing.objects.filter(at__lt=now - KEPT_FOR).delete()[0]
