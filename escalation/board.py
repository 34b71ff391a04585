"""The escalations board: which card stands in which lane. Rows in, cards out; writes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from escalation.models import Escalation
from tickets.choices import Status

MOST_CARDS = 200  # open escalations shown at once, the most urgent first


@dataclass(frozen=True, slots=True)
class Card:
    """`age` in seconds since the step. `is_late`: nobody took over by the expected time."""

    escalation: Escalation
    age: int
    is_late: bool


@dataclass(slots=True)
class Lane:
    code: str
    title: str
    empty: str
    cards: list[Card] = field(default_factory=list)


def open_escalations(user: User, filters: dict[str, str]) -> list[Escalation]:
    """The latest step of every open ticket that the person may see, the most urgent first (1 query)."""
    return list(
        Escalation.objects.visible_to(user)
        .open()
        .filter(**filters)
        .select_related("ticket__organisation__plan", "ticket__assignee__team", "by")
        .order_by("ticket__severity", "created_at")[:MOST_CARDS]
    )


def lanes(escalations: Iterable[Escalation], *, now: datetime) -> list[Lane]:
    """Columns by whose turn it is."""
    nobody = Lane("unowned", _("Nobody has it yet"), _("Every escalated ticket has an owner."))
    ours = Lane("ours", _("With engineers"), _("No engineer works on an escalated ticket at the moment."))
    theirs = Lane("theirs", _("With the customer"), _("No escalated ticket waits on a customer."))
    for each in escalations:
        lane = _lane_of(each, nobody, ours, theirs)
        lane.cards.append(_card(each, now))
    return [nobody, ours, theirs]


def _lane_of(escalation: Escalation, nobody: Lane, ours: Lane, theirs: Lane) -> Lane:
    if escalation.ticket.status == Status.WAITING_CUSTOMER:
        return theirs
    return ours if escalation.ticket.assignee_id else nobody


def _card(escalation: Escalation, now: datetime) -> Card:
    is_taken = escalation.ticket.assignee_id is not None
    expected_at = escalation.expected_at
    return Card(
        escalation=escalation,
        age=int((now - escalation.created_at).total_seconds()),
        is_late=not is_taken and expected_at is not None and expected_at < now,
    )
