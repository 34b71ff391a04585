"""What is known of a ticket's call: when it is erased, that it was saved, that it is gone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from delivery.wake import wake
from tickets.actions.base import locked, record, require, settle
from tickets.actions.sweeping import store_events
from tickets.choices import EventKind
from tickets.errors import ActionRefused
from tickets.lifecycle import OPEN_STATUSES
from tickets.models import DataSource, Environment, Ticket
from tickets.telemetry import Call, Erasure, erasures, kept_facts, last_chance

WATCH_TASK = "tickets.tasks.watch_call_data"
BATCH = 200


@dataclass(frozen=True)
class Sources:
    """All sources in use, read once (3 queries)."""

    rows: dict[int, DataSource]

    @classmethod
    def read(cls) -> Sources:
        rows = DataSource.objects.filter(is_active=True).prefetch_related("products", "categories")
        return cls({row.pk: row for row in rows})

    def lines(self, found: Iterable[Erasure], before: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """What is stored of the erasures: with the sources' words, so that a page asks for nothing more."""
        known = {line["source"]: line for line in before}
        return [_line(each, self.rows.get(each.source), known.get(each.source)) for each in found]


def _line(erasure: Erasure, row: DataSource | None, before: dict[str, Any] | None) -> dict[str, Any]:
    words = ("name_en", "name_zh", "holds_en", "holds_zh")
    said = {name: getattr(row, name) for name in words} if row else {name: (before or {})[name] for name in words}
    return {"source": erasure.source, "at": erasure.at.isoformat(), **said}


def reckon(ticket: Ticket, environment: Environment, *, now: datetime, sources: Sources | None = None) -> None:
    """Set when the call's data is erased, on both rows, without storing them. Again whenever time, channel, product or kind of
    problem changes, or a source was edited."""
    if environment.occurred_at is None and not environment.call_data:
        environment.call_data_at = now
        return
    sources = sources or Sources.read()
    before = [Erasure(line["source"], datetime.fromisoformat(line["at"])) for line in environment.call_data]
    after = erasures(_call(ticket, environment), [row.as_source() for row in sources.rows.values()])
    found = kept_facts(before, after, now=now)
    environment.call_data = sources.lines(found, environment.call_data)
    environment.call_data_at = now
    is_saved = environment.data_saved_at is not None
    ticket.data_gone_at = last_chance((each.at for each in found), now=now, is_saved=is_saved)


def forget_call(environment: Environment) -> None:
    """The ticket turns out to be about another call: what was erased or saved of the first one says nothing of it."""
    environment.call_data, environment.data_saved_at = [], None


def _call(ticket: Ticket, environment: Environment) -> Call:
    product = environment.product_id or (ticket.app.product_id if ticket.app else None)
    return Call(
        occurred_at=environment.occurred_at,
        has_channel=bool(environment.channel),
        is_about_a_call=ticket.category.is_about_a_call,
        category=ticket.category_id,
        product=product,
    )


def save_call_data(*, ticket: Ticket, by: User, now: datetime) -> Ticket:
    """An engineer has put the call's data where it is not erased. Again changes nothing. Refused when none is left."""
    with transaction.atomic():
        ticket = locked(ticket)
        environment = Environment.objects.filter(ticket=ticket).first()
        if environment and environment.data_saved_at:
            return ticket
        require("save_call_data", ticket)
        if environment is None or ticket.data_gone_at is None or ticket.data_gone_at <= now:
            raise ActionRefused(_("There is no call data left to save on this ticket."))
        environment.data_saved_at, ticket.data_gone_at = now, None
        environment.save(update_fields=["data_saved_at"])
        record(ticket, EventKind.DATA_SAVED, by=by, now=now)
        settle(ticket, now=now, fields=("data_gone_at",))
        return ticket


def edited_source(*, source: DataSource, now: datetime) -> None:
    """A source was made or edited: the tickets that it touches are reckoned anew, in batches, by the next watch."""
    DataSource.objects.filter(pk=source.pk).update(edited_at=now)
    wake(WATCH_TASK)


def watch_call_data(*, now: datetime, most: int = 20_000) -> int:
    """Note what was erased since the last watch, then reckon tickets anew whose sources were edited; how many rows changed.

    Batches of a fixed number of statements, each in its own transaction; any number of watches may run at once.
    """
    done = 0
    while done < most and (changed := _note_batch(now)):
        done += changed
    edited_at = DataSource.objects.aggregate(latest=Max("edited_at"))["latest"]
    while edited_at and done < most and (changed := _reckon_batch(edited_at, now)):
        done += changed
    return done


def _note_batch(now: datetime) -> int:
    with transaction.atomic():
        tickets = _locked(Ticket.objects.filter(data_gone_at__lte=now).order_by("data_gone_at", "pk"))
        rows = {row.ticket_id: row for row in Environment.objects.filter(ticket__in=tickets)}
        events = []
        for ticket in tickets:
            environment = rows[ticket.pk]
            gone = [line for line in environment.call_data if _between(line, ticket.data_gone_at, now)]
            instants = (datetime.fromisoformat(line["at"]) for line in environment.call_data)
            ticket.data_gone_at = last_chance(instants, now=now, is_saved=environment.data_saved_at is not None)
            if ticket.status in OPEN_STATUSES:
                names = [{"name_en": line["name_en"], "name_zh": line["name_zh"]} for line in gone]
                events.append((ticket.pk, EventKind.DATA_ERASED.value, {"sources": names}, True))
        Ticket.objects.bulk_update(tickets, ["data_gone_at"])
        store_events(events, now=now)
        return len(tickets)


def _between(line: dict[str, Any], first: datetime | None, last: datetime) -> bool:
    at = datetime.fromisoformat(line["at"])
    return (first is None or at >= first) and at <= last


def _reckon_batch(edited_at: datetime, now: datetime) -> int:
    stale = Q(call_data_at__lt=edited_at) | Q(call_data_at=None)
    found = Environment.objects.filter(stale, occurred_at__isnull=False).order_by("pk").values_list("ticket", flat=True)
    with transaction.atomic():
        tickets = {each.pk: each for each in _locked(Ticket.objects.filter(pk__in=list(found[:BATCH])).order_by("pk"))}
        rows = list(
            Environment.objects.filter(stale, ticket__in=tickets).select_related("ticket__category", "ticket__app")
        )
        if not rows:
            return 0
        sources = Sources.read()
        for row in rows:
            reckon(row.ticket, row, now=now, sources=sources)
            row.call_data_at = max(now, edited_at)  # the clock of whoever edited may be ahead
        Environment.objects.bulk_update(rows, ["call_data", "call_data_at"])
        Ticket.objects.bulk_update([row.ticket for row in rows], ["data_gone_at"])
        return len(rows)


def _locked(tickets: QuerySet[Ticket]) -> Sequence[Ticket]:
    """A batch of them, locked; those that somebody else holds are left to the next watch."""
    return list(tickets.only("status", "data_gone_at").select_for_update(skip_locked=True, of=("self",))[:BATCH])
