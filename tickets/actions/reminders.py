"""The sweep that reminds customers of what we asked: each step once, nothing while a ticket does not wait.

Any number may run at once: each ticket is locked first, and its stretch of waiting is claimed by an update that repeats what
was read. One that throws is put off for an hour, so that the others go on.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import InterfaceError, OperationalError, transaction

from sla.models import Calendar
from sla.policies import calendar_of
from tickets import ledger
from tickets.actions.base import record
from tickets.choices import EventKind, Status
from tickets.models import CustomerWait, Inquiry, ReminderStep, Ticket
from tickets.reminding import DAY_AROUND_THE_CLOCK, Reminding, reminding

logger = logging.getLogger(__name__)
BATCH = 200
BUDGET = 40.0  # seconds in which further batches are begun, well inside the task's 60
PUT_OFF = timedelta(hours=1)
EXCERPT = 300  # characters of a letter that a reminder repeats


def remind_customers(*, now: datetime) -> int:
    """Look at every stretch of waiting whose time has come, each once; how many customers were reminded."""
    steps = list(ReminderStep.objects.values_list("after_days", flat=True))
    until, last, told = time.monotonic() + BUDGET, 0, 0
    due = CustomerWait.objects.filter(look_at__lte=now).order_by("pk")
    while ids := list(due.filter(pk__gt=last).values_list("pk", flat=True)[:BATCH]):
        told += sum(_look_safely(pk, steps, now) for pk in ids)
        last = ids[-1]
        if time.monotonic() > until:
            break
    return told


def edited_reminders(*, now: datetime) -> None:
    """After how long customers are reminded was edited: every stretch that is open is worth a look."""
    CustomerWait.objects.filter(ended_at=None).update(look_at=now)


def _look_safely(wait_id: int, steps: Sequence[Decimal], now: datetime) -> bool:
    try:
        with transaction.atomic():
            return _look(wait_id, steps, now)
    except (OperationalError, InterfaceError):
        raise  # the database is away or busy, and no row is to blame: the next run goes on
    except Exception:  # whatever is wrong with one row must not stop the others
        logger.exception("reminders: the wait %s could not be looked at", wait_id)
        CustomerWait.objects.filter(pk=wait_id).update(look_at=now + PUT_OFF)
        return False


def _look(wait_id: int, steps: Sequence[Decimal], now: datetime) -> bool:
    """One stretch, its ticket locked; who is locked by somebody is theirs. True when the customer is reminded."""
    locked = Ticket.objects.select_for_update(skip_locked=True, of=("self",))
    ticket = locked.filter(waits=wait_id, status=Status.WAITING_CUSTOMER).first()
    wait = CustomerWait.objects.filter(pk=wait_id, ended_at=None, look_at__lte=now).first()
    if ticket is None or wait is None:
        return False
    decided = _decide(ticket, wait, steps, now)
    claim = CustomerWait.objects.filter(
        pk=wait.pk, ended_at=None, reminded=wait.reminded, look_at=wait.look_at, ticket__status=Status.WAITING_CUSTOMER
    )
    if not claim.update(reminded=max(decided.passed, wait.reminded), look_at=decided.look_at):
        return False
    if decided.passed <= wait.reminded:
        return False
    record(ticket, EventKind.REMINDED, by=None, now=now, data=_told(ticket, wait, decided.passed))
    return True


def _decide(ticket: Ticket, wait: CustomerWait, steps: Sequence[Decimal], now: datetime) -> Reminding:
    calendar_id = ledger.current_terms(ticket).calendar_id
    row = Calendar.objects.get(pk=calendar_id) if calendar_id else None
    day = row.business_day_seconds if row else DAY_AROUND_THE_CLOCK
    return reminding(since=wait.began_at, after_days=steps, day_seconds=day, calendar=calendar_of(row), now=now)


def _told(ticket: Ticket, wait: CustomerWait, number: int) -> dict[str, object]:
    """What the reminder says: how many it is, since when we wait, and for what."""
    asked = Inquiry.objects.open().filter(ticket=ticket).select_related("message").order_by("pk")
    questions = [each.text or each.message.body.strip()[:EXCERPT] for each in asked]
    return {"number": number, "since": wait.began_at.isoformat(), "questions": questions}
