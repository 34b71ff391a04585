"""The live stream of a ticket: server-sent events that say "something changed", never what, and who of the others is writing."""

from __future__ import annotations

import json
import random
import time
from collections.abc import AsyncIterator
from dataclasses import asdict

from asgiref.sync import SyncToAsync, sync_to_async
from django.contrib.auth.decorators import login_required
from django.contrib.sessions.backends.base import SessionBase
from django.core.handlers.asgi import ASGIRequest
from django.db import connections
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.numbers import whole_number
from tickets.live import Hub, People, hub, in_thread
from tickets.models import Ticket, TicketEvent

BEAT_SECONDS = 15.0
RETRY_MILLISECONDS = 2000
RECHECK_SECONDS = 60.0  # a membership that ended, an account that was locked, a person who signed out
STREAM_SECONDS = 600.0  # then the browser reconnects


@require_GET
@login_required
async def stream(request: HttpRequest, pk: int) -> HttpResponseBase:
    """404 for whoever may not see the ticket, 204 where the server cannot stream, 429 past the pages one may have open.

    `?after=` or the browser's own `Last-Event-ID` is the last event that the page shows.
    """
    user = await request.auser()
    if not await in_thread(_may_watch, user.pk, request.session, pk):
        raise Http404
    if not isinstance(request, ASGIRequest) or hub().is_closing:
        return HttpResponse(status=204)
    if not hub().has_room_for(user.pk):
        return HttpResponse(status=429, headers={"Retry-After": "60"})
    lines = _lines(hub(), user=user, session=request.session, ticket_id=pk, after=_last_seen(request))
    return StreamingHttpResponse(lines, content_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


async def _lines(hub: Hub, *, user: User, session: SessionBase, ticket_id: int, after: int) -> AsyncIterator[str]:
    await _give_back_thread()
    ends_at = time.monotonic() + STREAM_SECONDS * random.uniform(0.9, 1.1)  # noqa: S311 not all at the same instant
    checked_at = time.monotonic()
    people = People()
    with hub.watching(ticket_id=ticket_id, person_id=user.pk, sees_internal=user.is_staff, name=user.name) as watcher:
        yield f"retry: {RETRY_MILLISECONDS}\n\n"
        await hub.looking()
        missed = await in_thread(_latest_visible, user, ticket_id)
        if missed > after:
            yield changed(missed)
        while not hub.is_closing and time.monotonic() < ends_at:
            latest = await watcher.news(within=BEAT_SECONDS)
            if time.monotonic() - checked_at >= RECHECK_SECONDS:
                if not await in_thread(_may_watch, user.pk, session, ticket_id):
                    return
                checked_at = time.monotonic()
            if watcher.people != people:
                people = watcher.people
                yield others(people)
            yield changed(latest) if latest else ": still here\n\n"


async def _give_back_thread() -> None:
    """End the thread that the request's middleware ran in, and its database connection: a page is open for minutes.

    The handler keeps both to the end of an answer, and makes a new thread when it needs one after the stream.
    """
    await sync_to_async(connections.close_all)()
    context = SyncToAsync.thread_sensitive_context.get(None)
    executor = SyncToAsync.context_to_thread_executor.pop(context, None) if context else None
    if executor:
        executor.shutdown(wait=False)


def changed(event_id: int) -> str:
    return f"id: {event_id}\nevent: changed\ndata: {event_id}\n\n"


def others(people: People) -> str:
    """Without an id: it is no event of the ticket, and a browser that reconnects goes on from the last one of those."""
    return f"event: people\ndata: {json.dumps(asdict(people))}\n\n"


def _last_seen(request: HttpRequest) -> int:
    for text in (request.headers.get("Last-Event-ID", ""), request.GET.get("after", "")):
        if (number := whole_number(text)) is not None:
            return number
    return 0


def _may_watch(user_id: int, session: SessionBase, ticket_id: int) -> bool:
    """Is the person still signed in, active, and allowed to see the ticket?"""
    user = User.objects.active().filter(pk=user_id).first()
    return (
        user is not None
        and session.session_key is not None
        and session.exists(session.session_key)
        and Ticket.objects.visible_to(user).filter(pk=ticket_id).exists()
    )


def _latest_visible(user: User, ticket_id: int) -> int:
    events = TicketEvent.objects.visible_to(user).filter(ticket=ticket_id).order_by("-pk")
    return events.values_list("pk", flat=True).first() or 0
