"""Since when we wait for a customer's word: written within actions that hold the ticket's lock."""

from __future__ import annotations

from datetime import datetime

from tickets.models import CustomerWait, Ticket


def begin_wait(ticket: Ticket, *, now: datetime) -> None:
    """From now on the customer is silent; a stretch that was open ends."""
    end_wait(ticket, now=now)
    CustomerWait.objects.create(ticket=ticket, began_at=now, look_at=now)


def end_wait(ticket: Ticket, *, now: datetime) -> None:
    CustomerWait.objects.filter(ticket=ticket, ended_at=None).update(ended_at=now, look_at=None)
