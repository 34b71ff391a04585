"""Where a person opens a ticket: staff at the desk, customers on their page."""

from __future__ import annotations

from django.conf import settings
from django.urls import NoReverseMatch, reverse

from accounts.models import User
from tickets.models import Ticket


def ticket_path(ticket: Ticket, reader: User) -> str:
    if reader.is_staff:
        try:
            return reverse("admin:tickets_ticket_change", args=[ticket.pk])
        except NoReverseMatch:
            pass  # a site whose desk is not in the admin
    return ticket.get_absolute_url()


def ticket_url(ticket: Ticket, reader: User) -> str:
    """Absolute, as mails and pages need it."""
    return f"{settings.SITE_URL}{ticket_path(ticket, reader)}"
