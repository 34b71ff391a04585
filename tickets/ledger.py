"""Writing the clocks' ledger and the cache of what it says. Called by actions, inside their transaction, the ticket locked.

Due instants themselves are decided by `sla.clock`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Literal, cast

from accounts.models import User
from sla.choices import ClockKind, ClockState
from sla.clock import ClockFacts, Reading, Segment, Step, read
from sla.models import ClockBase
from sla.policies import calendar_of
from sla.terms import SeverityTerms, one_from_json
from tickets.choices import EventKind, Status
from tickets.lifecycle import ACTIVE_STATUSES
from tickets.models import Clock, ClockSegment, Ticket, TicketEvent

BreachCause = Literal["elapsed", "severity_change", "calendar_edit"]
CACHED = (
    *("calendar_version", "state", "due_at", "at_risk_at", "warned_at", "stopped_at", "breached_at", "breach_cause"),
)  # the columns of a clock that change after it was made
cached = attrgetter(*CACHED)
TICK = timedelta(microseconds=1)  # the database's resolution: breached is strictly after due


def current_terms(ticket: Ticket) -> SeverityTerms:
    """The terms of the ticket's present severity, from the snapshot taken when it was opened."""
    return one_from_json(ticket.sla_terms, ticket.severity)


def start_clocks(ticket: Ticket, *, by: User, now: datetime) -> list[Clock]:
    terms = current_terms(ticket)
    targets = {ClockKind.FIRST_RESPONSE: terms.first_response, ClockKind.RESOLUTION: terms.resolution}
    clocks = []
    for kind, target in targets.items():
        clock = Clock(ticket=ticket, kind=kind, target_for=target, calendar_id=terms.calendar_id)
        clock.save(force_insert=True)
        append(clock, "started", reason="opened", by=by, now=now)
        clocks.append(clock)
    return clocks


def clocks_of(ticket: Ticket) -> dict[str, Clock]:
    """The ticket's clocks by kind, with calendar and segments loaded (2 queries)."""
    clocks = Clock.objects.filter(ticket=ticket).select_related("calendar").prefetch_related("segments")
    return {clock.kind: clock for clock in clocks}


def facts_of(clock: ClockBase) -> ClockFacts:
    """The pure facts of a clock; reads its segments and calendar."""
    return ClockFacts(
        segments=[Segment(cast(Step, each.step), each.at) for each in clock.segments.all()],
        target=clock.target_for,
        calendar=calendar_of(clock.calendar),
        breached_at=clock.breached_at,
        frozen_due_at=clock.due_at if clock.stopped_at or clock.breached_at else None,
    )


def append(
    clock: Clock,
    step: Step,
    *,
    reason: str,
    by: User | None,
    now: datetime,
) -> None:
    """One more line of the ledger. What the clock had missed by `now` is recorded first: a breach is never lost.

    Lines stay in order: an act that took its `now` before another one was written, and waited for the lock, counts from
    that line's instant on.
    """
    if step != "started":
        now = max([now, *(each.at for each in clock.segments.all())])
        note_breach(clock, now=now)
    ClockSegment.objects.create(
        clock=clock,
        step=step,
        at=now,
        reason=reason,
        by=by,
        calendar_version=clock.calendar.version if clock.calendar else 0,
    )
    clock._prefetched_objects_cache = {}  # type: ignore[attr-defined] # Django's own, unknown to its stubs
    if step == "resumed":
        clock.stopped_at = None
    reading = read(facts_of(clock), now)
    if reading.breached_at and not clock.breached_at:  # the calendar was edited while the ticket was resolved
        _record_breach(clock, due_at=reading.due_at, breached_at=now, cause="calendar_edit", now=now)
    else:
        store_reading(clock, reading)


def judge(clock: Clock, *, now: datetime) -> bool:
    """Bring the clock's columns up to `now` without storing them. True when it turns out to be missed.

    The stored due is what the ledger says, so an unedited calendar needs no segments here. After an edit of its calendar the
    due that was promised before decides whether time ran out, but for one that the edit put off before it had come; a due
    that only the edit puts into the past is a breach dated now, with the edit as its cause.
    """
    if clock.breached_at or clock.stopped_at or clock.state == ClockState.CANCELLED:
        return False
    if clock.due_at and now > clock.due_at and not was_put_off(clock, now=now):
        _breach(clock, due_at=clock.due_at, breached_at=clock.due_at, cause="elapsed")
        return True
    if not is_stale(clock):
        return False
    reading = read(facts_of(clock), now)
    _apply(clock, reading)
    if reading.breached_at:
        _breach(clock, due_at=reading.due_at, breached_at=now, cause="calendar_edit")
    return reading.breached_at is not None


def was_put_off(clock: ClockBase, *, now: datetime) -> bool:
    """Did its calendar's last edit, made before the due and not swept since, move that beyond `now`? The columns are brought
    up to date, also where the moved due has passed as well."""
    edited_at = clock.calendar.edited_at if clock.calendar and is_stale(clock) else None
    if clock.due_at is None or edited_at is None or edited_at > clock.due_at:
        return False
    reading = read(facts_of(clock), now)
    if reading.due_at and reading.due_at <= clock.due_at:
        return False
    _apply(clock, reading)
    return reading.breached_at is None


def note_breach(clock: Clock, *, now: datetime) -> bool:
    """Record that the clock's due has passed. True when this call recorded it."""
    if not judge(clock, now=now):
        return False
    _store_breach(clock, now=now)
    return True


def is_warning_due(clock: Clock, *, now: datetime) -> bool:
    """Are three quarters of the target used up, and nobody was told yet?"""
    return (
        clock.state == ClockState.RUNNING
        and clock.warned_at is None
        and clock.breached_at is None
        and clock.at_risk_at is not None
        and clock.at_risk_at <= now
    )


def retarget(ticket: Ticket, *, cause: BreachCause, now: datetime) -> None:
    """Recompute unstopped, unbreached clocks from creation with the present terms and calendar, keeping paused spans.

    A due that then lies in the past is a breach dated now, with the change as its cause: nobody could have met it.
    """
    terms = current_terms(ticket)
    targets = {ClockKind.FIRST_RESPONSE: terms.first_response, ClockKind.RESOLUTION: terms.resolution}
    for clock in clocks_of(ticket).values():
        if clock.stopped_at or clock.state == ClockState.CANCELLED or note_breach(clock, now=now) or clock.breached_at:
            continue
        clock.target_for = targets[ClockKind(clock.kind)]
        clock.calendar_id = terms.calendar_id
        if cause == "severity_change":
            clock.warned_at = None
        reading = read(facts_of(clock), now)
        if reading.breached_at:
            _record_breach(clock, due_at=reading.due_at, breached_at=now, cause=cause, now=now)
        else:
            store_reading(clock, reading)


def store_reading(clock: Clock, reading: Reading) -> None:
    """Refresh the cached columns from a reading."""
    _apply(clock, reading)
    clock.save(update_fields=[*CACHED, "target_for", "calendar"])


def _apply(clock: ClockBase, reading: Reading) -> None:
    clock.state = reading.state
    clock.due_at = reading.due_at
    clock.at_risk_at = reading.at_risk_at
    clock.stopped_at = reading.stopped_at
    clock.calendar_version = clock.calendar.version if clock.calendar else 0


def _record_breach(
    clock: Clock, *, due_at: datetime | None, breached_at: datetime, cause: BreachCause, now: datetime
) -> None:
    _breach(clock, due_at=due_at, breached_at=breached_at, cause=cause)
    _apply(clock, read(facts_of(clock), now))
    _store_breach(clock, now=now)


def _breach(clock: Clock, *, due_at: datetime | None, breached_at: datetime, cause: BreachCause) -> None:
    clock.breached_at, clock.breach_cause, clock.due_at = breached_at, cause, due_at
    clock.state = ClockState.BREACHED


def _store_breach(clock: Clock, *, now: datetime) -> None:
    clock.save(update_fields=[*CACHED, "target_for", "calendar"])
    TicketEvent.objects.create(
        ticket_id=clock.ticket_id, kind=EventKind.BREACHED, actor=None, at=now, data=breach_data(clock)
    )


def breach_data(clock: Clock) -> dict[str, str | None]:
    """What the event of a breach says."""
    due_at = clock.due_at or clock.breached_at
    return {"clock": clock.kind, "due_at": due_at.isoformat() if due_at else None, "cause": clock.breach_cause}


def earliest_due(ticket: Ticket, clocks: Iterable[Clock]) -> datetime | None:
    """The earliest due of a clock that runs and is not stopped, breached ones included; None while we wait."""
    if ticket.status not in ACTIVE_STATUSES:
        return None
    dues = [each.due_at for each in clocks if each.due_at and not each.stopped_at]
    return min(dues, default=None)


def next_look(ticket: Ticket, clocks: Iterable[Clock], *, now: datetime) -> datetime | None:
    """When the sweep should look at the ticket again after a change; early is fine, late is not.

    A clock that is breached and not stopped is worth a look at once: the ladder then says when the next step is.
    """
    clocks = list(clocks)
    if ticket.status in ACTIVE_STATUSES and any(each.breached_at and not each.stopped_at for each in clocks):
        return now
    return next_clock_look(ticket, clocks)


def next_clock_look(ticket: Ticket, clocks: Iterable[Clock]) -> datetime | None:
    """The earliest warning or breach to come; None while no clock runs."""
    if ticket.status not in ACTIVE_STATUSES:
        return None
    looks: list[datetime] = []
    for clock in clocks:
        if clock.stopped_at or clock.breached_at or clock.state != ClockState.RUNNING:
            continue
        if clock.at_risk_at and not clock.warned_at:
            looks.append(clock.at_risk_at)
        if clock.due_at:
            looks.append(clock.due_at + TICK)
    return min(looks, default=None)


def is_stale(clock: ClockBase) -> bool:
    """Was the clock computed with an older version of its calendar, and may it still change?"""
    return not (clock.stopped_at or clock.breached_at or is_of_this_version(clock))


def is_outdated(ticket: Ticket, clocks: Iterable[Clock]) -> bool:
    """Was a calendar edited since what the ticket's next look follows from was computed? The next sweep finds those."""
    grace_on = ticket.look_calendar
    is_grace_outdated = grace_on is not None and ticket.look_version != grace_on.version
    return ticket.status in ACTIVE_STATUSES and (is_grace_outdated or any(map(is_stale, clocks)))


def idle_spans(clocks: Iterable[Clock]) -> list[tuple[datetime, datetime]]:
    """The closed spans in which the ticket waited on the customer or was resolved, from the resolution clock's ledger."""
    spans: list[tuple[datetime, datetime]] = []
    for clock in clocks:
        if clock.kind != ClockKind.RESOLUTION:
            continue
        idle_from: datetime | None = None
        for segment in clock.segments.all():
            if segment.step in ("paused", "stopped"):
                idle_from = idle_from or segment.at
            elif segment.step == "resumed" and idle_from:
                spans.append((idle_from, segment.at))
                idle_from = None
    return spans


def is_first_response_owed(clocks: dict[str, Clock]) -> bool:
    clock = clocks.get(ClockKind.FIRST_RESPONSE)
    return clock is not None and clock.stopped_at is None and clock.state != ClockState.CANCELLED


def is_of_this_version(clock: ClockBase) -> bool:
    """Was the clock last computed on its calendar as it is now?"""
    return clock.calendar is None or clock.calendar_version == clock.calendar.version


def recomputed(clock: ClockBase, *, now: datetime) -> Reading:
    """What the clock's columns should be, from its ledger alone.

    Frozen stays what was computed on another version of the calendar, and the due of a breach that a change caused. A breach
    that nobody noticed yet is not in it: whoever sweeps records it.
    """
    facts = facts_of(clock)
    was_caused = clock.breached_at is not None and clock.breach_cause != "elapsed"
    if is_of_this_version(clock) and not was_caused:
        facts = replace(facts, frozen_due_at=None)
    reading = read(facts, now)
    if reading.breached_at and not clock.breached_at and reading.stopped_at is None:
        return read(facts, reading.breached_at)
    return reading


def rebuild(ticket: Ticket, *, now: datetime) -> None:
    """Compute the stored columns of the ticket and its clocks anew from the ledger; segments and breaches stay.

    The caller holds the lock. The next look is now: whoever sweeps finds out what is worth one.
    """
    clocks = list(clocks_of(ticket).values())
    for clock in clocks:
        if clock.segments.all() and not is_stale(clock):
            store_reading(clock, recomputed(clock, now=now))
    ticket.next_due_at = earliest_due(ticket, clocks)
    if ticket.status == Status.CLOSED:
        ticket.check_at = None
    elif ticket.status == Status.RESOLVED:
        ticket.check_at = ticket.check_at or now
    else:
        ticket.check_at = now
    ticket.look_calendar, ticket.look_version = None, None
    ticket.save(update_fields=["next_due_at", "check_at", "look_calendar", "look_version"])
