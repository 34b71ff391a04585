"""Keeps the promises beside the ladder: makes the next one after an answer, notices what was missed. Takes no step.

Any number may run at once: each ticket is locked first and its state read again under the lock. A ticket that throws is
parked for an hour, so that the others go on.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F, Q, QuerySet

from escalation.actions.commitments import count_slip
from escalation.actions.parking import park, parked_until, release
from escalation.actions.promises import (
    follow_ticket,
    keep_promise,
    make_promise,
    promise_target,
    running_promise,
)
from escalation.actions.requests import end_with_ticket
from escalation.choices import Job, PromiseKind, RequestState
from escalation.models import Commitment, EscalationRequest, PromiseClock
from escalation.promises import is_slipped
from tickets.actions.base import record
from tickets.choices import EventKind, Status
from tickets.lifecycle import ACTIVE_STATUSES, OPEN_STATUSES
from tickets.models import Ticket, TicketEvent
from tickets.models.ticket import TicketQuerySet

logger = logging.getLogger(__name__)
BATCH = 200


@dataclass(slots=True)
class Tally:
    promised: int = 0
    missed: int = 0
    slipped: int = 0
    ended: int = 0
    failed: int = 0


_Look = Callable[[Ticket, datetime, Tally], None]


def run(now: datetime, *, within: timedelta | None = None) -> Tally:
    """Look at every answer without a promise, every promise whose time has come or whose ticket or calendar changed, every
    expected time that passed; each ticket at most once a kind of look.

    After `within` no further batch is begun: what is left is the next run's.
    """
    tally = Tally()
    until = time.monotonic() + within.total_seconds() if within is not None else None
    parked = parked_until(Job.PROMISES)
    left_alone = {ticket_id for ticket_id, end in parked.items() if end > now}
    for tickets, look in _queues(now):
        for ids in _batches(tickets):
            if until is not None and time.monotonic() > until:
                return tally
            for ticket_id in ids:
                if ticket_id not in left_alone and not _look_at(ticket_id, look, now, tally, parked):
                    left_alone.add(ticket_id)
    return tally


def _queues(now: datetime) -> Iterator[tuple[TicketQuerySet, _Look]]:
    """The tickets worth a look, and the look that they are worth."""
    running = PromiseClock.objects.filter(stopped_at=None)
    goes_on = Q(state="paused", ticket__status__in=ACTIVE_STATUSES)
    is_edited = Q(breached_at=None, calendar_version__lt=F("calendar__version"))
    yield Ticket.objects.filter(unpromised_answer_at__lte=now), _promise_next
    yield _tickets(running.exclude(ticket__status__in=OPEN_STATUSES)), _end
    asked = EscalationRequest.objects.filter(state=RequestState.OPEN)
    yield _tickets(asked.filter(Q(ticket__status=Status.CLOSED) | Q(opened_at__lt=F("ticket__resolved_at")))), _end
    yield _tickets(Commitment.objects.filter(closed_at=None, ticket__status=Status.CLOSED)), _end
    yield _tickets(running.filter(goes_on | is_edited | Q(check_at__lte=now))), _judge
    passed = Commitment.objects.filter(closed_at=None, slipped_at=None, expected_at__lt=now)
    yield _tickets(passed.filter(ticket__status__in=ACTIVE_STATUSES)), _slip


def _tickets(rows: QuerySet[Any]) -> TicketQuerySet:
    return Ticket.objects.filter(pk__in=rows.order_by().values("ticket"))


def _batches(tickets: TicketQuerySet) -> Iterator[list[int]]:
    """All of them by number, however many, read anew for each batch."""
    last = 0
    while ids := list(tickets.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        yield ids
        last = ids[-1]


def _look_at(ticket_id: int, look: _Look, now: datetime, tally: Tally, parked: Mapping[int, datetime]) -> bool:
    """One ticket in a transaction of its own, locked; False for one that was parked. Who is locked by somebody is theirs."""
    try:
        with transaction.atomic():
            rows = Ticket.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=ticket_id)
            if ticket := rows.first():
                look(ticket, now, tally)
                if ticket_id in parked:
                    release(ticket_ids=[ticket_id], job=Job.PROMISES)
    except (OperationalError, InterfaceError):
        raise  # the database is away or busy, and no row is to blame: the next run goes on
    except Exception as error:  # whatever is wrong with one row must not stop the others
        logger.exception("promises: ticket %s could not be looked at, parked", ticket_id)
        tally.failed += 1
        park(ticket_id=ticket_id, job=Job.PROMISES, error=error, now=now)
        return False
    return True


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
        if clock := running_promise(ticket, kind):
            follow_ticket(clock, now=now)
            if clock.breached_at and clock.missed_told_at is None:
                _tell_missed(ticket, clock, now)
                tally.missed += 1


def _end(ticket: Ticket, now: datetime, tally: Tally) -> None:
    """The ticket is solved, merged or closed: nobody is told any more of what was missed before."""
    if ticket.status not in OPEN_STATUSES and end_with_ticket(ticket=ticket, now=now):
        tally.ended += 1


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
        is_taken=ticket.assignee_id is not None and not _was_taken_late(ticket, row),
        is_active=ticket.status in ACTIVE_STATUSES,
        now=now,
    ):
        _set_aside(row, ticket)
        return
    data, row.slipped_at = count_slip(row), now
    row.save(update_fields=["slips", "slipped_at", "missed_expected_at"])
    record(ticket, EventKind.SLIPPED, by=None, now=now, data=data)
    tally.slipped += 1


def _was_taken_late(ticket: Ticket, row: Commitment) -> bool:
    """Did somebody take the ticket over after the expected time, before this run came by?"""
    taken = TicketEvent.objects.filter(
        ticket=ticket, kind=EventKind.ASSIGNED, at__gte=ticket.last_step_at or row.opened_at
    )
    first = taken.exclude(data__to=None).order_by("pk").values_list("at", flat=True).first()
    return first is not None and row.expected_at is not None and first > row.expected_at


def _set_aside(row: Commitment | None, ticket: Ticket) -> None:
    """A takeover that happened needs no further look; what is expected next, its new owner says."""
    if row is not None and ticket.assignee_id is not None and row.expected_at is not None:
        row.expected_at = None
        row.save(update_fields=["expected_at"])
