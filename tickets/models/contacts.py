"""Whom our engineers may call about a ticket, besides its requester."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tickets.models.ticket import Ticket

MOST_CONTACTS = 5


class TicketContact(models.Model):
    """A person of the customer's side, named for this ticket; need not have an account. `reachable` is in their own words."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(_("name"), max_length=120)
    phone = models.CharField(_("phone"), max_length=40)
    reachable = models.CharField(_("when to reach them"), max_length=120, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=("ticket", "name", "phone"), name="ticket_contact_unique"),)

    def __str__(self) -> str:
        return self.name
