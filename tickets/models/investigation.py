"""How a problem is being found out: what engineers think, what they tried, and what came of it. Customers read all of it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tickets.choices import Reproduced
from tickets.models.ticket import Ticket


class Investigation(models.Model):
    """What is believed now. What was believed before stands in the events, which keep every text; see `Attempt` for what was
    tried. `revision` counts the changes, so that two engineers do not overwrite each other unseen."""

    ticket = models.OneToOneField(Ticket, on_delete=models.CASCADE, related_name="investigation")
    hypothesis = models.TextField(_("hypothesis"), blank=True)
    reproduced = models.CharField(
        _("reproduced internally"), max_length=10, choices=Reproduced.choices, default=Reproduced.NOT_TRIED
    )
    reproduced_how = models.TextField(_("how, or what was different"), blank=True)
    conclusion = models.TextField(_("conclusion"), blank=True)
    fix = models.TextField(_("fix"), blank=True)
    prevention = models.TextField(_("prevention"), blank=True)
    revision = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(reproduced__in=Reproduced.values), name="investigation_reproduced_known"
            ),
        )

    def __str__(self) -> str:
        return f"#{self.ticket_id}"


class Attempt(models.Model):
    """One thing that was tried, with what came of it. Append-only. `key` makes a double click one."""

    investigation = models.ForeignKey(Investigation, on_delete=models.CASCADE, related_name="attempts")
    text = models.TextField(_("what was tried"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    key = models.UUIDField(unique=True, default=uuid.uuid4)

    class Meta:
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return self.text[:80]
