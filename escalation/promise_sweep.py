"""Keeps the promises beside the ladder: makes the next one after an answer, notices what was missed. Takes no step.

Any number may run at once: each ticket is locked first and its state read again under the lock.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from escalation.actions.promises import (
    end_promise,
    follow_ticket,
    keep_promise,
    make_promise,
    promise_target,
    running_promise,
)
from escalation.choices import PromiseKind
from escalation.models import Commitment, PromiseClock
from escalation.promises import is_slipped
from tickets.actions.base import record
from tickets.choices import EventKind
from tickets.lifecycle import ACTIVE_STATUSES, OPEN_STATUSES
from tickets.models import Ticket

logger = logging.getLogger(__name__)
BATCH = 200


@dataclass(slots=True)
class Tally:
    promised: int = 0
    missed: int = 0
    slipped: int = 0
    failed: int = 0


def run(now: datetime) -> Tally:
    """Look at every answer without a promise, every promise whose time has come, every expected time that passed."""
    tally = Tally()
    answered = Ticket.objects.filter(unpromised_answer_at__lte=now).order_by("unpromised_answer_at", "pk")
    _each(answered.values_list("pk", flat=True), lambda ticket: _promise_next(ticket, now, tally), tally)
    going_on = PromiseClock.objects.filter(stopped_at=None, state="paused", ticket__status__in=ACTIVE_STATUSES)
    due = PromiseClock.objects.filter(check_at__lte=now)
    for rows in (going_on, due):
        _each(rows.order_by("pk").values_list("ticket", flat=True), lambda ticket: _judge(ticket, now, tally), tally)
    passed = Commitment.objects.filter(closed_at=None, slipped_at=None, expected_at__lt=now)
    passed = passed.filter(ticket__status__in=ACTIVE_STATUSES).order_by("expected_at", "pk")
    _each(passed.values_list("ticket", flat=True), lambda ticket: _slip(ticket, now, tally), tally)
    return tally


def _each(ids: QuerySet[Any, int], look: Callable[[Ticket], None], tally: Tally) -> None:
    """Each ticket in a transaction of its own, locked; one that fails is logged and the others go on."""
    for ticket_id in dict.fromkeys(ids[:BATCH]):
        try:
            with transaction.atomic():
                rows = Ticket.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=ticket_id)
                if ticket := rows.first():
                    look(ticket)
        except Exception:
            logger.exception("promises: ticket %s could not be looked at", ticket_id)
            tally.failed += 1


def _promise_next(ticket: Ticket, now: datetime, tally: Tally) -> None:
    """An engineer answered: that keeps the last promise of an update and makes the next one."""
    answered_at = ticket.unpromised_answer_at
    claim = Ticket.objects.filter(pk=ticket.pk, unpromised_answer_at=answered_at)
    if answered_at is None or not claim.update(unpromised_answer_at=None):
        return
    keep_promise(running_promise(ticket, PromiseKind.NEXT_UPDATE), reason="answered", by=None, now=answered_at)
    target = promise_target(ticket, PromiseKind.NEXT_UPDATE)
    if target is None or ticket.status not in OPEN_STATUSES:
        return
    seconds, calendar_id = target
    clock = make_promise(
        ticket,
        PromiseKind.NEXT_UPDATE,
        seconds=seconds,
        calendar_id=calendar_id,
        owner=ticket.assignee,
        by=None,
        now=answered_at,
    )
    follow_ticket(clock, now=now)
    due_at = clock.due_at.isoformat() if clock.due_at else None
    data = {"promise": PromiseKind.NEXT_UPDATE.value, "due_at": due_at, "seconds": seconds}
    record(ticket, EventKind.UPDATE_PROMISED, by=None, now=now, data=data)
    tally.promised += 1


def _judge(ticket: Ticket, now: datetime, tally: Tally) -> None:
    for kind in PromiseKind:
        clock = running_promise(ticket, kind)
        if clock is None:
            continue
        if ticket.status not in OPEN_STATUSES and kind == PromiseKind.NEXT_UPDATE:
            over_at = ticket.closed_at or ticket.resolved_at or now
            end_promise(clock, reason=ticket.status, by=None, now=min(over_at, now))
        else:
            follow_ticket(clock, now=now)
        if clock.breached_at and clock.missed_told_at is None:
            _tell_missed(ticket, clock, now)
            tally.missed += 1


def _tell_missed(ticket: Ticket, clock: PromiseClock, now: datetime) -> None:
    clock.missed_told_at, clock.check_at = now, None
    clock.save(update_fields=["missed_told_at", "check_at"])
    due_at = (clock.due_at or clock.breached_at or now).isoformat()
    data = {"promise": clock.kind, "due_at": due_at, "owner": clock.owner_id}
    record(ticket, EventKind.PROMISE_MISSED, by=None, now=now, data=data, is_public=False)


def _slip(ticket: Ticket, now: datetime, tally: Tally) -> None:
    row = Commitment.objects.filter(ticket=ticket, closed_at=None, slipped_at=None).first()
    if row is None or not is_slipped(
        expected_at=row.expected_at,
        expects=row.expects,
        is_taken=ticket.assignee_id is not None,
        is_active=ticket.status in ACTIVE_STATUSES,
        now=now,
    ):
        _set_aside(row, ticket)
        return
    row.slips, row.slipped_at = row.slips + 1, now
    row.save(update_fields=["slips", "slipped_at"])
    expected_at = row.expected_at.isoformat() if row.expected_at else None
    data = {"expected_at": expected_at, "slips": row.slips, "expects": row.expects}
    record(ticket, EventKind.SLIPPED, by=None, now=now, data=data)
    tally.slipped += 1


def _set_aside(row: Commitment | None, ticket: Ticket) -> None:
    """A takeover that happened needs no further look; what is expected next, its new owner says."""
    if row is not None and ticket.assignee_id is not None and row.expected_at is not None:
        row.expected_at = None
        row.save(update_fields=["expected_at"])
