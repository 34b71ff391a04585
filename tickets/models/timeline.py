"""What happened, in order: timeline, audit log and what is owed to people, at once."""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from tickets.choices import EventKind
from tickets.models.conversation import Message
from tickets.models.ticket import Ticket


class TicketEventQuerySet(models.QuerySet["TicketEvent"]):
    def visible_to(self, user: User) -> TicketEventQuerySet:
        if user.is_authenticated and user.is_active and user.is_staff:
            return self
        tickets = Ticket.objects.visible_to(user).filter(pk=OuterRef("ticket"))
        return self.filter(Exists(tickets), is_public=True)

    def owed(self) -> TicketEventQuerySet:
        """Events that nobody has been told of yet."""
        return self.filter(fanned_out_at=None).order_by("pk")


class TicketEvent(models.Model):
    """Append-only, written in the transaction of the change. `data` holds codes and texts, never translated labels.

    `fanned_out_at` is the one column written later: by whoever claimed the event to tell people of it.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="events", db_index=False)
    kind = models.CharField(max_length=30, choices=EventKind.choices)
    actor = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    data = models.JSONField(default=dict)
    message = models.ForeignKey(Message, null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    is_public = models.BooleanField(default=True)
    fanned_out_at = models.DateTimeField(null=True)

    objects = TicketEventQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        verbose_name = _("ticket event")
        verbose_name_plural = _("ticket events")
        indexes = (
            models.Index(fields=("id",), name="event_owed", condition=Q(fanned_out_at=None)),
            models.Index(fields=("ticket", "id"), name="event_ticket"),
            models.Index(fields=("actor",), name="event_actor", condition=Q(actor__isnull=False)),
            models.Index(fields=("message",), name="event_message", condition=Q(message__isnull=False)),
        )

    def __str__(self) -> str:
        return f"#{self.ticket_id} {self.get_kind_display()}"

    @property
    def actor_name(self) -> str:
        return self.actor.name if self.actor else gettext("The system")
