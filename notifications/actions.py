"""Writes of people on their notices and on what they are mailed, and having a parked event tried again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import User
from delivery.wake import wake
from notifications.choices import News
from notifications.models import DeclinedMail, Notice, StuckEvent
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


def choose_mail(*, user: User, declined: Collection[News]) -> None:
    """From now on the person is mailed of no news of these kinds, and of all others."""
    with transaction.atomic():
        User.objects.select_for_update().values_list("pk").get(pk=user.pk)  # two tabs that save at once
        rows = DeclinedMail.objects.filter(user=user)
        rows.exclude(news__in=declined).delete()
        known = set(rows.values_list("news", flat=True))
        DeclinedMail.objects.bulk_create(DeclinedMail(user=user, news=each) for each in declined if each not in known)


def try_again(*, ids: Sequence[int], now: datetime) -> int:
    """Have parked events told again; how many."""
    count = StuckEvent.objects.filter(pk__in=ids).update(attempts=0, next_attempt_at=now)
    if count:
        wake(FAN_OUT_TASK)
    return count
