"""The sweep: looks at every ticket whose time has come, notes what its clocks missed and takes at most one step each.

It works in batches: read, decide by the pure rules, write, each with a number of statements that does not depend on how
many tickets there are. Any number of sweeps may run at once: a batch is locked, each change is a claim that repeats what was
read, and the loser does nothing.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import astuple, dataclass, field
from datetime import datetime, timedelta
from functools import partial, reduce
from operator import add

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import prefetch_related_objects

from escalation.actions import Rules, Step, climb
from escalation.actions.parking import park, parked_until, release
from escalation.choices import Job, RequestState, Target
from escalation.ladder import LadderFacts, after_step, decide
from escalation.models import EscalationRequest
from sla.choices import ClockKind
from sla.models import Calendar
from tickets import actions, bulk, ledger
from tickets.actions import Look
from tickets.choices import Status
from tickets.lifecycle import ACTIVE_STATUSES
from tickets.models import Clock, Ticket

logger = logging.getLogger(__name__)
BATCH = 500
TICK = timedelta(microseconds=1)


@dataclass(slots=True)
class Tally:
    """What one sweep did."""

    looked_at: int = 0
    escalated: int = 0
    warned: int = 0
    breached: int = 0
    closed: int = 0
    failed: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*map(add, astuple(self), astuple(other)))


@dataclass(slots=True)
class _Batch:
    looks: list[Look] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    poisoned: list[tuple[Ticket, Exception]] = field(default_factory=list)


def run(now: datetime, *, within: timedelta | None = None, hands: int = 1) -> Tally:
    """Look at every ticket that was worth a look at `now`, the longest waiting first; each at most once.

    After `within` no further batch is begun: what is left is the next sweep's, which begins with it. With several `hands`
    as many batches are under way at a time, each on a connection of its own: one decides while another's is being written.
    """
    rules = Rules()
    until = time.monotonic() + within.total_seconds() if within is not None else None
    parked = parked_until(Job.SWEEP)
    left_alone = [ticket_id for ticket_id, until in parked.items() if until > now]
    actions.recheck_after_calendar_edits(now=now, except_for=left_alone)
    tally = Tally()
    sweep_on = partial(_sweep_on, now=now, rules=rules, parked=set(parked), until=until)
    is_more = _sweep_batch(now, tally, rules, set(parked))
    helpers = hands - 1 if tally.looked_at == BATCH else 0  # the everyday sweep hires nobody
    with ThreadPoolExecutor(max(1, helpers), thread_name_prefix="sweep") as pool:
        others = [pool.submit(_lend_a_hand, sweep_on) for _ in range(helpers)]
        if is_more:
            sweep_on(tally)
    return reduce(Tally.__add__, [each.result() for each in others], tally)


def _lend_a_hand(sweep_on: Callable[[Tally], None]) -> Tally:
    """What a thread did, on a connection of its own that goes back to the pool."""
    tally = Tally()
    try:
        sweep_on(tally)
    finally:
        connection.close()
    return tally


def _sweep_on(tally: Tally, *, now: datetime, rules: Rules, parked: set[int], until: float | None) -> None:
    """Batch after batch, until none is left or the time is up."""
    while until is None or time.monotonic() <= until:
        if not _sweep_batch(now, tally, rules, parked):
            break


def _sweep_batch(
    now: datetime, tally: Tally, rules: Rules, parked: set[int], only: Sequence[int] | None = None
) -> bool:
    """One batch in one transaction. False when nothing is left.

    A batch that cannot be written is halved until the row that cannot stands alone; that one is parked.
    """
    ids: list[int] = []
    try:
        with transaction.atomic():
            tickets = actions.lock_for_a_look(now, most=BATCH, only=only)
            ids = [each.pk for each in tickets]
            batch = _decide(tickets, now, rules)
            kept = _write(batch, now, rules, tally)
            if well := parked.intersection(each.ticket.pk for each in batch.looks):
                release(ticket_ids=well, job=Job.SWEEP)
    except (OperationalError, InterfaceError):
        raise  # the database is away or busy, and no row is to blame: the next sweep goes on
    except Exception as refusal:
        if not ids:
            raise  # not even read
        if len(ids) == 1:
            _park(ids[0], refusal, now, tally)
        for half in (ids[: len(ids) // 2], ids[len(ids) // 2 :]) if len(ids) > 1 else ():
            _sweep_batch(now, tally, rules, parked, only=half)
        return True
    for ticket, poison in batch.poisoned:
        _park(ticket.pk, poison, now, tally)
    return bool(kept or batch.poisoned)  # whoever moved a whole batch meanwhile looks at it, too


def _decide(tickets: Sequence[Ticket], now: datetime, rules: Rules) -> _Batch:
    """What each ticket's look finds. One whose facts make no sense is set aside; the others go on."""
    batch = _Batch()
    clocks, asked = _clocks_of(tickets), _asked_of(tickets)
    for ticket in tickets:
        try:
            if ticket.pk in asked:
                look, step = Look(ticket, check_at=now + max(asked[ticket.pk], TICK)), None
            else:
                look, step = _look(ticket, clocks[ticket.pk], now, rules)
        except Exception as error:  # whatever is wrong with one row must not stop the sweep
            batch.poisoned.append((ticket, error))
            continue
        batch.looks.append(look)
        if step:
            batch.steps.append(step)
    return batch


def _asked_of(tickets: Sequence[Ticket]) -> dict[int, timedelta]:
    """The resolved tickets whose customer waits for the answer to an escalation, which therefore do not close, and for how
    long each is left alone (1 query where a ticket is resolved)."""
    resolved = [each.pk for each in tickets if each.status == Status.RESOLVED]
    if not resolved:
        return {}
    asked = EscalationRequest.objects.filter(ticket__in=resolved, state=RequestState.OPEN)
    days = asked.values_list("ticket", "ticket__organisation__plan__closes_after_days")
    return {ticket_id: timedelta(days=each) for ticket_id, each in days}


def _clocks_of(tickets: Sequence[Ticket]) -> dict[int, list[Clock]]:
    """The clocks that are not stopped, by ticket; segments only where something hangs on them (3 queries)."""
    clocks: dict[int, list[Clock]] = defaultdict(list)
    active = {each.pk: each for each in tickets if each.status in ACTIVE_STATUSES}
    every = bulk.read(Clock.objects.filter(ticket__in=bulk.among(active), stopped_at=None).order_by("pk"), _CLOCK)
    bulk.join(every, "ticket", active)
    bulk.join(every, "calendar", Calendar.objects.in_bulk({each.calendar_id for each in every if each.calendar_id}))
    prefetch_related_objects([each for each in every if _needs_segments(each)], "segments")
    for clock in every:
        clocks[clock.ticket_id].append(clock)
    return clocks


_CLOCK = tuple(each.attname for each in Clock._meta.concrete_fields)


def _needs_segments(clock: Clock) -> bool:
    """For an edited calendar, and for the pauses within a grace; else the stored instants say it."""
    if ledger.is_stale(clock):
        return True
    ticket = clock.ticket
    return clock.kind == ClockKind.RESOLUTION and (ticket.last_step_at is not None or ticket.woken_at is not None)


def _look(ticket: Ticket, clocks: list[Clock], now: datetime, rules: Rules) -> tuple[Look, Step | None]:
    look = Look(ticket, clocks)
    if ticket.status == Status.RESOLVED:
        look.closes = True
        return look, None
    if ticket.status not in ACTIVE_STATUSES:
        return look, None
    for clock in clocks:
        was_stale, before = ledger.is_stale(clock), ledger.cached(clock)
        if ledger.judge(clock, now=now):
            look.breached.append(clock)
        elif ledger.is_warning_due(clock, now=now):
            clock.warned_at = now
            look.warned.append(clock)
        elif not was_stale:
            continue
        look.changed.append((clock, before))
    return look, _climb(look, now, rules)


def _climb(look: Look, now: datetime, rules: Rules) -> Step | None:
    facts = ladder_facts(look.ticket, look.clocks, rules)
    decision = decide(facts, now)
    if facts.overdue_since:
        look.counted_on = rules.counted_on(ledger.current_terms(look.ticket))
    looks = [ledger.next_clock_look(look.ticket, look.clocks), decision.look_at]
    step = None
    if decision.step is not None:
        overdue = [each for each in look.clocks if _is_overdue(each)]
        missed = min(overdue, key=lambda clock: clock.breached_at or now)
        step = Step(look.ticket, decision.step, missed.kind)
        look.pages = decision.step == Target.MANAGER
        look.to_tier = None if look.pages else decision.step.value
        looks.append(after_step(facts, decision.step, now))
    check_at = min((each for each in looks if each), default=None)
    look.check_at = max(check_at, now + TICK) if check_at else None  # another look at once is the next sweep's
    return step


def _write(batch: _Batch, now: datetime, rules: Rules, tally: Tally) -> int:
    """Store what was decided, where the claim held; how many tickets that were."""
    held = actions.store_looks(batch.looks, now=now)
    steps = [each for each in batch.steps if each.ticket.pk in held]
    if steps:
        climb(steps, rules=rules, now=now)
    kept = [each for each in batch.looks if each.ticket.pk in held]
    tally.looked_at += len(kept)
    tally.escalated += len(steps)
    tally.closed += sum(each.closes for each in kept)
    tally.breached += sum(len(each.breached) for each in kept)
    tally.warned += sum(len(each.warned) for each in kept)
    return len(kept)


def _park(ticket_id: int, error: Exception, now: datetime, tally: Tally) -> None:
    logger.error("sweep: ticket %s could not be looked at, parked", ticket_id, exc_info=error)
    tally.failed += 1
    park(ticket_id=ticket_id, job=Job.SWEEP, error=error, now=now)


def ladder_facts(ticket: Ticket, clocks: Iterable[Clock], rules: Rules) -> LadderFacts:
    """The pure facts that the ladder decides on. Segments of the clocks are read only where the grace hangs on them."""
    clocks = list(clocks)
    terms = ledger.current_terms(ticket)
    has_grace = ticket.last_step_at is not None or ticket.woken_at is not None
    return LadderFacts(
        is_active=ticket.status in ACTIVE_STATUSES,
        tier=ticket.tier,
        overdue_since=[clock.breached_at for clock in clocks if clock.breached_at and _is_overdue(clock)],
        last_step_at=ticket.last_step_at,
        woken_at=ticket.woken_at,
        is_manager_paged=ticket.manager_paged_at is not None,
        grace=terms.grace,
        calendar=rules.calendar(terms),
        idle_spans=ledger.idle_spans(clocks) if has_grace else (),
        top=rules.top(ticket.severity),
    )


def _is_overdue(clock: Clock) -> bool:
    return clock.breached_at is not None and clock.stopped_at is None
