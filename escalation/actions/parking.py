"""Tickets whose look failed: left alone for an hour, logged and shown, so that the others go on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from escalation.models import ParkedTicket
from tickets.actions import look_now, put_off

PARKED_FOR = timedelta(hours=1)
LONGEST_ERROR = 2000  # characters


def park(*, ticket_id: int, error: Exception, now: datetime) -> None:
    """Leave the ticket alone for an hour and remember why. A later failure of the same ticket counts up."""
    until = now + PARKED_FOR
    with transaction.atomic():
        put_off(ticket_ids=[ticket_id], now=now, until=until)
        text = f"{type(error).__name__}: {error}"[:LONGEST_ERROR]
        rows = ParkedTicket.objects.filter(ticket=ticket_id)
        if not rows.update(error=text, last_at=now, until=until, times=F("times") + 1):
            ParkedTicket.objects.create(ticket_id=ticket_id, error=text, first_at=now, last_at=now, until=until)


def release(*, ticket_ids: Iterable[int]) -> None:
    """A look at these succeeded: nothing is wrong with them any more."""
    ParkedTicket.objects.filter(ticket__in=list(ticket_ids)).delete()


def try_now(*, ticket_id: int, now: datetime) -> None:
    """An administrator mended it: the next sweep looks again."""
    look_now(ticket_id=ticket_id, now=now)
