"""What the sweep writes to tickets: many at a time, each by a claim that repeats what was read under the lock."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db.models import Min, QuerySet

from accounts.models import User
from delivery.wake import wake
from sla.models import Calendar
from tickets import bulk, ledger
from tickets.actions.base import FAN_OUT_TASK, follow
from tickets.choices import EventKind, Status
from tickets.lifecycle import ACTIVE_STATUSES
from tickets.models import Clock, Follower, Ticket, TicketEvent


@dataclass(frozen=True, slots=True)
class Seen:
    """The columns a sweeper or a person decided on; a claim repeats them in its WHERE."""

    ticket_id: int
    status: str
    tier: str
    step_no: int
    check_at: datetime | None

    @classmethod
    def of(cls, ticket: Ticket) -> Seen:
        return cls(ticket.pk, ticket.status, ticket.tier, ticket.step_no, ticket.check_at)


@dataclass(slots=True)
class Look:
    """What one look at a ticket found, to be written by `store_looks`.

    `changed` are its clocks whose columns were brought up to date in memory, with what those (`ledger.cached`) were.
    `to_tier` is set for a step to a tier, `pages` for one to the escalation manager; `closes` ends a resolved ticket.
    `check_at` is when the sweep looks next; `counted_on` the calendar and its version by which a grace was counted for
    that, None where none was.
    """

    ticket: Ticket
    clocks: Sequence[Clock] = ()
    changed: list[tuple[Clock, tuple[Any, ...]]] = field(default_factory=list)
    breached: list[Clock] = field(default_factory=list)
    warned: list[Clock] = field(default_factory=list)
    to_tier: str | None = None
    pages: bool = False
    closes: bool = False
    check_at: datetime | None = None
    counted_on: tuple[int, int] | None = None


def lock_for_a_look(now: datetime, *, most: int, only: Iterable[int] | None = None) -> list[Ticket]:
    """Up to `most` tickets whose time has come, the longest waiting first, locked to the end of the transaction.

    Those that somebody else holds are left to whoever holds them. SQLite's transaction holds the whole database.
    """
    rows = Ticket.objects.worth_a_look(now)
    if only is not None:
        rows = rows.filter(pk__in=list(only))
    found = bulk.read(rows.select_for_update(skip_locked=True, of=("self",))[:most], _LOOKED_AT)
    return sorted(found, key=attrgetter("pk"))  # neighbours in a table are written one after the other


def store_looks(looks: Sequence[Look], *, now: datetime) -> set[int]:
    """Write what the looks found; the tickets whose claim held. The number of statements does not depend on theirs.

    Steps themselves (their rows, and the events of them) are written by the floor that decided them.
    """
    held = bulk.update(
        Ticket,
        _TICKET,
        [_ticket_row(each, now) for each in looks],
        was=[_columns_of_ticket(each.ticket) for each in looks],
        claims=("status", "tier", "step_no", "check_at"),
    )
    kept = [each for each in looks if each.ticket.pk in held]
    changed = [pair for each in kept for pair in each.changed]
    bulk.update(
        Clock,
        ledger.CACHED,
        [(clock.pk, *ledger.cached(clock)) for clock, _ in changed],
        was=[before for _, before in changed],
    )
    owners = [(each.ticket.pk, each.ticket.assignee_id) for each in kept if each.to_tier and each.ticket.assignee_id]
    bulk.insert(Follower, ("ticket_id", "user_id"), owners, same={"created_at": now}, ignore_conflicts=True)
    store_events([event for each in kept for event in _events(each)], now=now)
    return held


def store_events(rows: Sequence[tuple[int, str, dict[str, Any], bool]], *, now: datetime) -> None:
    """Events of nobody's doing: ticket, kind, data, whether the customer may read it."""
    if rows:
        bulk.insert(TicketEvent, ("ticket_id", "kind", "data", "is_public"), rows, same={"at": now})
        wake(FAN_OUT_TASK)


_TICKET = (
    *("status", "tier", "step_no", "assignee_id", "last_step_at", "manager_paged_at"),
    *("check_at", "look_calendar_id", "look_version", "next_due_at", "updated_at", "closed_at"),
)  # what a look may change
_LOOKED_AT = ("id", "severity", "sla_terms", "woken_at", *_TICKET)  # a ticket has twice as many columns
_columns_of_ticket = attrgetter(*_TICKET)


def _ticket_row(look: Look, now: datetime) -> tuple[Any, ...]:
    ticket = look.ticket
    moves = look.to_tier is not None or look.pages
    return (
        ticket.pk,
        Status.CLOSED if look.closes else ticket.status,
        look.to_tier or ticket.tier,
        ticket.step_no + moves,
        None if look.to_tier else ticket.assignee_id,
        now if moves else ticket.last_step_at,
        now if look.pages else ticket.manager_paged_at,
        look.check_at,
        *(look.counted_on or (None, None)),
        ledger.earliest_due(ticket, look.clocks) if look.clocks else None,
        now if moves or look.closes else ticket.updated_at,
        now if look.closes else ticket.closed_at,
        ticket.status,
        ticket.tier,
        ticket.step_no,
        ticket.check_at,
    )


def _events(look: Look) -> Iterable[tuple[int, str, dict[str, Any], bool]]:
    for clock in look.breached:
        yield look.ticket.pk, EventKind.BREACHED.value, ledger.breach_data(clock), True
    for clock in look.warned:
        due_at = clock.due_at.isoformat() if clock.due_at else None
        yield look.ticket.pk, EventKind.AT_RISK.value, {"clock": clock.kind, "due_at": due_at}, False
    if look.closes:
        yield look.ticket.pk, EventKind.CLOSED.value, {}, True


def put_off(*, ticket_ids: Iterable[int], now: datetime, until: datetime) -> int:
    """Leave these tickets alone until then: looking at them failed. One that changed meanwhile is not put off."""
    return Ticket.objects.filter(pk__in=list(ticket_ids), check_at__lte=now).update(check_at=until)


def look_now(*, ticket_id: int, now: datetime) -> None:
    """Have the next sweep look at the ticket, however late its next look was meant to be."""
    Ticket.objects.filter(pk=ticket_id, check_at__gt=now).update(check_at=now)


def look_at_overdue(*, severity: str, now: datetime) -> int:
    """Have the next sweep look at the severity's tickets with a missed clock: the rules of their ladder changed. How many."""
    missed = Clock.objects.filter(breached_at__isnull=False, stopped_at=None)
    rows = Ticket.objects.filter(severity=severity, status__in=ACTIVE_STATUSES, pk__in=missed.values("ticket"))
    return rows.exclude(check_at__lte=now).update(check_at=now)


def move_tier(*, seen: Seen, to_tier: str, check_at: datetime | None, now: datetime) -> bool:
    """Move the ticket to another tier if it still is as it was seen. Its owner becomes a follower, nobody has it yet.

    True for exactly one of any number of callers who saw the same. Call it inside the transaction of the whole step.
    """
    owner = Ticket.objects.filter(pk=seen.ticket_id).values_list("assignee", flat=True).first()
    is_mine = _claim(
        seen, tier=to_tier, step_no=seen.step_no + 1, assignee=None, last_step_at=now, check_at=check_at, updated_at=now
    )
    if is_mine and owner is not None:
        follow(Ticket(pk=seen.ticket_id), User(pk=owner), now=now)
    return is_mine


def recheck_after_calendar_edits(*, now: datetime, except_for: Collection[int] = ()) -> int:
    """Have the sweep look now at tickets with a clock or a grace counted on an older version of its calendar; how many.

    `except_for` are left alone, whatever changed.
    """
    found = 0
    for pk, version in Calendar.objects.values_list("pk", "version"):
        # The least version of a calendar is the first entry of the index of open clocks. Asked for one older clock instead,
        # PostgreSQL expects many and reads the whole table to find that there is none.
        open_clocks = Clock.objects.filter(calendar=pk, stopped_at=None, breached_at=None)
        oldest = open_clocks.aggregate(oldest=Min("calendar_version"))["oldest"]
        if oldest is not None and oldest < version:
            stale = open_clocks.filter(calendar_version__lt=version)
            found += _look_now(Ticket.objects.filter(pk__in=stale.values("ticket")), now, except_for)
        counted = Ticket.objects.filter(look_calendar=pk)
        oldest = counted.aggregate(oldest=Min("look_version"))["oldest"]
        if oldest is not None and oldest < version:
            found += _look_now(counted.filter(look_version__lt=version), now, except_for)
    return found


def _look_now(tickets: QuerySet[Ticket], now: datetime, except_for: Collection[int]) -> int:
    """Those that wait are left: they are computed anew when they go on."""
    rows = tickets.filter(status__in=ACTIVE_STATUSES).exclude(check_at__lte=now).exclude(pk__in=list(except_for))
    # Asked first: an UPDATE takes SQLite's one write lock at every sweep, also where there is nothing to change.
    return rows.update(check_at=now) if rows.exists() else 0


def _claim(seen: Seen, **values: object) -> bool:
    rows = Ticket.objects.filter(
        pk=seen.ticket_id, status=seen.status, tier=seen.tier, step_no=seen.step_no, check_at=seen.check_at
    )
    return rows.update(**values) == 1
