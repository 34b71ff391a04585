"""What the pages of a ticket read of it. Rows that most tickets have none of are asked for only where the ticket's own query
saw that there are any."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet, prefetch_related_objects

from tickets.answers_shown import answers_loaded
from tickets.models import Attempt, Call, Follower, Inquiry, Resolution, Ticket, TicketContact
from tickets.presenting import clocks_loaded

_RARE: dict[str, QuerySet[Any]] = {
    "resolutions": Resolution.objects.select_related("by"),
    "contacts": TicketContact.objects.all(),
    "inquiries": Inquiry.objects.select_related("by", "closed_by"),
}


def page_loaded(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """The tickets with what both sides' pages read of them but for what `rest_loaded` adds (5 queries)."""
    people = Follower.objects.select_related("user").order_by("created_at", "pk")
    return (
        with_traces(tickets)
        .select_related(
            "organisation__plan", "category", "requester", "assignee__team", "environment__product", "investigation__by"
        )
        .prefetch_related(clocks_loaded(), Prefetch("followers", people), answers_loaded())
    )


def with_traces(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """The tickets with what `rest_loaded` goes by; no query of its own."""
    traces = {f"has_{name}": Exists(rows.filter(ticket=OuterRef("pk"))) for name, rows in _RARE.items()}
    calls = Call.objects.unfinished().filter(ticket=OuterRef("pk"))
    return tickets.annotate(has_unfinished_call=Exists(calls), **traces)


def rest_loaded(ticket: Ticket) -> Ticket:
    """The ticket that was loaded `with_traces` and its investigation, with each kind of rare rows (1 query for each it has)."""
    for name, rows in _RARE.items():
        if getattr(ticket, f"has_{name}"):
            prefetch_related_objects([ticket], Prefetch(name, rows.all()))
        else:
            _none_of(ticket, name, rows)
    prefetch_related_objects([ticket], Prefetch("investigation__attempts", Attempt.objects.select_related("by")))
    return ticket


def _none_of(ticket: Ticket, name: str, rows: QuerySet[Any]) -> None:
    """Say that there are none, as a prefetch would have."""
    kept = ticket.__dict__.setdefault("_prefetched_objects_cache", {})
    kept[name] = rows.none()
