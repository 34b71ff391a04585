"""What the customer's page of a ticket shows beside the conversation: rows in, plain values for templates out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.models import User
from sla import wording
from sla.choices import ClockKind
from tickets.answers_shown import Fact, FactGroup, fact_groups
from tickets.call_data import CallData, call_data
from tickets.choices import Status
from tickets.investigation_shown import Checklist, Investigated, checklist, investigated
from tickets.ledger import idle_spans
from tickets.loading import page_loaded
from tickets.models import Resolution, Ticket
from tickets.presenting import ClockView, OwnerView, clock_views, customer_status, owner
from tickets.promises import working_time
from tickets.thread import initials
from tickets.wording import Turn, severity_name, turn


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the stepper; `state` is done, current or empty, `code` the status it stands for."""

    label: str
    state: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class ClockCard:
    """A clock as the page's hero: the view, and what explains it."""

    view: ClockView
    promise: str
    why: str
    total: str


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """All but the conversation. `look_at` is when a clock's look changes by itself next."""

    ticket: Ticket
    severity: str
    status: str
    owner: OwnerView
    owner_face: str
    turn: Turn
    steps: Sequence[Step]
    clocks: Sequence[ClockCard]
    look_at: datetime | None
    call_data: CallData | None
    facts: Sequence[Fact]
    groups: Sequence[FactGroup]
    people: Sequence[str]
    resolutions: Sequence[Resolution]
    investigated: Investigated | None
    checklist: Checklist


def loaded(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """The tickets with all that the page reads of them but for what `rest_loaded` adds (5 queries)."""
    return page_loaded(tickets).select_related("app")


def read_page(ticket: Ticket, *, now: datetime) -> CustomerPage:
    """The page of a ticket that was `loaded` and `rest_loaded`; asks nothing of the database."""
    clocks = clock_views(ticket, now)
    has_it, asked = owner(ticket), checklist(ticket)
    return CustomerPage(
        ticket=ticket,
        severity=severity_name(ticket.severity),
        status=customer_status(ticket),
        owner=has_it,
        owner_face=initials(has_it.name),
        turn=turn(ticket, clocks, has_it, asked, waits_since=_waits_since(ticket)),
        steps=_steps(ticket, clocks),
        clocks=[_card(ticket, view, now) for view in clocks.values()],
        look_at=_look_at(ticket, clocks, now),
        call_data=call_data(ticket, now=now),
        facts=_facts(ticket),
        groups=fact_groups(ticket),
        people=_people(ticket),
        resolutions=list(reversed(ticket.resolutions.all())),
        investigated=investigated(ticket),
        checklist=asked,
    )


def follow_ups(ticket: Ticket, reader: User) -> list[Ticket]:
    """The tickets that go on from this one (1 query where there may be any: only a closed one has them)."""
    if ticket.status != Status.CLOSED or ticket.is_merged:
        return []
    return list(Ticket.objects.visible_to(reader).filter(follows=ticket).order_by("pk").only("pk"))


def _steps(ticket: Ticket, clocks: Mapping[str, ClockView]) -> list[Step]:
    first = clocks.get(ClockKind.FIRST_RESPONSE)
    is_answered = first is not None and first.stopped_at is not None and first.state != "cancelled"
    working = {
        Status.WAITING_CUSTOMER: _("Waiting on you"),
        Status.WAITING_INTERNAL: _("With our specialists"),
    }.get(Status(ticket.status), pgettext("ticket status", "In progress"))
    labels = [
        (_("Received"), Status.OPEN),
        (_("First answer"), Status.OPEN),
        (working, ticket.status),
        (pgettext("ticket status", "Resolved"), Status.RESOLVED),
        (pgettext("ticket status", "Closed"), Status.CLOSED),
    ]
    current = {Status.CLOSED: 4, Status.RESOLVED: 3}.get(Status(ticket.status), 2)
    if current == 2 and not is_answered and ticket.status == Status.OPEN:
        current = 0
    steps = []
    for position, (label, code) in enumerate(labels):
        is_done = position < current and (position != 1 or is_answered)
        steps.append(Step(label, "done" if is_done else "current" if position == current else "", code))
    return steps


def _card(ticket: Ticket, view: ClockView, now: datetime) -> ClockCard:
    is_resolution = view.kind == ClockKind.RESOLUTION
    calendar = next(clock.calendar for clock in ticket.clocks.all() if clock.kind == view.kind)
    return ClockCard(
        view=view,
        promise=working_time(view.target_seconds, calendar),
        why=wording.sentences([_hours(view), _standing(ticket, view, now) if is_resolution else ""]),
        total=_total(ticket, view, now) if is_resolution else "",
    )


def _hours(view: ClockView) -> str:
    if not view.is_business:
        return _("Counted around the clock.")
    if view.is_closed_now:
        return _("Counted in business hours; it is outside them now, so the clock waits.")
    return _("Counted in business hours.")


def _standing(ticket: Ticket, view: ClockView, now: datetime) -> str:
    """Why the resolution clock stands still, or that it did."""
    rows = [clock for clock in ticket.clocks.all() if clock.kind == view.kind]
    if since := _waits_since(ticket):
        at = wording.short_instant(since, now=now)
        return _("Paused since %(time)s: we asked you something and wait for your answer.") % {"time": at}
    spans = idle_spans(rows)
    if not spans:
        return ""
    stood = sum((end - begin for begin, end in spans), timedelta())
    words = ngettext(
        "It stood still once, %(duration)s, while it was your turn or the ticket was solved.",
        "It stood still %(n)s times, %(duration)s in all, while it was your turn or the ticket was solved.",
        len(spans),
    )
    return words % {"n": len(spans), "duration": wording.duration(stood)}


def _waits_since(ticket: Ticket) -> datetime | None:
    """Since when the resolution clock stands still for the customer's answer; None while it does not."""
    if ticket.status != Status.WAITING_CUSTOMER:
        return None
    rows = [clock for clock in ticket.clocks.all() if clock.kind == ClockKind.RESOLUTION]
    last = list(rows[0].segments.all())[-1:] if rows else []
    return last[0].at if last else None


def _total(ticket: Ticket, view: ClockView, now: datetime) -> str:
    until = ticket.resolved_at or ticket.closed_at or now
    total = wording.duration(max(until - ticket.created_at, timedelta()))
    if view.is_business and not view.elapsed_seconds:
        return _("Nothing counted; %(total)s since you filed it.") % {"total": total}
    counted = wording.duration(view.elapsed_seconds, days=not view.is_business)
    return _("%(counted)s counted; %(total)s since you filed it.") % {"counted": counted, "total": total}


def _look_at(ticket: Ticket, clocks: Mapping[str, ClockView], now: datetime) -> datetime | None:
    instants: list[datetime | None] = [ticket.data_gone_at]
    for clock in ticket.clocks.all():
        view = clocks.get(clock.kind)
        if view and view.is_ticking:
            instants += [clock.at_risk_at, view.due_at, view.open_until]
    return min((at for at in instants if at and at > now), default=None)


def _facts(ticket: Ticket) -> list[Fact]:
    facts = [Fact(_("App"), str(ticket.app))] if ticket.app else []
    return [*facts, Fact(pgettext("of a ticket", "Category"), ticket.category.name)]


def _people(ticket: Ticket) -> list[str]:
    """The customer's people on it; our own stand as the owner and in the letters."""
    followers: list[User] = [each.user for each in ticket.followers.all() if not each.user.is_staff]
    return [each.name for each in followers if each.pk != ticket.requester_id]
