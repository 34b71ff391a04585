"""The list of tickets as a CSV file: written while it is read, and ended when its reader leaves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.db import connections
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone, translation

from accounts.models import Organisation
from tickets import exporting
from tickets.cells import BOM, lines
from tickets.exporting import Reader
from tickets.live import in_thread
from tickets.models import Ticket


def sent_as_csv(
    request: HttpRequest, tickets: QuerySet[Ticket], organisations: Sequence[Organisation]
) -> StreamingHttpResponse:
    """Tickets that the reader may see, as a file to save."""
    reader = Reader(language=translation.get_language(), zone=timezone.get_current_timezone_name())
    ids = sorted(each.pk for each in organisations)
    # A server that serves others meanwhile must be handed a batch at a time; it would put an ordinary iterator into a list.
    make = _written_meanwhile if isinstance(request, ASGIRequest) else _written
    response = StreamingHttpResponse(make(tickets, ids, reader), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="tickets-{timezone.localdate():%Y-%m-%d}.csv"'
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _written(tickets: QuerySet[Ticket], organisations: Sequence[int], reader: Reader) -> Iterator[str]:
    yield BOM + lines([exporting.head(reader)])
    for batch in exporting.batches(tickets, organisations, reader):
        yield lines(batch)


async def _written_meanwhile(
    tickets: QuerySet[Ticket], organisations: Sequence[int], reader: Reader
) -> AsyncIterator[str]:
    """The same. Between two batches no database connection is held, and whoever has left is noticed there."""
    await sync_to_async(connections.close_all)()
    yield BOM + lines([exporting.head(reader)])
    for organisation in organisations:
        last: int | None = None
        while True:
            written, last = await in_thread(_next, tickets, organisation, last, reader)
            if last is None:
                break
            yield written


def _next(tickets: QuerySet[Ticket], organisation: int, before: int | None, reader: Reader) -> tuple[str, int | None]:
    found = exporting.next_batch(tickets, organisation, before=before)
    return lines(exporting.rows(found, reader)), found[-1].pk if found else None
