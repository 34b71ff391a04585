"""Do the stored clocks say what their ledger says? Reads, compares, writes nothing.

The stored columns of a clock (state, due, at risk, stopped) and of a ticket (next due, next look) are a cache of the pure
functions in `sla.clock`; breaches and segments are facts, which are checked against each other.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sla.choices import ClockKind
from tickets import ledger
from tickets.choices import Status
from tickets.models import Clock, Ticket

_FOLLOWS: dict[str, frozenset[str]] = {
    "started": frozenset({"paused", "stopped", "cancelled"}),
    "paused": frozenset({"resumed", "stopped", "cancelled"}),
    "resumed": frozenset({"paused", "stopped", "cancelled"}),
    "stopped": frozenset({"resumed"}),
    "cancelled": frozenset(),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be. `clock` is empty for the ticket's own columns; `can_mend` says that the stored
    value is a cache that can be computed anew."""

    ticket_id: int
    clock: str
    field: str
    stored: Any
    computed: Any
    can_mend: bool = True

    def __str__(self) -> str:
        place = f"#{self.ticket_id} {self.clock or 'ticket'}"
        return f"{place}: {self.field} is {_shown(self.stored)}, should be {_shown(self.computed)}"


def findings(ticket: Ticket, clocks: Sequence[Clock], *, now: datetime) -> Iterator[Finding]:
    """All that differs for a ticket; `clocks` come with calendar and segments loaded."""
    is_sound = True
    for clock in clocks:
        for finding in _of_ledger(ticket, clock):
            is_sound = False
            yield finding
        if not ledger.is_stale(clock) and clock.segments.all():
            yield from _of_cache(clock, now)
    if {each.kind for each in clocks} != set(ClockKind.values):
        yield Finding(ticket.pk, "", "clocks", sorted(each.kind for each in clocks), sorted(ClockKind.values), False)
        return
    if is_sound:
        yield from _of_ticket(ticket, clocks, now)


def _of_ledger(ticket: Ticket, clock: Clock) -> Iterator[Finding]:
    """The ledger's own rules; nothing here can be mended by computing."""
    lines = list(clock.segments.all())
    if not lines or lines[0].step != "started":
        yield Finding(ticket.pk, clock.kind, "first line", lines[0].step if lines else None, "started", False)
        return
    for before, after in itertools.pairwise(lines):
        if after.step not in _FOLLOWS[before.step]:
            allowed = sorted(_FOLLOWS[before.step])
            yield Finding(ticket.pk, clock.kind, f"line after {before.step}", after.step, allowed, False)
    in_order = sorted(lines, key=lambda each: each.pk)
    if [each.at for each in in_order] != sorted(each.at for each in lines):
        yield Finding(ticket.pk, clock.kind, "order of lines", "not by time", "by time", False)
    expected = _steps_for(ticket, clock.kind)
    if lines[-1].step not in expected:
        yield Finding(
            ticket.pk, clock.kind, f"last line while {ticket.status}", lines[-1].step, sorted(expected), False
        )
    if clock.breached_at and clock.due_at is None:
        yield Finding(ticket.pk, clock.kind, "due_at of a breach", None, clock.breached_at)
    if clock.breached_at and clock.due_at and clock.breached_at < clock.due_at:
        yield Finding(ticket.pk, clock.kind, "breached_at", clock.breached_at, f"not before {clock.due_at}", False)


def _steps_for(ticket: Ticket, kind: str) -> frozenset[str]:
    """The last lines that a clock may have while the ticket is in its status."""
    over = frozenset({"stopped", "cancelled"})
    if ticket.status == Status.CLOSED or (ticket.status == Status.RESOLVED and kind == ClockKind.FIRST_RESPONSE):
        return over
    if kind == ClockKind.FIRST_RESPONSE:
        return over | {"started"}
    if ticket.status == Status.RESOLVED:
        return frozenset({"stopped"})
    if ticket.status == Status.WAITING_CUSTOMER:
        return frozenset({"paused"})
    return frozenset({"started", "resumed"})


def _of_cache(clock: Clock, now: datetime) -> Iterator[Finding]:
    """The stored columns beside a reading of the ledger. What was frozen on another version of the calendar stays as it is."""
    reading = ledger.recomputed(clock, now=now)
    if clock.breached_at is None and reading.breached_at is not None:
        yield Finding(clock.ticket_id, clock.kind, "breached_at", None, reading.breached_at, can_mend=False)
        return
    for name in ("state", "due_at", "stopped_at", "at_risk_at"):
        stored, computed = getattr(clock, name), getattr(reading, name)
        if stored != computed and not (name == "at_risk_at" and not ledger.is_of_this_version(clock)):
            yield Finding(clock.ticket_id, clock.kind, name, stored, computed)


def _of_ticket(ticket: Ticket, clocks: Sequence[Clock], now: datetime) -> Iterator[Finding]:
    due_at = ledger.earliest_due(ticket, clocks)
    if ticket.next_due_at != due_at:
        yield Finding(ticket.pk, "", "next_due_at", ticket.next_due_at, due_at)
    look_at = ledger.next_clock_look(ticket, clocks)
    if look_at and (ticket.check_at is None or ticket.check_at > max(look_at, now)):
        yield Finding(ticket.pk, "", "check_at", ticket.check_at, look_at)
    if ticket.status == Status.RESOLVED and ticket.check_at is None:
        yield Finding(ticket.pk, "", "check_at", None, ticket.resolved_at)
    if ticket.status == Status.CLOSED and ticket.check_at is not None:
        yield Finding(ticket.pk, "", "check_at", ticket.check_at, None)


def _shown(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
