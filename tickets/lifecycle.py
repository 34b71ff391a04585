"""May this change happen, and what does it do to the clocks? PURE: codes in, decision out, no ORM."""

from __future__ import annotations

from typing import Literal

from sla.choices import Severity
from tickets.choices import Status

ClockStep = Literal["paused", "resumed", "stopped"]

OPEN_STATUSES = frozenset({Status.OPEN, Status.IN_PROGRESS, Status.WAITING_CUSTOMER, Status.WAITING_INTERNAL})
ACTIVE_STATUSES = frozenset({Status.OPEN, Status.IN_PROGRESS, Status.WAITING_INTERNAL})  # the ball is with us
_NOT_CLOSED = OPEN_STATUSES | {Status.RESOLVED}

# action -> the statuses it may start from
_MAY_START_FROM: dict[str, frozenset[str]] = {
    "reply": OPEN_STATUSES,
    "customer_reply": _NOT_CLOSED,
    "follow_up": frozenset({Status.CLOSED}),  # closed is final: what comes later is a new ticket with new clocks
    "add_details": OPEN_STATUSES,
    "note": frozenset(Status),
    "assign": _NOT_CLOSED,
    "start": frozenset({Status.OPEN, Status.WAITING_INTERNAL}),
    "change_severity": OPEN_STATUSES,
    "wait_on_customer": ACTIVE_STATUSES,
    "wait_internally": frozenset({Status.OPEN, Status.IN_PROGRESS}),
    "resume": frozenset({Status.WAITING_CUSTOMER, Status.WAITING_INTERNAL}),
    "resolve": OPEN_STATUSES,
    "confirm_solved": OPEN_STATUSES,
    "reopen": frozenset({Status.RESOLVED}),
    "close": frozenset({Status.RESOLVED}),
    "merge": _NOT_CLOSED,
    "escalate": OPEN_STATUSES,
    "request_escalation": _NOT_CLOSED,
    "save_call_data": _NOT_CLOSED,
    "investigate": _NOT_CLOSED,
    "change_contacts": _NOT_CLOSED,
    "close_question": OPEN_STATUSES,
    "propose_call": _NOT_CLOSED,
    "accept_call": _NOT_CLOSED,
}


def is_allowed(action: str, status: str) -> bool:
    """May `action` start while the ticket is in `status`?"""
    return status in _MAY_START_FROM[action]


def status_after_customer_reply(status: str) -> str:
    """A customer's message resumes a ticket that waited for it and reopens a resolved one; else nothing changes."""
    if status in (Status.WAITING_CUSTOMER, Status.RESOLVED):
        return Status.OPEN
    return status


def resolution_step(before: str, after: str) -> ClockStep | None:
    """What a change of status does to the resolution clock. `waiting_internal` does not pause: the customer waits for us."""
    if before == after:
        return None
    if after == Status.RESOLVED:
        return "stopped"
    if after == Status.WAITING_CUSTOMER:
        return "paused"
    if before in (Status.WAITING_CUSTOMER, Status.RESOLVED) and after in ACTIVE_STATUSES:
        return "resumed"
    return None


def is_raise(before: str, after: str) -> bool:
    """Is `after` the more urgent severity? P0 is the most urgent."""
    order = list(Severity.values)
    return order.index(after) < order.index(before)
