"""Which tickets stand in a customer's list, in which order, a page at a time by key. Reads only.

What waits on the customer stands apart, on top. The rest follows the newest first, so that no page costs more than another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from accounts.models import Organisation, User
from tickets.choices import Status
from tickets.forms.listing import STATUSES, FiledBy, Show, day_begins
from tickets.models import Ticket
from tickets.searching import Found, find

PAGE_SIZE = 25
MOST_WAITING = 10  # on top of a page; the tab has them all
_WITH_WAITING_ON_TOP = (Show.OPEN, Show.ALL)


@dataclass(frozen=True, slots=True)
class Listed:
    """The chosen tickets. `is_cut`: of what the search found, only the newest were looked at."""

    tickets: QuerySet[Ticket]
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Keys of a page, with those that lead to newer and older ones. `waiting` stands on top, the longest waiting first."""

    ids: Sequence[int]
    newer: int | None
    older: int | None
    waiting: Sequence[int] = ()
    has_more_waiting: bool = False


def of_customer(user: User, organisations: Sequence[Organisation]) -> QuerySet[Ticket]:
    """All the tickets that the list is about."""
    return Ticket.objects.visible_to(user).filter(organisation__in=organisations)


def listed(
    tickets: QuerySet[Ticket], chosen: Mapping[str, Any], *, user: User, organisations: Sequence[Organisation]
) -> Listed:
    """What the filters leave of them; words are asked of the search index at once (1 query)."""
    tickets = narrowed(shown(tickets, chosen["show"]), chosen, user=user)
    if not chosen["q"]:
        return Listed(tickets)
    found: Found = find(chosen["q"], organisations=[each.pk for each in organisations])
    return Listed(tickets.filter(pk__in=found.ids), is_cut=found.is_cut)


def narrowed(tickets: QuerySet[Ticket], chosen: Mapping[str, Any], *, user: User) -> QuerySet[Ticket]:
    """What the filters leave, words apart. Days are those of the reader's zone, the last one included."""
    for name in ("severity", "app", "category", "organisation"):
        if chosen[name]:
            tickets = tickets.filter(**{name: chosen[name]})
    if chosen["filed_by"] == FiledBy.ME:
        tickets = tickets.filter(requester=user)
    elif chosen["filed_by"] == FiledBy.OTHERS:
        tickets = tickets.exclude(requester=user)
    if chosen["created_after"]:
        tickets = tickets.filter(created_at__gte=day_begins(chosen["created_after"]))
    if chosen["created_before"]:
        tickets = tickets.filter(created_at__lt=day_begins(chosen["created_before"] + timedelta(days=1)))
    return tickets


def shown(tickets: QuerySet[Ticket], show: str) -> QuerySet[Ticket]:
    return tickets if show == Show.ALL else tickets.filter(status__in=STATUSES[show])


def page(tickets: QuerySet[Ticket], chosen: Mapping[str, Any]) -> Page:
    """The newest tickets below `before` or the next above `after`; what waits on the customer is on top of the first page
    and on no other (2 queries)."""
    before, after = chosen["before"], chosen["after"]
    waiting: list[int] = []
    if chosen["show"] in _WITH_WAITING_ON_TOP:
        if before is None and after is None:
            waiting = _keys(tickets.filter(status=Status.WAITING_CUSTOMER).order_by("updated_at", "pk"), MOST_WAITING)
        tickets = tickets.exclude(status=Status.WAITING_CUSTOMER)
    if after is not None and before is None:
        found = _keys(tickets.filter(pk__gt=after).order_by("pk"), PAGE_SIZE)
        ids = found[:PAGE_SIZE][::-1]
        newer, older = len(found) > PAGE_SIZE, bool(ids)
    else:
        older_ones = tickets.filter(pk__lt=before) if before else tickets
        found = _keys(older_ones.order_by("-pk"), PAGE_SIZE)
        ids = found[:PAGE_SIZE]
        newer, older = bool(before and ids), len(found) > PAGE_SIZE
    return Page(
        ids=ids,
        newer=ids[0] if newer else None,
        older=ids[-1] if older else None,
        waiting=waiting[:MOST_WAITING],
        has_more_waiting=len(waiting) > MOST_WAITING,
    )


def _keys(tickets: QuerySet[Ticket], most: int) -> list[int]:
    """One more than are shown tells whether there are more."""
    return list(tickets.values_list("pk", flat=True)[: most + 1])
