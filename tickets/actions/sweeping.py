"""What the sweep writes to a ticket, each by a claim that repeats what was read: one row changed means mine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef

from accounts.models import User
from tickets import ledger
from tickets.actions.base import follow, record
from tickets.choices import EventKind
from tickets.lifecycle import ACTIVE_STATUSES
from tickets.models import Clock, Ticket


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


def record_manager_page(*, seen: Seen, check_at: datetime | None, now: datetime) -> bool:
    """Note that the escalation manager is paged, once a ticket. True for exactly one caller."""
    return _claim(
        seen,
        only_unpaged=True,
        manager_paged_at=now,
        step_no=seen.step_no + 1,
        last_step_at=now,
        check_at=check_at,
        updated_at=now,
    )


def claim_look(*, seen: Seen, check_at: datetime | None) -> bool:
    """Put off the next look, nothing else. True for exactly one caller."""
    return _claim(seen, check_at=check_at)


def warn_at_risk(*, clock: Clock, now: datetime) -> bool:
    """Warn once that three quarters of a clock's target are used up. True when this call warned."""
    is_mine = Clock.objects.filter(
        pk=clock.pk, warned_at=None, breached_at=None, stopped_at=None, state="running", at_risk_at__lte=now
    ).update(warned_at=now)
    if is_mine:
        due_at = clock.due_at.isoformat() if clock.due_at else None
        record(
            clock.ticket,
            EventKind.AT_RISK,
            by=None,
            now=now,
            data={"clock": clock.kind, "due_at": due_at},
            is_public=False,
        )
    return bool(is_mine)


def recheck_after_calendar_edits(*, now: datetime) -> int:
    """Have the sweep look now at tickets with a clock computed on an older version of its calendar; how many."""
    stale = Clock.objects.filter(stopped_at=None, breached_at=None, calendar__version__gt=F("calendar_version"))
    rows = (
        Ticket.objects.filter(status__in=ACTIVE_STATUSES)  # one that waits is computed anew when it goes on
        .filter(Exists(stale.filter(ticket=OuterRef("pk"))))
        .exclude(check_at__lte=now)
    )
    # Asked first: an UPDATE takes SQLite's one write lock at every sweep, also where there is nothing to change.
    return rows.update(check_at=now) if rows.exists() else 0


def recompute_after_calendar_edit(*, ticket: Ticket, now: datetime) -> None:
    """Compute the ticket's open clocks on the calendar as it is now, and its place in the queue. The caller holds the lock."""
    ledger.retarget(ticket, cause="calendar_edit", now=now)
    due_at = ledger.earliest_due(ticket, Clock.objects.filter(ticket=ticket))
    Ticket.objects.filter(pk=ticket.pk).update(next_due_at=due_at)


def _claim(seen: Seen, *, only_unpaged: bool = False, **values: object) -> bool:
    rows = Ticket.objects.filter(
        pk=seen.ticket_id, status=seen.status, tier=seen.tier, step_no=seen.step_no, check_at=seen.check_at
    )
    if only_unpaged:
        rows = rows.filter(manager_paged_at=None)
    return rows.update(**values) == 1
