"""The queue: which tickets, in which order, a page at a time. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from accounts.models import Organisation, User
from accounts.numbers import whole_number
from sla.choices import ClockState
from tickets.admin.rows import Row, row
from tickets.choices import Status
from tickets.forms.desk import QueueView
from tickets.models import Answer, Clock, Environment, Ticket
from tickets.told import told

PER_PAGE = 50
COUNTED_TO = 100  # tabs say "99+" beyond; no tab counts a million rows
COUNTED_VIEWS = (QueueView.MINE, QueueView.UNASSIGNED, QueueView.BREACHED)
MOST_ORGANISATIONS = 50
LONGEST_NUMBER = 12  # digits


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Row]
    number: int
    has_next: bool


def page(user: User, accepted: Mapping[str, Any], *, now: datetime) -> Page:
    """One page of the queue (2 queries, one more for an organisation), whatever the number of tickets."""
    tickets = _ordered(_filtered(_seen_through(accepted["view"], user, now=now), accepted), accepted["view"])
    tickets = tickets.select_related("organisation__plan", "assignee").prefetch_related(
        Prefetch("clocks", Clock.objects.all())
    )
    first = (accepted["page"] - 1) * PER_PAGE
    found = list(tickets[first : first + PER_PAGE + 1])
    rows = [row(ticket, now=now) for ticket in found[:PER_PAGE]]
    return Page(rows=rows, number=accepted["page"], has_next=len(found) > PER_PAGE)


def counts(user: User, *, now: datetime) -> dict[str, str]:
    """How many tickets the tabs that are worth a number hold (a query each, of at most 100 rows)."""
    return {view: _count(_seen_through(view, user, now=now)) for view in COUNTED_VIEWS}


def _count(tickets: QuerySet[Ticket]) -> str:
    found = tickets.order_by()[:COUNTED_TO].count()
    return f"{COUNTED_TO - 1}+" if found >= COUNTED_TO else str(found)


def _seen_through(view: str, user: User, *, now: datetime) -> QuerySet[Ticket]:
    tickets = Ticket.objects.visible_to(user)
    if view == QueueView.ALL:
        return tickets
    if view == QueueView.RESOLVED:
        return tickets.filter(status=Status.RESOLVED, check_at__isnull=False)
    tickets = tickets.open()
    if view == QueueView.MINE:
        return tickets.filter(assignee=user)
    if view == QueueView.TIER:
        return tickets.filter(tier=user.tier or "")
    if view == QueueView.UNASSIGNED:
        return tickets.filter(assignee=None)
    if view == QueueView.BREACHED:
        return tickets.filter(hurts_at__lt=now, next_due_at__lt=now)  # by the index of the first
    if view == QueueView.WAITING:
        return tickets.filter(status=Status.WAITING_CUSTOMER)
    if view == QueueView.AT_RISK:
        late_soon = Clock.objects.unstopped().filter(
            ticket=OuterRef("pk"), state=ClockState.RUNNING, at_risk_at__lte=now, due_at__gte=now
        )
        return tickets.filter(Exists(late_soon), next_due_at__isnull=False, hurts_at__isnull=False)
    return tickets


def _ordered(tickets: QuerySet[Ticket], view: str) -> QuerySet[Ticket]:
    """What hurts next on top: a clock that is due or a call's data that is erased, then by severity. The order of index
    ticket_queue."""
    if view == QueueView.ALL:
        return tickets.order_by("-pk")
    if view == QueueView.RESOLVED:
        return tickets.order_by("-check_at", "-pk")  # the latest resolved closes last; this order has an index
    return tickets.order_by(F("hurts_at").asc(nulls_last=True), "severity", "pk")


def _filtered(tickets: QuerySet[Ticket], accepted: Mapping[str, Any]) -> QuerySet[Ticket]:
    for name in ("severity", "tier", "category"):
        if name in accepted:
            tickets = tickets.filter(**{name: accepted[name]})
    if "plan" in accepted:
        tickets = tickets.filter(organisation__plan=accepted["plan"])
    if "organisation" in accepted:
        named = Organisation.objects.filter(name__icontains=accepted["organisation"])
        tickets = tickets.filter(organisation__in=list(named.values_list("pk", flat=True)[:MOST_ORGANISATIONS]))
    if "platform" in accepted or "sdk" in accepted:
        tickets = tickets.filter(pk__in=_built_with(accepted).values("ticket"))
    for choice in accepted.get("answer", ()):
        tickets = tickets.filter(pk__in=Answer.objects.filter(choice=choice).values("ticket"))
    if "q" in accepted:
        tickets = tickets.filter(_said(accepted["q"]))
    return tickets


def _built_with(accepted: Mapping[str, Any]) -> QuerySet[Environment]:
    """The environments of a platform and a range of SDK versions, by the index over both."""
    found = Environment.objects.filter(platform=accepted["platform"]) if "platform" in accepted else Environment.objects
    return found.filter(sdk_version_key__range=accepted["sdk"]) if "sdk" in accepted else found.all()


def _said(words: str) -> Q:
    """A number or its beginning, a part of the subject, or what the ticket was told in answer to what was asked."""
    digits = words.strip().removeprefix("#")
    found = Q(subject__icontains=words.strip())
    holders = told(words)
    if holders is not None:
        found |= Q(pk__in=holders)
    if (number := whole_number(digits, digits=LONGEST_NUMBER)) is not None:
        for tail in range(LONGEST_NUMBER - len(digits) + 1):
            found |= Q(pk__gte=number * 10**tail, pk__lt=(number + 1) * 10**tail)
    return found
