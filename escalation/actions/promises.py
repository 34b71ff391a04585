"""Making, keeping and missing promises: PromiseClock rows and their append-only ledger. Called with the ticket locked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import cast

from accounts.models import User
from escalation.choices import PromiseKind
from escalation.models import PromiseClock, PromiseSegment, PromiseTarget
from escalation.promises import with_pauses
from sla.choices import ClockKind, Hours, Unit
from sla.clock import Reading, Segment, Step, read
from sla.models import Calendar
from sla.terms import in_seconds
from tickets import ledger
from tickets.models import ClockSegment, Ticket

TICK = timedelta(microseconds=1)  # missed is strictly after due


def promise_target(ticket: Ticket, kind: str) -> tuple[int, int | None] | None:
    """Seconds and calendar (None: around the clock) of a promise for the ticket's present severity; None if there is none.

    Where the ticket's own terms count around the clock, business hours of a promise are counted so too: nobody who bought
    the night waits for the morning. An answer to an escalation is promised at the latest within a step's grace.
    """
    row = PromiseTarget.objects.filter(kind=kind, severity=ticket.severity).first()
    if row is None:
        return None
    terms = ledger.current_terms(ticket)
    calendar_id = terms.calendar_id if row.hours == Hours.BUSINESS else None
    calendar = Calendar.objects.get(pk=calendar_id) if calendar_id and row.unit == Unit.DAYS else None
    seconds = in_seconds(row.amount, row.unit, business_day=calendar.business_day_seconds if calendar else None)
    return (min(seconds, terms.grace) if kind == PromiseKind.ACKNOWLEDGE else seconds), calendar_id


def running_promise(ticket: Ticket, kind: str) -> PromiseClock | None:
    return (
        PromiseClock.objects.filter(ticket=ticket, kind=kind, stopped_at=None)
        .select_related("calendar")
        .prefetch_related("segments")
        .first()
    )


def make_promise(
    ticket: Ticket,
    kind: PromiseKind,
    *,
    seconds: int,
    calendar_id: int | None,
    owner: User | None,
    by: User | None,
    now: datetime,
) -> PromiseClock:
    """A promise that runs from `now` on; one of its kind that ran is over, replaced."""
    end_promise(running_promise(ticket, kind), reason="replaced", by=by, now=now)
    clock = PromiseClock.objects.create(
        ticket=ticket, kind=kind, owner=owner, started_at=now, target_for=seconds, calendar_id=calendar_id
    )
    _append(clock, [Segment("started", now)], reason="promised", by=by)
    _store(clock, now)
    return clock


def keep_promise(clock: PromiseClock | None, *, reason: str, by: User | None, now: datetime) -> None:
    """What was promised has happened at `now`; later than due is a breach, dated at the due."""
    _finish(clock, "stopped", reason=reason, by=by, now=now)


def end_promise(clock: PromiseClock | None, *, reason: str, by: User | None, now: datetime) -> None:
    """Nothing is owed any more, without anybody having kept it. A breach that had happened stays."""
    _finish(clock, "cancelled", reason=reason, by=by, now=now)


def follow_ticket(clock: PromiseClock, *, now: datetime) -> None:
    """Write down the pauses that the ticket made since, and compute the promise anew. Only the next update pauses."""
    _bring_up(clock, now)


def _bring_up(clock: PromiseClock, now: datetime) -> None:
    """The pauses and what was missed by `now`, stored."""
    lines = _note_pauses(clock, until=now)
    if not clock.breached_at and clock.calendar_version and not ledger.is_of_this_version(clock):
        _judge_edit(clock, now, is_due_known=not lines)
    _store(clock, now)


def _judge_edit(clock: PromiseClock, now: datetime, *, is_due_known: bool) -> None:
    """After an edit of its calendar: the due that stood before it decides, if no pause and no edit made in time has moved that
    one; a due that only the edit puts into the past is a breach dated now, with the edit as its cause."""
    if is_due_known and clock.due_at and now > clock.due_at and not ledger.was_put_off(clock, now=now):
        clock.breached_at, clock.breach_cause = clock.due_at, "elapsed"
        return
    reading = read(ledger.facts_of(clock), now)
    if reading.breached_at:
        clock.breached_at, clock.breach_cause, clock.due_at = now, "calendar_edit", reading.due_at


def _note_pauses(clock: PromiseClock, *, until: datetime) -> list[Segment]:
    if clock.kind != PromiseKind.NEXT_UPDATE:
        return []
    missing = with_pauses(_segments(clock), _resolution_segments(clock.ticket_id))
    lines = [each for each in missing if each.at <= until]
    _append(clock, lines, reason="waiting", by=None)
    return lines


def _finish(clock: PromiseClock | None, step: Step, *, reason: str, by: User | None, now: datetime) -> None:
    if clock is None or clock.stopped_at:
        return
    now = max(now, clock.started_at)
    _bring_up(clock, now)  # a breach that nobody had noticed yet is recorded before the end
    _append(clock, [Segment(step, max(now, _segments(clock)[-1].at))], reason=reason, by=by)
    _store(clock, now)


def _append(clock: PromiseClock, lines: Iterable[Segment], *, reason: str, by: User | None) -> None:
    PromiseSegment.objects.bulk_create(
        PromiseSegment(
            clock=clock,
            step=line.step,
            at=line.at,
            reason=reason,
            by=by,
            calendar_version=clock.calendar.version if clock.calendar else 0,
        )
        for line in lines
    )
    clock._prefetched_objects_cache = {}  # type: ignore[attr-defined] # Django's own, unknown to its stubs


def _segments(clock: PromiseClock) -> list[Segment]:
    return [Segment(cast(Step, each.step), each.at) for each in clock.segments.all()]


def _resolution_segments(ticket_id: int) -> list[Segment]:
    rows = ClockSegment.objects.filter(clock__ticket=ticket_id, clock__kind=ClockKind.RESOLUTION)
    return [Segment(cast(Step, each.step), each.at) for each in rows.order_by("at", "pk")]


def rebuild(clock: PromiseClock, *, now: datetime) -> None:
    """Compute the stored columns anew from the ledger; its lines and a breach stay."""
    _store_reading(clock, ledger.recomputed(clock, now=now))


def look_after(clock: PromiseClock, reading: Reading) -> datetime | None:
    """When the promise is worth a look next; None when it is over, stands still or was told of."""
    is_over = reading.stopped_at is not None or reading.due_at is None
    return None if is_over or clock.missed_told_at else cast(datetime, reading.due_at) + TICK


def _store(clock: PromiseClock, now: datetime) -> None:
    _store_reading(clock, read(ledger.facts_of(clock), now))


def _store_reading(clock: PromiseClock, reading: Reading) -> None:
    clock.state, clock.due_at, clock.at_risk_at = reading.state, reading.due_at, reading.at_risk_at
    clock.breached_at, clock.stopped_at = reading.breached_at, reading.stopped_at
    if reading.breached_at and not clock.breach_cause:
        clock.breach_cause = "elapsed"
    clock.calendar_version = clock.calendar.version if clock.calendar else 0
    clock.check_at = look_after(clock, reading)
    clock.save()
