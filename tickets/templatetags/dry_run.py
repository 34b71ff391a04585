"""The slot of the administrators' review pages: what a change would have meant for past tickets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils import timezone

from sla.book import Book
from sla.choices import ClockKind
from tickets.dry_run import dry_run as replay
from tickets.models import Ticket

register = template.Library()


@register.inclusion_tag("admin/parts/dry_run.html", takes_context=True)
def dry_run(context: template.Context, before: Book, after: Book) -> dict[str, Any]:
    """Replays the last 90 days under both books; takes seconds where there are very many tickets."""
    run = replay(before, after, now=timezone.now())
    opened = run.open_clocks.missed if run.open_clocks else []
    listed = [*opened, *(pk for tally in run.tallies.values() for pk in (*tally.now_missed, *tally.now_met))]
    visible = Ticket.objects.visible_to(context["request"].user).select_related("organisation")
    tickets = visible.in_bulk(set(listed)) if listed else {}

    def shown(numbers: Iterable[int]) -> list[Ticket]:
        return [tickets[pk] for pk in numbers if pk in tickets]

    rows = [
        {
            "label": ClockKind(kind).label,
            "tally": tally,
            "now_missed": shown(tally.now_missed),
            "now_met": shown(tally.now_met),
        }
        for kind, tally in run.tallies.items()
    ]
    return {"run": run, "rows": rows, "missed_at_once": shown(opened)}
