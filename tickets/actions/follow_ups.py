"""A closed ticket is final: what its customer writes later goes on in a new ticket, linked to it."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from tickets.actions.base import follow, locked, record, refuse_merged, require
from tickets.actions.environment import NAMES, EnvironmentFacts
from tickets.actions.intake import open_ticket
from tickets.choices import EventKind
from tickets.errors import ActionRefused
from tickets.models import Attachment, Environment, Ticket

_REPLY = "Re: "
_ELLIPSIS = "…"
_OF_THAT_TIME = {"occurred_at", "occurred_until", "occurred_zone"}


def follow_up(*, ticket: Ticket, by: User, body: str, submission_key: uuid.UUID, now: datetime) -> Ticket:
    """File a new ticket that follows the closed one: same app, category, severity and environment, new clocks.

    The closed ticket gets an event and is left alone otherwise. Its customers follow the new one. The same
    `submission_key` again gives the ticket that is already there.
    """
    with transaction.atomic():
        ticket = locked(ticket)
        sent = Ticket.objects.filter(submission_key=submission_key, requester=by, follows=ticket).first()
        if sent:
            return sent
        refuse_merged(ticket)
        require("follow_up", ticket)
        if not body.strip() and not Attachment.objects.unsent(user=by, draft_key=submission_key).exists():
            raise ActionRefused(_("Write a message or add a file first."))
        new = open_ticket(
            by=by,
            organisation=ticket.organisation,
            app=ticket.app,
            category=ticket.category,
            severity=ticket.severity,
            subject=_subject(ticket.subject),
            description=body,
            environment=_environment(ticket),
            submission_key=submission_key,
            now=now,
            is_shared=ticket.is_shared,
            follows=ticket,
        )
        if new.follows_id != ticket.pk:
            raise ActionRefused(_("This page was used already. Check what is in it and send it again."))
        for person in {ticket.requester, *(each.user for each in ticket.followers.select_related("user"))}:
            if person.pk != by.pk and not person.is_staff:
                follow(new, person, now=now)
        record(new, EventKind.FOLLOWED_UP, by=by, now=now, data={"follows": ticket.pk})
        record(ticket, EventKind.FOLLOWED_UP, by=by, now=now, data={"followed_by": new.pk})
        return new


def _subject(subject: str) -> str:
    """The same subject as an answer, within the column: one “Re:”, however long the chain of tickets."""
    words = subject if subject.startswith(_REPLY) else _REPLY + subject
    most = Ticket._meta.get_field("subject").max_length or len(words)
    return words if len(words) <= most else words[: most - len(_ELLIPSIS)] + _ELLIPSIS


def _environment(ticket: Ticket) -> EnvironmentFacts:
    """What was told of the old ticket, but for when it happened: that was another time."""
    row: Environment | None = getattr(ticket, "environment", None)
    if row is None:
        return EnvironmentFacts()
    return EnvironmentFacts(**{name: getattr(row, name) for name in NAMES - _OF_THAT_TIME})
