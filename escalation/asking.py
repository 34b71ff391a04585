"""What a ticket's page shows of the customer's escalation, and of what was promised. Reads, writes nothing."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Subquery

from accounts.choices import Role
from accounts.models import User
from escalation.actions.promises import promise_target
from escalation.choices import Expects, PromiseKind, RequestReason, RequestState
from escalation.models import Commitment, Escalation, EscalationReason, PromiseClock
from sla.models import Calendar
from sla.policies import calendar_of
from tickets.choices import EventKind, Status
from tickets.models import Ticket, TicketEvent

MOST_REASONS = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """`reasons` the newest first. Promises are the ones that run. `contest_key` is set where one click may contest."""

    reasons: list[EscalationReason]
    commitment: Commitment | None
    answer_promise: PromiseClock | None
    update_promise: PromiseClock | None
    may_ask: bool
    contest_key: uuid.UUID | None

    @property
    def is_waiting(self) -> bool:
        return bool(self.reasons) and self.reasons[0].request.state == RequestState.OPEN

    @property
    def takeover_is_late(self) -> bool:
        """Was the time passed by which somebody would have taken the ticket over?"""
        row = self.commitment
        return bool(row and row.closed_at is None and row.expects == Expects.TAKEOVER and row.slipped_at)

    @property
    def plan_given(self) -> Commitment | None:
        """The open commitment where a person gave plan and time."""
        row = self.commitment
        return row if row and row.closed_at is None and row.expects == Expects.RESULT else None


def answer_due(ticket: Ticket, *, now: datetime) -> datetime | None:
    """By when an escalation asked for now is answered; None where nothing is promised."""
    target = promise_target(ticket, PromiseKind.ACKNOWLEDGE)
    if target is None:
        return None
    seconds, calendar_id = target
    return calendar_of(Calendar.objects.get(pk=calendar_id) if calendar_id else None).add(now, seconds)


@dataclass(frozen=True, slots=True)
class Traces:
    """What there is to load at all; most tickets have nothing of it."""

    has_reasons: bool
    has_promises: bool
    has_commitment: bool
    severity_change: dict[str, Any] | None
    severity_changed_at: datetime | None
    severity_changed_by: str | None  # a role


def steps_of(ticket: Ticket, reader: User, *, most: int) -> tuple[list[Escalation], Traces]:
    """The latest steps, the newest first, and what else there is: 1 query, 2 where there are no steps."""
    steps = Escalation.objects.visible_to(reader).filter(ticket=ticket).select_related("by").annotate(**_TRACES)
    newest = list(steps.order_by("-step_no")[:most])
    if newest:
        return newest, Traces(*(getattr(newest[0], name) for name in _TRACES))
    ids = Ticket.objects.filter(pk=ticket.pk).annotate(ticket_id=F("pk")).annotate(**_TRACES)
    return [], Traces(*ids.values_list(*_TRACES)[0])


_OF_THIS = OuterRef("ticket_id")
_CHANGES = TicketEvent.objects.filter(ticket=_OF_THIS, kind=EventKind.SEVERITY_CHANGED).order_by("-pk")
_TRACES = {
    "has_reasons": Exists(EscalationReason.objects.filter(request__ticket=_OF_THIS)),
    "has_promises": Exists(PromiseClock.objects.filter(ticket=_OF_THIS, stopped_at=None)),
    "has_commitment": Exists(Commitment.objects.filter(ticket=_OF_THIS)),
    "severity_change": Subquery(_CHANGES.values("data")[:1]),
    "severity_changed_at": Subquery(_CHANGES.values("at")[:1]),
    "severity_changed_by": Subquery(_CHANGES.values("actor__role")[:1]),
}


def asked_of(ticket: Ticket, reader: User, traces: Traces) -> Asked:
    """All of it for a ticket that the reader may see (a query for each trace)."""
    reasons = EscalationReason.objects.filter(request__ticket=ticket).select_related("request__answered_by", "by")
    newest = list(reasons.order_by("-pk")[:MOST_REASONS]) if traces.has_reasons else []
    running = PromiseClock.objects.filter(ticket=ticket, stopped_at=None) if traces.has_promises else ()
    promises = {each.kind: each for each in running}
    rows = Commitment.objects.filter(ticket=ticket).select_related("owner", "acknowledged_by")
    may_ask = not reader.is_staff and ticket.status != Status.CLOSED
    return Asked(
        reasons=newest,
        commitment=rows.first() if traces.has_commitment else None,
        answer_promise=promises.get(PromiseKind.ACKNOWLEDGE),
        update_promise=promises.get(PromiseKind.NEXT_UPDATE),
        may_ask=may_ask,
        contest_key=_contest_key(traces, newest) if may_ask else None,
    )


def _contest_key(traces: Traces, reasons: list[EscalationReason]) -> uuid.UUID | None:
    """Our side lowered the severity last, and nobody said anything against it since."""
    at = traces.severity_changed_at
    if traces.severity_change is None or at is None or traces.severity_change.get("raised"):
        return None
    if traces.severity_changed_by in (None, Role.CUSTOMER):
        return None
    if any(each.reason == RequestReason.SEVERITY and each.at >= at for each in reasons):
        return None
    return uuid.uuid4()
