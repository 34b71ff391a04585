"""Writes of people on their notices, and having a parked event tried again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from accounts.models import User
from delivery.wake import wake
from notifications.models import Notice, StuckEvent
from tickets.actions.base import FAN_OUT_TASK
from tickets.models import Ticket


def mark_read(*, notice: Notice, now: datetime) -> None:
    """The person opened the notice: it and the older ones of the same ticket are read."""
    mine = Notice.objects.unread().filter(recipient=notice.recipient_id, event__ticket=notice.event.ticket_id)
    mine.filter(pk__lte=notice.pk).update(read_at=now)


def mark_ticket_read(user: User, ticket: Ticket, now: datetime) -> int:
    """The person looked at the ticket: all their notices of it are read; how many became so."""
    return Notice.objects.unread().filter(recipient=user, event__ticket=ticket).update(read_at=now)


def mark_all_read(*, user: User, until: int, now: datetime) -> int:
    """Everything up to the notice `until` is read: what came while the person looked at the list stays unread."""
    return Notice.objects.unread().filter(recipient=user, pk__lte=until).update(read_at=now)


def try_again(*, ids: Sequence[int], now: datetime) -> int:
    """Have parked events told again; how many."""
    count = StuckEvent.objects.filter(pk__in=ids).update(attempts=0, next_attempt_at=now)
    if count:
        wake(FAN_OUT_TASK)
    return count
