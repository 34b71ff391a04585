"""Rows that most tickets have none of: asked for only where the ticket's own query saw that there are any."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet, prefetch_related_objects

from tickets.models import Attempt, Call, Inquiry, Resolution, Ticket, TicketContact

_RARE: dict[str, QuerySet[Any]] = {
    "resolutions": Resolution.objects.select_related("by"),
    "contacts": TicketContact.objects.all(),
    "inquiries": Inquiry.objects.select_related("by", "closed_by"),
}


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
