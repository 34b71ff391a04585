"""Whom our engineers may call: named and taken off by the customer's side."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from tickets.actions.base import locked, record, require, settle
from tickets.actions.masking import Masker
from tickets.choices import EventKind, SecretPlace
from tickets.errors import ActionRefused
from tickets.models import Ticket, TicketContact
from tickets.models.contacts import MOST_CONTACTS


def add_contact(*, ticket: Ticket, by: User, name: str, phone: str, reachable: str, now: datetime) -> None:
    """Name somebody for this ticket. The same person under the same number again only changes when to reach them.

    The event holds the name alone: a number that is taken off is stored nowhere. Secrets are masked.
    """
    masker = Masker()
    name, reachable = (masker.text(each, SecretPlace.DETAILS) for each in (name, reachable))
    with transaction.atomic():
        ticket = locked(ticket)
        require("change_contacts", ticket)
        kept = TicketContact.objects.filter(ticket=ticket)
        same = kept.filter(name=name, phone=phone)
        if same.exists():
            same.update(reachable=reachable)
            return
        if kept.count() >= MOST_CONTACTS:
            raise ActionRefused(_("%(n)s people are named already. Take one off first.") % {"n": MOST_CONTACTS})
        TicketContact.objects.create(ticket=ticket, name=name, phone=phone, reachable=reachable, by=by, at=now)
        record(ticket, EventKind.CONTACTS_CHANGED, by=by, now=now, data={"added": name})
        masker.record(ticket, by=by, now=now)
        settle(ticket, now=now)


def remove_contact(*, ticket: Ticket, by: User, contact: int, now: datetime) -> None:
    """Take somebody off. Who is not on it any more is no mistake."""
    with transaction.atomic():
        ticket = locked(ticket)
        require("change_contacts", ticket)
        row = TicketContact.objects.filter(ticket=ticket, pk=contact).first()
        if row is None:
            return
        row.delete()
        record(ticket, EventKind.CONTACTS_CHANGED, by=by, now=now, data={"removed": row.name})
        settle(ticket, now=now)
