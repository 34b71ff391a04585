"""Do the stored clocks and promises say what their ledgers say, and is no look late, the ladder's included? Writes nothing.

Of a ticket's own clocks `tickets.verifying` decides; here stands what hangs on the ladder and on promises.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from escalation.actions import Rules
from escalation.actions.parking import parked_until
from escalation.actions.promises import look_after
from escalation.choices import Job
from escalation.ladder import decide
from escalation.models import PromiseClock
from escalation.sweep import ladder_facts
from tickets import ledger
from tickets.lifecycle import ACTIVE_STATUSES
from tickets.models import Clock, Ticket
from tickets.verifying import Finding
from tickets.verifying import findings as findings_of_clocks

BATCH = 500


@dataclass(slots=True)
class Case:
    """A ticket with all that is verified of it. `parked_until` is set for one that the sweep leaves alone."""

    ticket: Ticket
    clocks: list[Clock] = field(default_factory=list)
    promises: list[PromiseClock] = field(default_factory=list)
    parked_until: datetime | None = None


def cases(only: Sequence[int] | None = None) -> Iterator[Case]:
    """Every ticket, in batches by primary key, so that memory is bounded (6 queries a batch)."""
    rows = Ticket.objects.select_related("look_calendar").order_by("pk")
    if only:
        rows = rows.filter(pk__in=only)
    parked, last = parked_until(Job.SWEEP), 0
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        last = batch[-1].pk
        found = {each.pk: Case(each, parked_until=parked.get(each.pk)) for each in batch}
        for clock in Clock.objects.filter(ticket__in=found).select_related("calendar").prefetch_related("segments"):
            found[clock.ticket_id].clocks.append(clock)
        promises = PromiseClock.objects.filter(ticket__in=found).order_by("pk").select_related("calendar")
        for promise in promises.prefetch_related("segments"):
            found[promise.ticket_id].promises.append(promise)
        yield from found.values()


def findings(case: Case, rules: Rules, *, now: datetime) -> Iterator[Finding]:
    """All that differs for a ticket. The look of a parked ticket is late on purpose."""
    is_parked = case.parked_until is not None and case.parked_until > now
    is_look_known = False
    for finding in (*findings_of_clocks(case.ticket, case.clocks, now=now), *_of_ladder(case, rules, now)):
        is_of_look = finding.field == "check_at"
        if not (is_of_look and (is_parked or is_look_known)):
            yield finding
        is_look_known |= is_of_look
    for promise in case.promises:
        yield from _of_promise(promise, now)


def _of_ladder(case: Case, rules: Rules, now: datetime) -> Iterator[Finding]:
    """A step that is due, or will be, and that nobody would look for in time. An edited calendar the next sweep finds."""
    ticket = case.ticket
    if ticket.status not in ACTIVE_STATUSES or ledger.is_outdated(ticket, case.clocks):
        return
    try:
        decision = decide(ladder_facts(ticket, case.clocks, rules), now)
    except (KeyError, TypeError) as error:
        yield Finding(ticket.pk, "", "sla_terms", ticket.sla_terms, f"terms of {ticket.severity} ({error!r})", False)
        return
    look_at = now if decision.step else decision.look_at
    if look_at and (ticket.check_at is None or ticket.check_at > max(look_at, now)):
        yield Finding(ticket.pk, "", "check_at", ticket.check_at, look_at)


def _of_promise(promise: PromiseClock, now: datetime) -> Iterator[Finding]:
    name = f"{promise.kind} {promise.pk}"
    lines = list(promise.segments.all())
    if not lines or lines[0].step != "started":
        yield Finding(promise.ticket_id, name, "first line", lines[0].step if lines else None, "started", False)
        return
    if ledger.is_stale(promise):
        return
    reading = ledger.recomputed(promise, now=now)
    for column in ("state", "due_at", "stopped_at", "at_risk_at"):
        stored, computed = getattr(promise, column), getattr(reading, column)
        if stored != computed and not (column == "at_risk_at" and not ledger.is_of_this_version(promise)):
            yield Finding(promise.ticket_id, name, column, stored, computed)
    look_at = look_after(promise, reading)
    if look_at and (promise.check_at is None or promise.check_at > look_at):
        yield Finding(promise.ticket_id, name, "check_at", promise.check_at, look_at)
