"""A customer's list as rows of a table, a batch of tickets at a time, in the reader's language and zone. Reads only.

Read by key and not by one long query: a reader may take an hour over the download, and nothing is held open meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from sla import wording
from sla.choices import ClockKind
from tickets.models import Clock, Ticket
from tickets.presenting import customer_status
from tickets.wording import severity_name

BATCH = 500  # tickets


@dataclass(frozen=True, slots=True)
class Reader:
    """In whose words and whose time the file is written: a language's code and a zone's name."""

    language: str
    zone: str


def head(reader: Reader) -> list[str]:
    """The names of the columns; those of times say the zone."""
    with translation.override(reader.language), timezone.override(reader.zone):
        times = [
            pgettext("column", "Filed"), pgettext("column", "Last change"), pgettext("column", "First response due"),
            pgettext("column", "First response"), pgettext("column", "Solution due"), pgettext("column", "Solved"),
            pgettext("column", "Closed"),
        ]  # fmt: skip
        return [
            pgettext("column", "Number"), _("Subject"), _("Status"), _("Severity"), pgettext("of a ticket", "Category"), _("App"),
            _("Organisation"), _("Requester"), pgettext("column", "Engineer"),
            pgettext("column", "Level of support"),
            *(_("%(time)s (%(zone)s)") % {"time": name, "zone": wording.zone()} for name in times),
        ]  # fmt: skip


def batches(tickets: QuerySet[Ticket], organisations: Sequence[int], reader: Reader) -> Iterator[list[list[str]]]:
    """All the tickets as rows, organisation by organisation, the newest first (2 queries a batch)."""
    for organisation in organisations:
        last = None
        while found := next_batch(tickets, organisation, before=last):
            yield rows(found, reader)
            last = found[-1].pk


def next_batch(tickets: QuerySet[Ticket], organisation: int, *, before: int | None) -> list[Ticket]:
    """The next tickets of one organisation below that key, with what `rows` reads; none is the end."""
    within = tickets.filter(organisation=organisation)
    if before is not None:
        within = within.filter(pk__lt=before)
    within = within.select_related("app", "category", "organisation", "requester", "assignee").defer(
        "sla_terms", "lacking"
    )
    return list(within.prefetch_related("clocks").order_by("-pk")[:BATCH])


def rows(tickets: Sequence[Ticket], reader: Reader) -> list[list[str]]:
    with translation.override(reader.language), timezone.override(reader.zone):
        return [_row(ticket) for ticket in tickets]


def _row(ticket: Ticket) -> list[str]:
    clocks: dict[str, Clock] = {clock.kind: clock for clock in ticket.clocks.all()}
    first, solution = clocks.get(ClockKind.FIRST_RESPONSE), clocks.get(ClockKind.RESOLUTION)
    times = [
        ticket.created_at, ticket.updated_at, first.due_at if first else None, first.stopped_at if first else None,
        solution.due_at if solution else None, ticket.resolved_at, ticket.closed_at,
    ]  # fmt: skip
    return [
        str(ticket.pk), ticket.subject, customer_status(ticket), severity_name(ticket.severity), ticket.category.name,
        str(ticket.app or ""), ticket.organisation.name, ticket.requester.name,
        ticket.assignee.name if ticket.assignee else "", str(ticket.get_tier_display()), *map(_time, times),
    ]  # fmt: skip


def _time(at: datetime | None) -> str:
    """As spreadsheets read it in every language."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""
