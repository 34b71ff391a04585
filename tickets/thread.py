"""The conversation of a ticket as its customer reads it: letters, grey lines between them, and what is new.

Every message has one event, so the events in order are the conversation. Internal notes never get here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.choices import Role
from accounts.models import User
from tickets.choices import EventKind, LogSide
from tickets.models import Attachment, Message, Ticket, TicketEvent
from tickets.wording import contents_line, event_line

PAGE_EVENTS = 60
_FOLD_FROM = 3  # grey lines in a row
_PREVIEW_MAX_BYTES = 8 * 1024 * 1024
_ONLY_LETTERS = frozenset({EventKind.OPENED, EventKind.REPLIED, EventKind.CUSTOMER_REPLIED})


@dataclass(frozen=True, slots=True)
class FileShown:
    attachment: Attachment

    @property
    def kind(self) -> str:
        """The ending of its name, as a short mark."""
        stem, dot, ending = self.attachment.name.rpartition(".")
        return ending[:5].upper() if stem and dot and ending.isalnum() else _("FILE")

    @property
    def side(self) -> str:
        """Whose log it is, for somebody who is not its sender."""
        words = {LogSide.OWN.value: _("log of the sender’s side"), LogSide.OTHER.value: _("log of the other side")}
        return words.get(self.attachment.side, "")

    @property
    def contents(self) -> str:
        """“12 files, 340 MB unpacked: a.log, b.log, …” of an archive."""
        return contents_line(self.attachment.contents)

    @property
    def is_lost(self) -> bool:
        return self.attachment.lost_at is not None

    @property
    def has_preview(self) -> bool:
        return self.attachment.is_image and not self.is_lost and self.attachment.size <= _PREVIEW_MAX_BYTES


@dataclass(frozen=True, slots=True)
class Letter:
    event_id: int
    message: Message
    side: Literal["customer", "engineer", "auto"]
    name: str
    role: str
    face: str
    files: list[FileShown]
    is_letter: bool = field(default=True, init=False)


@dataclass(frozen=True, slots=True)
class Line:
    event_id: int
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Lines:
    """Grey lines in a row; many are folded."""

    lines: list[Line]
    is_lines: bool = field(default=True, init=False)

    @property
    def event_id(self) -> int:
        return self.lines[0].event_id

    @property
    def is_folded(self) -> bool:
        return len(self.lines) >= _FOLD_FROM


@dataclass(frozen=True, slots=True)
class Since:
    """The line above what is new since the reader was here."""

    is_since: bool = field(default=True, init=False)


@dataclass(frozen=True, slots=True)
class Gap:
    """Earlier letters are left out here; they end before the event `before`."""

    before: int
    is_gap: bool = field(default=True, init=False)


Item = Letter | Lines | Since | Gap


@dataclass(frozen=True, slots=True)
class Thread:
    """A page of the conversation. `latest` is the newest public event's id on it, 0 when there is none."""

    items: list[Item]
    latest: int
    is_newest: bool
    has_more: bool = False


def read_thread(ticket: Ticket, *, reader: User, seen: int | None = None, before: int | None = None) -> Thread:
    """The newest page, or the one that ends before the event `before`; the opening letter always stands first.

    `seen` is the event up to which the reader read, None on a first visit. Two queries, however long the thread is.
    """
    wanted = _public_events(ticket, reader)
    page = wanted if before is None else wanted.filter(pk__lt=before)
    newest = page.order_by("-pk").values("pk")[: PAGE_EVENTS + 1]
    events = list(_loaded(wanted.filter(Q(pk__in=newest) | Q(kind=EventKind.OPENED))))
    gap_before = None
    if len(events) > PAGE_EVENTS + 1:
        gap_before = events[2].pk
        events = [events[0], *events[2:]]
    return Thread(
        items=list(_items(events, ticket=ticket, reader=reader, seen=seen, gap_before=gap_before)),
        latest=events[-1].pk if events else 0,
        is_newest=before is None,
    )


def news(ticket: Ticket, *, reader: User, after: int) -> Thread:
    """What came after the event `after`, at most a page of it, the oldest first. Two queries."""
    events = list(_loaded(_public_events(ticket, reader).filter(pk__gt=after)).order_by("pk")[:PAGE_EVENTS])
    items = list(_items(events, ticket=ticket, reader=reader, seen=None, gap_before=None))
    return Thread(
        items=items,
        latest=events[-1].pk if events else after,
        is_newest=True,
        has_more=len(events) == PAGE_EVENTS,
    )


def whole_thread(ticket: Ticket, *, reader: User) -> list[Item]:
    """The conversation from its first letter to its last (3 queries).

    `reader` is whom the words are for. Whether they may see the ticket is not asked: what is written for the ticket's readers
    must not lose the conversation because one of them left meanwhile.
    """
    events = _loaded(TicketEvent.objects.filter(ticket=ticket, is_public=True)).order_by("pk")
    return list(_items(events, ticket=ticket, reader=reader, seen=None, gap_before=None))


def initials(name: str) -> str:
    """“Erin Zhao” gives EZ, 李方 gives 李."""
    words = name.split()
    if not words:
        return "?"
    if not words[0][0].isascii():
        return words[0][0]
    return "".join(word[0] for word in (words[0], words[-1])[: len(words)]).upper()


def _public_events(ticket: Ticket, reader: User):
    return TicketEvent.objects.visible_to(reader).filter(ticket=ticket, is_public=True)


def _loaded(events):
    return events.select_related("actor", "message__author__team").prefetch_related("message__attachments")


def _items(
    events: Iterable[TicketEvent], *, ticket: Ticket, reader: User, seen: int | None, gap_before: int | None
) -> Iterator[Item]:
    lines: list[Line] = []
    is_marked = seen is None
    is_first = True
    for event in events:
        is_news = seen is not None and event.pk > seen and event.actor_id != reader.pk
        starts_news = is_news and not is_marked and not is_first
        starts_page = gap_before == event.pk
        message = event.message if event.message and not event.message.is_internal else None
        if lines and (message or starts_news or starts_page):
            yield Lines(lines)
            lines = []
        if starts_page:
            yield Gap(gap_before or 0)
        if starts_news:
            is_marked = True
            yield Since()
        if event.kind not in _ONLY_LETTERS:
            line = Line(event.pk, event.at, event_line(event))
            if message:
                yield Lines([line])
            else:
                lines.append(line)
        if message:
            yield _letter(event.pk, message, ticket)
        is_first = False
    if lines:
        yield Lines(lines)


def _letter(event_id: int, message: Message, ticket: Ticket) -> Letter:
    author = message.author
    name = author.name if author else _("Automatic message")
    side: Literal["customer", "engineer", "auto"] = "engineer" if message.is_from_staff else "customer"
    return Letter(
        event_id=event_id,
        message=message,
        side="auto" if message.is_automatic or author is None else side,
        name=name,
        role=_role(author, ticket),
        face=initials(name),
        files=[FileShown(each) for each in message.attachments.all()],
    )


def _role(author: User | None, ticket: Ticket) -> str:
    if author is None:
        return ""
    if not author.is_staff:
        return ticket.organisation.name
    if author.role == Role.ENGINEER and author.team:
        return _("Support engineer, %(tier)s") % {"tier": author.team.get_tier_display()}
    return author.get_role_display()
