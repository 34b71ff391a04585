"""What all actions share: the lock, the refusal, the event row, the status change with its clocks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from delivery.wake import wake
from sla.choices import ClockKind
from tickets import ledger, lifecycle
from tickets.actions.waits import begin_wait, end_wait
from tickets.advice import readiness
from tickets.choices import EventKind, Status
from tickets.errors import ActionRefused
from tickets.models import Clock, Follower, Message, Ticket, TicketEvent

FAN_OUT_TASK = "notifications.tasks.fan_out"


def locked(ticket: Ticket) -> Ticket:
    """The ticket as it is now, its row locked to the end of the transaction.

    Two queries: PostgreSQL, having waited for the lock, reads the locked row anew but not the rows joined to it, and an owner
    of before the wait would come with the ticket of after it.
    """
    Ticket.objects.select_for_update().values_list("pk").get(pk=ticket.pk)
    return Ticket.objects.select_related("organisation__plan", "assignee", "requester").get(pk=ticket.pk)


def refuse_merged(ticket: Ticket) -> None:
    """Raise ActionRefused for a merged ticket, with where to go on."""
    if ticket.is_merged:
        raise ActionRefused(
            _("This ticket was merged into #%(number)s: write there, the same people read it.")
            % {"number": ticket.merged_into_id}
        )


def require(action: str, ticket: Ticket) -> None:
    """Raise ActionRefused when `action` may not start from the ticket's present status; of a merged one it says where to go on."""
    if not lifecycle.is_allowed(action, ticket.status):
        refuse_merged(ticket)
        raise ActionRefused(
            _("This ticket is now “%(status)s”, so this is not possible any more. Look at what changed and try again.")
            % {"status": ticket.get_status_display()}
        )


def record(
    ticket: Ticket,
    kind: EventKind,
    *,
    by: User | None,
    now: datetime,
    data: dict[str, Any] | None = None,
    message: Message | None = None,
    is_public: bool = True,
) -> TicketEvent:
    """The event row of a change, and a wake-up call for whoever tells people."""
    event = TicketEvent.objects.create(
        ticket=ticket, kind=kind, actor=by, at=now, data=data or {}, message=message, is_public=is_public
    )
    wake(FAN_OUT_TASK)
    return event


def set_status(ticket: Ticket, status: Status, *, by: User | None, now: datetime, reason: str) -> None:
    """Change the status and let the resolution clock follow it."""
    step = lifecycle.resolution_step(ticket.status, status)
    if ticket.status in (Status.WAITING_CUSTOMER, Status.RESOLVED) and status in lifecycle.ACTIVE_STATUSES:
        ticket.woken_at = now
    if status == Status.WAITING_CUSTOMER != ticket.status:
        begin_wait(ticket, now=now)
    elif ticket.status == Status.WAITING_CUSTOMER != status:
        end_wait(ticket, now=now)
    ticket.status = status
    if step:
        ledger.append(ledger.clocks_of(ticket)[ClockKind.RESOLUTION], step, reason=reason, by=by, now=now)


def settle(ticket: Ticket, *, now: datetime, fields: tuple[str, ...] = ()) -> None:
    """Store the ticket's row after a change: status, the queue's order, and when the sweep looks next."""
    clocks = list(Clock.objects.filter(ticket=ticket))
    ticket.next_due_at = ledger.earliest_due(ticket, clocks)
    if ticket.status != Status.RESOLVED:
        ticket.check_at = ledger.next_look(ticket, clocks, now=now)
    ticket.look_calendar, ticket.look_version = None, None  # no grace is in that: whoever sweeps counts it anew
    ticket.updated_at = now
    ticket.save(update_fields={*_SETTLED, *fields})


_SETTLED = ("status", "woken_at", "next_due_at", "check_at", "look_calendar", "look_version", "updated_at")


JUDGED = ("readiness", "lacking")


def judge(ticket: Ticket) -> None:
    """How ready the ticket is, after a change of what its customer told; `settle` stores it with the fields `JUDGED`."""
    assessment = readiness(ticket)
    ticket.readiness, ticket.lacking = assessment.answered, " ".join(assessment.missing)


def follow(ticket: Ticket, user: User, *, now: datetime) -> None:
    Follower.objects.get_or_create(ticket=ticket, user=user, defaults={"created_at": now})
