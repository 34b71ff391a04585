"""Who is writing on a ticket just now."""

from __future__ import annotations

from django.db import models

from accounts.models import User
from tickets.models.ticket import Ticket


class Writing(models.Model):
    """The last beat of one person's typing on one ticket; an internal note shows to staff only. Of no use after seconds."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    is_internal = models.BooleanField(default=False)

    class Meta:
        indexes = (models.Index(fields=("at",), name="writing_at"),)
        constraints = (models.UniqueConstraint(fields=("ticket", "user"), name="writing_unique"),)

    def __str__(self) -> str:
        return f"#{self.ticket_id} {self.user_id}"
