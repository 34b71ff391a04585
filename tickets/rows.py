"""Tickets as lines of a customer's list: what a line shows, read in a constant number of queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import BigIntegerField, Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.models import User
from sla.choices import ClockKind
from tickets.choices import Status
from tickets.models import Ticket, TicketEvent, TicketVisit
from tickets.presenting import ClockView, OwnerView, clock_views, clocks_loaded, customer_status, nearest_clock, owner
from tickets.waits import Wait, present_wait, wait_words


@dataclass(frozen=True, slots=True)
class TicketRow:
    """One line. `has_news`: something public happened, by somebody else, since this person last looked. `wait` says how long
    it has been waiting for its customer, empty where it is not."""

    ticket: Ticket
    clock: ClockView | None
    owner: OwnerView
    status: str
    has_news: bool
    wait: str
    waits_since: datetime


def loaded(tickets: QuerySet[Ticket], user: User) -> QuerySet[Ticket]:
    """The tickets with all that `rows` reads: 3 queries, however many."""
    seen = TicketVisit.objects.filter(ticket=OuterRef("ticket"), user=user).values("seen_event_id")
    news = TicketEvent.objects.filter(
        ticket=OuterRef("pk"), is_public=True, pk__gt=Coalesce(Subquery(seen), Value(0), output_field=BigIntegerField())
    ).exclude(actor=user)
    return (
        tickets.select_related("assignee", "organisation")
        .prefetch_related(clocks_loaded())
        .annotate(has_news=Exists(news))
    )


def rows(tickets: Iterable[Ticket], now: datetime) -> list[TicketRow]:
    """Lines for tickets that came through `loaded`."""
    return [_row(ticket, now) for ticket in tickets]


def _row(ticket: Ticket, now: datetime) -> TicketRow:
    wait = _wait(ticket, now)
    return TicketRow(
        ticket=ticket,
        clock=nearest_clock(clock_views(ticket, now).values()),
        owner=owner(ticket),
        status=customer_status(ticket),
        has_news=ticket.has_news,  # type: ignore[attr-defined] # `loaded` annotates it
        wait=wait_words(wait, now=now) if wait else "",
        waits_since=wait.since if wait else ticket.updated_at,
    )


def _wait(ticket: Ticket, now: datetime) -> Wait | None:
    if ticket.status != Status.WAITING_CUSTOMER:
        return None
    ledgers = (clock.segments.all() for clock in ticket.clocks.all() if clock.kind == ClockKind.RESOLUTION)
    return present_wait(next(ledgers, ()), now=now)
