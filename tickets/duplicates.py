"""Which tickets may be about what somebody reports: open ones of the organisation and app that they see. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Substr
from django.utils.translation import gettext as _

from accounts.models import App, Organisation, User
from sla import wording
from tickets.choices import MessageKind
from tickets.models import Message, Ticket
from tickets.presenting import customer_status
from tickets.similar import LIKE_FROM, Features, alike, features

LOOK_BACK = timedelta(days=14)
CANDIDATES_MOST = 50
SHOWN_MOST = 3
SURE_FROM = 0.7  # likeness at which one is asked before a second ticket is filed
_READ_MOST = 1200  # characters of an opening message


@dataclass(frozen=True, slots=True)
class Lookalike:
    """A ticket that may be about the same, and who filed it how long ago."""

    ticket: Ticket
    said: str
    status: str
    is_own: bool


def lookalikes(
    user: User,
    *,
    organisation: Organisation,
    app: App | None,
    subject: str,
    description: str,
    now: datetime,
    from_likeness: float = LIKE_FROM,
) -> Sequence[Lookalike]:
    """At most three open tickets of the last 14 days, the likest first; one query, none for a text that says nothing."""
    wanted = features(subject, description)
    if not wanted:
        return []
    tickets = _candidates(user, organisation, app, now)
    read: list[tuple[Ticket, Features]] = [(each, features(each.subject, each.opening or "")) for each in tickets]
    found = alike(wanted, read, most=SHOWN_MOST, from_likeness=from_likeness)
    return [
        Lookalike(each, _said(each, user, now), customer_status(each), each.requester_id == user.pk) for each in found
    ]


def _candidates(user: User, organisation: Organisation, app: App | None, now: datetime):
    opening = (
        Message.objects.filter(ticket=OuterRef("pk"), kind=MessageKind.PUBLIC)
        .order_by("created_at", "pk")
        .annotate(beginning=Substr("body", 1, _READ_MOST))
    )
    return (
        Ticket.objects.visible_to(user)
        .open()
        .filter(organisation=organisation, app=app, created_at__gte=now - LOOK_BACK)
        .select_related("requester")
        .annotate(opening=Subquery(opening.values("beginning")[:1]))
        .order_by("-pk")[:CANDIDATES_MOST]
    )


def _said(ticket: Ticket, reader: User, now: datetime) -> str:
    ago = wording.duration(max(now - ticket.created_at, timedelta(minutes=1)))
    if ticket.requester_id == reader.pk:
        return _("You filed it %(ago)s ago") % {"ago": ago}
    return _("%(name)s filed it %(ago)s ago") % {"name": ticket.requester.name, "ago": ago}
