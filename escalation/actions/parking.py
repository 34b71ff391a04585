"""Tickets whose look failed: left alone for an hour, logged and shown, so that the others go on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from escalation.choices import Job
from escalation.models import ParkedTicket
from tickets.actions import look_now, put_off

PARKED_FOR = timedelta(hours=1)
LONGEST_ERROR = 2000  # characters


def park(*, ticket_id: int, job: Job, error: Exception, now: datetime) -> None:
    """Have the job leave the ticket alone for an hour and remember why. A later failure of the same ticket counts up."""
    until = now + PARKED_FOR
    with transaction.atomic():
        if job == Job.SWEEP:
            put_off(ticket_ids=[ticket_id], now=now, until=until)
        text = f"{type(error).__name__}: {error}"[:LONGEST_ERROR]
        rows = ParkedTicket.objects.filter(ticket=ticket_id, job=job)
        if not rows.update(error=text, last_at=now, until=until, times=F("times") + 1):
            ParkedTicket.objects.create(
                ticket_id=ticket_id, job=job, error=text, first_at=now, last_at=now, until=until
            )


def parked_until(job: Job) -> dict[int, datetime]:
    """Until when the job leaves which tickets alone, those included whose time is over."""
    return dict(ParkedTicket.objects.filter(job=job).values_list("ticket", "until"))


def release(*, ticket_ids: Iterable[int], job: Job) -> None:
    """A look at these succeeded: nothing is wrong with them any more."""
    ParkedTicket.objects.filter(ticket__in=list(ticket_ids), job=job).delete()


def try_now(*, ticket_id: int, now: datetime) -> None:
    """An administrator mended it: the next sweeps look again."""
    with transaction.atomic():
        look_now(ticket_id=ticket_id, now=now)
        ParkedTicket.objects.filter(ticket=ticket_id, until__gt=now).update(until=now)
