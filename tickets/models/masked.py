"""What was masked: kind, place and number, never the secret."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tickets.choices import SecretKind, SecretPlace
from tickets.models.conversation import Attachment
from tickets.models.ticket import Ticket
from tickets.models.timeline import TicketEvent


class MaskedSecret(models.Model):
    """Secrets of one kind masked in one place. Those of a file belong to it first, and to the ticket once it is sent."""

    ticket = models.ForeignKey(Ticket, null=True, on_delete=models.CASCADE, related_name="masked_secrets")
    event = models.ForeignKey(TicketEvent, null=True, on_delete=models.CASCADE, related_name="masked_secrets")
    attachment = models.ForeignKey(Attachment, null=True, on_delete=models.CASCADE, related_name="masked_secrets")
    kind = models.CharField(_("kind"), max_length=20, choices=SecretKind.choices)
    where = models.CharField(_("where"), max_length=20, choices=SecretPlace.choices)
    count = models.PositiveIntegerField(_("how many"))
    at = models.DateTimeField(_("when"))

    class Meta:
        ordering = ("pk",)
        verbose_name = _("masked secret")
        verbose_name_plural = _("masked secrets")
        constraints = (
            models.CheckConstraint(
                condition=Q(ticket__isnull=False) | Q(attachment__isnull=False), name="masked_secret_of_something"
            ),
            models.CheckConstraint(
                condition=Q(ticket=None, event=None) | Q(ticket__isnull=False, event__isnull=False),
                name="masked_secret_with_event",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ×{self.count}"
