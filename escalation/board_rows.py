"""One line of the escalations board in words: who asked, who has it, what is promised next. PURE but for the reader's language."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from escalation.choices import Expects, PromiseKind, RequestState, Trigger
from escalation.ladder import goes_down
from escalation.models import Commitment, Escalation, EscalationRequest, PromiseClock, TrackerLink
from escalation.promises import owed_at
from sla import wording
from sla.choices import ClockKind
from sla.models import Calendar
from tickets.choices import Status
from tickets.models import Ticket
from tickets.presenting import OwnerView, owner


@dataclass(frozen=True, slots=True)
class Asked:
    """Who or what asked for the escalation, and in which words."""

    who: str
    reason: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Promise:
    """The promise that is due first. `state` is a clock's code; `text` counts on from `due_at`."""

    name: str
    state: str
    word: str
    text: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Tracker:
    pk: int
    url: str
    label: str


@dataclass(frozen=True, slots=True)
class Row:
    """`age` and `worked` in seconds since the escalation opened: by the wall, and of the ticket's working hours (None where
    these are the same). `moves_back` counts the hand-backs to a lower tier."""

    commitment: Commitment
    ticket: Ticket
    asked: Asked
    owner: OwnerView
    promise: Promise | None
    standing: str
    expected_at: datetime | None
    is_expected_late: bool
    age: int
    worked: int | None
    moves_back: int
    trackers: list[Tracker]
    open_request: EscalationRequest | None

    @property
    def is_open(self) -> bool:
        return self.commitment.closed_at is None and (self.ticket.is_open or self.open_request is not None)

    @property
    def stamp(self) -> str:
        """Differs when anything on the line does, but for what time alone moves. What only the escalation's own actions
        write does not touch the ticket's row."""
        kept, promise = self.commitment, self.promise
        seen = (
            *(
                self.ticket.updated_at,
                self.ticket.step_no,
                kept.owner_id,
                kept.slips,
                kept.acknowledged_at,
                kept.closed_at,
            ),
            *(kept.plan_shown, self.expected_at, self.standing, self.asked, [each.url for each in self.trackers]),
            (promise.name, promise.state, promise.due_at) if promise else None,
        )
        return hashlib.sha256(repr(seen).encode()).hexdigest()[:20]


def row(commitment: Commitment, *, calendar: Calendar | None, now: datetime) -> Row:
    """The line of a commitment that the board has loaded."""
    ticket = commitment.ticket
    steps = list(ticket.escalations.all())
    requests = list(ticket.escalation_requests.all())
    waiting = next((each for each in requests if each.state == RequestState.OPEN), None)
    at = expected_at(commitment)
    return Row(
        commitment=commitment,
        ticket=ticket,
        asked=asked(commitment, steps, requests),
        owner=owner(ticket),
        promise=next_promise(commitment, list(ticket.promises.all()), now=now),
        standing=standing(commitment, waiting),
        expected_at=at,
        is_expected_late=at is not None and at < now,
        age=int((now - commitment.opened_at).total_seconds()),
        worked=calendar.compiled().between(commitment.opened_at, now) if calendar else None,
        moves_back=moves_back(steps),
        trackers=trackers(list(ticket.tracker_links.all())),
        open_request=waiting,
    )


def asked(commitment: Commitment, steps: list[Escalation], requests: list[EscalationRequest]) -> Asked:
    """Who asked, from the newest step or request of that origin."""
    if commitment.trigger == Trigger.CUSTOMER:
        reasons = list(requests[-1].reasons.all()) if requests else []
        said = reasons[-1] if reasons else None
        who = said.by if said else commitment.asked_by
        return Asked(
            who=who.name if who else _("The customer"),
            reason=said.get_reason_display() if said else str(Trigger.CUSTOMER.label),
            words=said.body if said else "",
        )
    step = next((each for each in reversed(steps) if each.trigger == commitment.trigger), None)
    if commitment.trigger == Trigger.ENGINEER:
        who = commitment.asked_by or (step.by if step else None)
        return Asked(who.name if who else _("An engineer"), _("handed it up"), step.reason if step else "")
    clock = step.clock if step else ""
    missed = _("First response missed") if clock == ClockKind.FIRST_RESPONSE else _("Resolution missed")
    return Asked(pgettext("who asked for an escalation", "The clock"), missed if clock else _("Deadline missed"))


def expected_at(commitment: Commitment) -> datetime | None:
    """The expected time that is still to be kept, if any."""
    is_taken = commitment.ticket.assignee_id is not None
    return owed_at(expected_at=commitment.expected_at, expects=commitment.expects, is_taken=is_taken)


def next_promise(commitment: Commitment, clocks: list[PromiseClock], *, now: datetime) -> Promise | None:
    """Of the running promises and the expected time, the one that is due first."""
    due: list[tuple[datetime, str, PromiseClock | None]] = [
        (each.due_at, _NAMES[each.kind](), each) for each in clocks if each.due_at
    ]
    if at := expected_at(commitment):
        due.append((at, str(Expects(commitment.expects).label), None))
    if not due:
        return None
    due_at, name, clock = min(due, key=lambda each: each[0])
    state, word = _state(due_at, clock, now=now)
    words = _("due in {}") if due_at >= now else _("{} over")
    return Promise(name, state, word, words.replace("{}", wording.duration(due_at - now)), due_at)


_NAMES: dict[str, Callable[[], str]] = {
    PromiseKind.ACKNOWLEDGE: lambda: pgettext("promise", "Acknowledge"),
    PromiseKind.NEXT_UPDATE: lambda: pgettext("promise", "Next update"),
}


def _state(due_at: datetime, clock: PromiseClock | None, *, now: datetime) -> tuple[str, str]:
    if due_at < now:
        return "breached", pgettext("clock", "Overdue")
    if clock and clock.at_risk_at and clock.at_risk_at <= now:
        return "at_risk", pgettext("clock", "At risk")
    return "running", pgettext("clock", "Running")


def standing(commitment: Commitment, waiting: EscalationRequest | None) -> str:
    """Where the escalation stands, in a few words."""
    if commitment.closed_at:
        return _("Closed")
    if waiting:
        return _("The customer awaits our answer")
    if commitment.ticket.status == Status.WAITING_CUSTOMER:
        return _("We wait for the customer")
    if commitment.acknowledged_at is None:
        return _("Nobody has acknowledged it")
    if not commitment.plan:
        return _("Acknowledged, no plan of ours yet")
    return _("Plan given")


def moves_back(steps: list[Escalation]) -> int:
    """How often the ticket went down a tier again."""
    return sum(goes_down(each.from_tier, each.target) for each in steps)


def trackers(links: list[TrackerLink]) -> list[Tracker]:
    """Links with a short name: the last part of the path, else the host."""
    return [Tracker(each.pk, each.url, _tail(each.url)) for each in links]


def _tail(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path.rstrip("/").rpartition("/")[2] or parts.netloc)[:40]
