"""The list of tickets as a CSV file: written while it is read, and ended when its reader leaves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.db import connections
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone, translation

from tickets import exporting
from tickets.cells import BOM, lines
from tickets.exporting import Reader, Table
from tickets.live import in_thread
from tickets.models import Ticket


def sent_as_csv(request: HttpRequest, tickets: QuerySet[Ticket]) -> StreamingHttpResponse:
    """Tickets that the reader may see, as a file to save."""
    table = exporting.table_for(Reader(language=translation.get_language(), zone=timezone.get_current_timezone_name()))
    # A server that serves others meanwhile must be handed a batch at a time; it would put an ordinary iterator into a list.
    make = _written_meanwhile if isinstance(request, ASGIRequest) else _written
    response = StreamingHttpResponse(make(tickets, table), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="tickets-{timezone.localdate():%Y-%m-%d}.csv"'
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _written(tickets: QuerySet[Ticket], table: Table) -> Iterator[str]:
    yield BOM + lines([table.head])
    for keys in exporting.batches(exporting.keys_of(tickets)):
        yield _batch(tickets, keys, table)


async def _written_meanwhile(tickets: QuerySet[Ticket], table: Table) -> AsyncIterator[str]:
    """The same. Between two batches no database connection is held, and whoever has left is noticed there."""
    await sync_to_async(connections.close_all)()
    yield BOM + lines([table.head])
    for keys in exporting.batches(await in_thread(exporting.keys_of, tickets)):
        yield await in_thread(_batch, tickets, keys, table)


def _batch(tickets: QuerySet[Ticket], keys: list[int], table: Table) -> str:
    return lines(exporting.rows(tickets, keys, table))
