"""Following a ticket that somebody else filed, instead of filing the same problem again."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from accounts.models import User
from tickets.actions.base import follow, locked, record, settle
from tickets.actions.drafts import begin_letter
from tickets.choices import EventKind
from tickets.models import Follower, Ticket


def follow_ticket(*, ticket: Ticket, by: User, now: datetime, key: uuid.UUID, words: str) -> bool:
    """Follow it, and keep what was written under `key`, files too, as the draft of a letter on it.

    The requester follows their own ticket anyway, and following twice is one event. Is the draft there to be sent? It is
    not where another letter on the ticket was begun already, or nothing was written.
    """
    with transaction.atomic():
        ticket = locked(ticket)
        if by.pk != ticket.requester_id and not Follower.objects.filter(ticket=ticket, user=by).exists():
            follow(ticket, by, now=now)
            record(ticket, EventKind.FOLLOWED, by=by, now=now)
            settle(ticket, now=now)
        return begin_letter(by=by, ticket=ticket, key=key, words=words, now=now)
