"""A customer's list as rows of a table, a batch of tickets at a time, in the reader's language and zone. Reads only.

The keys are read once, eight bytes a ticket; then each batch by its keys. A reader may take an hour over the download, and
neither a query nor a connection is held open meanwhile.
"""

from __future__ import annotations

import zoneinfo
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.choices import Platform, Tier
from accounts.middleware import zone_of
from sla import wording
from sla.choices import ClockKind, Severity
from tickets.choices import Status
from tickets.models import Category, Clock, Ticket
from tickets.presenting import customer_status
from tickets.wording import severity_name

BATCH = 500  # tickets
_KEYS_AT_A_TIME = 10_000
_COLUMNS = (
    "pk", "subject", "status", "severity", "tier", "category", "app__name", "app__platform", "organisation__name",
    "requester__name", "assignee__name", "created_at", "updated_at", "resolved_at", "closed_at",
)  # fmt: skip
_Times = tuple[datetime | None, datetime | None]  # due, stopped


@dataclass(frozen=True, slots=True)
class Reader:
    """In whose words and whose time the file is written: a language's code and a zone's name."""

    language: str
    zone: str


@dataclass(frozen=True, slots=True)
class Table:
    """The head, and what codes are called; looked up once for all rows."""

    head: Sequence[str]
    zone: zoneinfo.ZoneInfo
    statuses: Mapping[str, str]
    severities: Mapping[str, str]
    tiers: Mapping[str, str]
    platforms: Mapping[str, str]
    categories: Mapping[int, str]


def table_for(reader: Reader) -> Table:
    """The table in the reader's words (1 query)."""
    with translation.override(reader.language), timezone.override(reader.zone):
        return Table(
            head=_head(),
            zone=zone_of(reader.zone),
            statuses={each.value: customer_status(Ticket(status=each)) for each in Status},
            severities={each.value: severity_name(each) for each in Severity},
            tiers={each.value: str(each.label) for each in Tier},
            platforms={each.value: str(each.label) for each in Platform},
            categories={each.pk: each.name for each in Category.objects.all()},
        )


def _head() -> list[str]:
    """The names of the columns; those of times say the zone."""
    times = [
        pgettext("column", "Filed"), pgettext("column", "Last change"), pgettext("column", "First response due"),
        pgettext("column", "First response"), pgettext("column", "Solution due"), pgettext("column", "Solved"),
        pgettext("column", "Closed"),
    ]  # fmt: skip
    return [
        pgettext("column", "Number"), _("Subject"), _("Status"), _("Severity"), pgettext("of a ticket", "Category"),
        _("App"), _("Organisation"), _("Requester"), pgettext("column", "Engineer"), pgettext("column", "Level of support"),
        *(_("%(time)s (%(zone)s)") % {"time": name, "zone": wording.zone()} for name in times),
    ]  # fmt: skip


def keys_of(tickets: QuerySet[Ticket]) -> array[int]:
    """The primary keys of all the tickets, the newest first (1 query)."""
    keys = tickets.order_by("-pk").values_list("pk", flat=True)
    return array("q", keys.iterator(chunk_size=_KEYS_AT_A_TIME))


def batches(keys: array[int]) -> Iterator[list[int]]:
    return (keys[at : at + BATCH].tolist() for at in range(0, len(keys), BATCH))


def rows(tickets: QuerySet[Ticket], keys: Sequence[int], table: Table) -> list[list[str]]:
    """The rows of those of these tickets that the reader may still see (2 queries)."""
    found = {values[0]: values for values in tickets.filter(pk__in=keys).values_list(*_COLUMNS)}
    clocks = _clocks(found)
    return [_row(found[key], clocks[key], table) for key in keys if key in found]


def _clocks(keys: Iterable[int]) -> Mapping[int, dict[str, _Times]]:
    clocks: defaultdict[int, dict[str, _Times]] = defaultdict(dict)
    columns = Clock.objects.filter(ticket_id__in=list(keys)).order_by()
    for ticket, kind, due_at, stopped_at in columns.values_list("ticket_id", "kind", "due_at", "stopped_at"):
        clocks[ticket][kind] = due_at, stopped_at
    return clocks


def _row(values: tuple, clocks: Mapping[str, _Times], table: Table) -> list[str]:
    (
        pk, subject, status, severity, tier, category, app, platform, organisation, requester, engineer,
        created_at, updated_at, resolved_at, closed_at,
    ) = values  # fmt: skip
    first_due_at, answered_at = clocks.get(ClockKind.FIRST_RESPONSE, (None, None))
    due_at, _stopped_at = clocks.get(ClockKind.RESOLUTION, (None, None))
    times = (created_at, updated_at, first_due_at, answered_at, due_at, resolved_at, closed_at)
    return [
        str(pk), subject, table.statuses[status], table.severities[severity], table.categories.get(category, ""),
        f"{app} ({table.platforms.get(platform, platform)})" if app else "", organisation, requester, engineer or "",
        table.tiers[tier], *(_time(at, table.zone) for at in times),
    ]  # fmt: skip


def _time(at: datetime | None, zone: zoneinfo.ZoneInfo) -> str:
    """As spreadsheets read it in every language."""
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M") if at else ""
