"""What the desk's page of a ticket shows: rows and `now` in, plain values for the template out. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from accounts.middleware import zone_of
from accounts.models import User
from sla import wording
from tickets import lifecycle
from tickets.admin.words import staff_turn
from tickets.advice import ToldSoFar, told_of
from tickets.answers_shown import FactGroup, fact_groups, missing
from tickets.call_data import CallData, call_data
from tickets.investigation_shown import Checklist, Investigated, checklist, investigated
from tickets.loading import page_loaded
from tickets.models import Attachment, Ticket
from tickets.presenting import ClockView, OwnerView, clock_views, owner
from tickets.thread import FileShown
from tickets.wording import Turn

MOST_FILES = 30


@dataclass(frozen=True, slots=True)
class DeskPage:
    """All but the conversation and the forms. `may` names the acts that the ticket's status allows."""

    ticket: Ticket
    turn: Turn
    owner: OwnerView
    clocks: Sequence[ClockView]
    may: frozenset[str]
    is_mine: bool
    requester_time: str
    groups: Sequence[FactGroup]
    followers: Sequence[str]
    missing: str
    files: Sequence[FileShown]
    told: ToldSoFar | None
    call_data: CallData | None
    investigated: Investigated | None
    checklist: Checklist

    @property
    def may_wait_again(self) -> bool:
        """Is something asked of the customer that is still open, while the ticket does not wait for it?"""
        return "wait_on_customer" in self.may and bool(self.checklist.open or self.checklist.letters)


def loaded(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """The tickets with all that the page reads of them but for what `rest_loaded` adds (5 queries)."""
    return page_loaded(tickets).select_related("organisation__success_manager", "app__product")


def read_page(ticket: Ticket, *, reader: User, now: datetime) -> DeskPage:
    """The page of a ticket that was `loaded` (2 queries: its files, and what its category needs)."""
    clocks, asked = clock_views(ticket, now), checklist(ticket)
    files = Attachment.objects.visible_to(reader).filter(message__ticket=ticket).order_by("-pk")[:MOST_FILES]
    return DeskPage(
        ticket=ticket,
        turn=staff_turn(ticket, clocks, asked),
        owner=owner(ticket),
        clocks=list(clocks.values()),
        may=frozenset(act for act in _ACTS if lifecycle.is_allowed(act, ticket.status)),
        is_mine=ticket.assignee_id == reader.pk,
        requester_time=_local_time(ticket.requester, now),
        groups=fact_groups(ticket),
        followers=[each.user.name for each in ticket.followers.all()],
        missing=wording.listed(missing(ticket)),
        files=[FileShown(each) for each in files],
        told=told_of(ticket),
        call_data=call_data(ticket, now=now),
        investigated=investigated(ticket),
        checklist=asked,
    )


_ACTS = (
    "reply",
    "note",
    "assign",
    "start",
    "change_severity",
    "wait_on_customer",
    "wait_internally",
    "resume",
    "resolve",
    "reopen",
    "escalate",
    "merge",
    "save_call_data",
    "investigate",
    "close_question",
)


def _local_time(person: User, now: datetime) -> str:
    """What the clock on the requester's wall says."""
    with timezone.override(zone_of(person.time_zone)):
        return f"{timezone.localtime(now):%H:%M}"
