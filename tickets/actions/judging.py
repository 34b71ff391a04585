"""How ready tickets are that were filed before anybody judged it."""

from __future__ import annotations

from collections.abc import Iterator

from tickets.actions.base import judge
from tickets.models import Ticket

BATCH = 200  # tickets


def judge_unjudged(*, batch: int = BATCH) -> Iterator[int]:
    """Judge every ticket that has no figure, the newest first; after each batch, how many are judged by now.

    Each is written where it still has none: what its customer tells meanwhile was judged by then. Nothing is told of it, and
    a ticket does not count as changed. Asked again, it goes on where it was left.
    """
    judged, before = 0, None
    while tickets := list(_unjudged(before)[:batch]):
        for ticket in tickets:
            judge(ticket)
            mine = Ticket.objects.filter(pk=ticket.pk, readiness=None)
            judged += mine.update(readiness=ticket.readiness, lacking=ticket.lacking)
        before = tickets[-1].pk
        yield judged


def _unjudged(before: int | None):
    rows = Ticket.objects.filter(readiness=None).select_related("category", "environment").order_by("-pk")
    return rows if before is None else rows.filter(pk__lt=before)
