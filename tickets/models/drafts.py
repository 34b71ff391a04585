"""What somebody began to write and has not sent."""

from __future__ import annotations

import uuid

from django.db import models
from django.urls import reverse

from accounts.models import User
from tickets.drafting import Stand, title_of
from tickets.models.ticket import Ticket


class DraftQuerySet(models.QuerySet["Draft"]):
    def visible_to(self, user: User) -> DraftQuerySet:
        """One's own. Nobody reads what another person has not sent, staff neither."""
        return self.filter(owner=user) if user.is_authenticated and user.is_active else self.none()

    def of_new_tickets(self) -> DraftQuerySet:
        return self.filter(ticket=None).order_by("-updated_at", "-pk")


class Draft(models.Model):
    """A form as it was typed: a new ticket, or a letter on `ticket`. `key` is the form's submission key, under which its
    files hang as well. `typed` is field → text, or texts. Revision, page and step are those of the last write."""

    key = models.UUIDField(unique=True)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="drafts")
    ticket = models.ForeignKey(Ticket, null=True, on_delete=models.CASCADE, related_name="drafts")
    typed = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=1)
    page = models.UUIDField(default=uuid.uuid4)
    step = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(db_index=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("owner", "ticket"), name="draft_one_letter", condition=models.Q(ticket__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"{self.owner_id} {self.key}"

    def get_absolute_url(self) -> str:
        """Where it is gone on with."""
        if self.ticket:
            return f"{self.ticket.get_absolute_url()}#part-composer"
        return f"{reverse('tickets:new')}?draft={self.key}"

    @property
    def stand(self) -> Stand:
        return Stand(self.revision, self.page, self.step)

    @property
    def title(self) -> str:
        return title_of(self.typed)
