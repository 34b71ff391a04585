"""What the desk's page of a ticket shows: rows and `now` in, plain values for the template out. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.middleware import zone_of
from accounts.models import User
from sla import wording
from tickets import lifecycle
from tickets.admin.words import staff_turn
from tickets.advice import ToldSoFar, told_of
from tickets.customer_page import Fact
from tickets.models import Attachment, Environment, Ticket
from tickets.presenting import ClockView, OwnerView, clock_views, clocks_loaded, owner
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
    environment: Sequence[Fact]
    followers: Sequence[str]
    missing: str
    steps: str
    files: Sequence[FileShown]
    told: ToldSoFar | None


def loaded(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """The tickets with all that the page reads of them (5 queries)."""
    return tickets.select_related(
        "organisation__plan",
        "organisation__success_manager",
        "app__product",
        "category",
        "requester",
        "assignee__team",
        "environment__product",
    ).prefetch_related(clocks_loaded(), "followers__user", "resolutions__by")


def read_page(ticket: Ticket, *, reader: User, now: datetime) -> DeskPage:
    """The page of a ticket that was `loaded` (1 query: its files)."""
    clocks = clock_views(ticket, now)
    files = Attachment.objects.visible_to(reader).filter(message__ticket=ticket).order_by("-pk")[:MOST_FILES]
    environment: Environment | None = getattr(ticket, "environment", None)
    facts = _environment(ticket, environment)
    return DeskPage(
        ticket=ticket,
        turn=staff_turn(ticket, clocks),
        owner=owner(ticket),
        clocks=list(clocks.values()),
        may=frozenset(act for act in _ACTS if lifecycle.is_allowed(act, ticket.status)),
        is_mine=ticket.assignee_id == reader.pk,
        requester_time=_local_time(ticket.requester, now),
        environment=facts,
        followers=[each.user.name for each in ticket.followers.all()],
        missing=wording.listed(fact.label for fact in facts if not fact.value),
        steps=environment.steps if environment else "",
        files=[FileShown(each) for each in files],
        told=told_of(ticket),
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
)


def _local_time(person: User, now: datetime) -> str:
    """What the clock on the requester's wall says."""
    with timezone.override(zone_of(person.time_zone)):
        return f"{timezone.localtime(now):%H:%M}"


def _environment(ticket: Ticket, environment: Environment | None) -> list[Fact]:
    facts = [Fact(pgettext("of a ticket", "Category"), ticket.category.name)]
    if environment is None:
        return facts
    sdk = " ".join(filter(None, (environment.product.name if environment.product else "", environment.sdk_version)))
    happened = wording.instant(environment.occurred_at) if environment.occurred_at else ""
    facts += [
        Fact(_("SDK"), sdk),
        Fact(_("Platform"), environment.get_platform_display()),
        Fact(_("Operating system"), environment.os_version),
        Fact(_("Device"), environment.device),
        Fact(_("Network"), environment.get_network_display()),
        Fact(_("When"), happened),
        Fact(_("How often"), environment.get_frequency_display()),
    ]
    if ticket.category.is_about_a_call or environment.channel or environment.user_ids:
        facts += [Fact(_("Channel"), environment.channel, True), Fact(_("User ids"), environment.user_ids, True)]
    return facts
