"""The conversation as staff read it: letters of both sides, internal notes on paper of their own, grey lines between."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from tickets.admin.words import staff_line
from tickets.choices import EventKind
from tickets.models import Message, Ticket, TicketEvent
from tickets.thread import FileShown, Line, Lines, initials

PAGE_EVENTS = 50
WRITTEN = (EventKind.OPENED, EventKind.REPLIED, EventKind.CUSTOMER_REPLIED, EventKind.NOTED)


@dataclass(frozen=True, slots=True)
class DeskLetter:
    """A message on its paper: `paper` is customer, engineer, internal or auto."""

    event_id: int
    message: Message
    paper: str
    name: str
    role: str
    face: str
    files: list[FileShown]
    is_new: bool
    is_letter: bool = True


@dataclass(frozen=True, slots=True)
class DeskThread:
    """A page of the conversation. `latest` is the newest event's id; `earlier` the id to page back from, None at the start.

    `last_sent` is the key of the reader's newest message: a draft kept by the browser under that key was sent.
    """

    items: list[DeskLetter | Lines]
    latest: int
    earlier: int | None
    is_newest: bool
    last_sent: uuid.UUID | None


def read_thread(ticket: Ticket, *, reader: User, seen: int, before: int | None = None) -> DeskThread:
    """The newest page, or the one before the event `before` (2 queries). `seen`: up to where the reader had read."""
    events = TicketEvent.objects.visible_to(reader).filter(ticket=ticket)
    page = events.filter(pk__lt=before) if before else events
    rows = page.select_related("actor", "message__author__team").prefetch_related("message__attachments")
    found = list(rows.order_by("-pk")[: PAGE_EVENTS + 1])
    shown = found[:PAGE_EVENTS][::-1]
    mine = [row.message.submission_key for row in shown if row.message and row.message.author_id == reader.pk]
    return DeskThread(
        items=list(_items(shown, ticket=ticket, reader=reader, seen=seen)),
        latest=shown[-1].pk if shown else 0,
        earlier=shown[0].pk if len(found) > PAGE_EVENTS else None,
        is_newest=before is None,
        last_sent=mine[-1] if mine else None,
    )


def written_since(ticket: Ticket, *, reader: User, seen: int) -> QuerySet[TicketEvent]:
    """What others wrote on the ticket after the event `seen`, the newest first."""
    written = TicketEvent.objects.visible_to(reader).filter(ticket=ticket, pk__gt=seen)
    by_others = ~Q(actor=reader) | Q(actor=None)
    return written.filter(by_others, message__isnull=False).select_related("actor").order_by("-pk")


def _items(events: Iterable[TicketEvent], *, ticket: Ticket, reader: User, seen: int) -> Iterator[DeskLetter | Lines]:
    lines: list[Line] = []
    for event in events:
        if event.message is None or event.kind not in WRITTEN:
            lines.append(Line(event.pk, event.at, staff_line(event)))
        if event.message is None:
            continue
        if lines:
            yield Lines(lines)
            lines = []
        is_new = event.pk > seen and event.actor_id != reader.pk
        yield _letter(event, event.message, ticket, is_new=is_new)
    if lines:
        yield Lines(lines)


def _letter(event: TicketEvent, message: Message, ticket: Ticket, *, is_new: bool) -> DeskLetter:
    author = message.author
    name = author.name if author else _("Automatic message")
    return DeskLetter(
        event_id=event.pk,
        message=message,
        paper=_paper(message),
        name=name,
        role=_role(message, author, ticket),
        face=initials(name),
        files=[FileShown(each) for each in message.attachments.all()],
        is_new=is_new,
    )


def _paper(message: Message) -> str:
    if message.is_internal:
        return "internal"
    if message.is_automatic or message.author is None:
        return "auto"
    return "engineer" if message.is_from_staff else "customer"


def _role(message: Message, author: User | None, ticket: Ticket) -> str:
    if message.is_internal:
        return _("Internal note: customers never see this")
    if author is None:
        return ""
    if not author.is_staff:
        return ticket.organisation.name
    return author.team.get_tier_display() if author.team else author.get_role_display()
