"""Bundles that were asked for, and what each said of the chain."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from evidence.choices import ExportState
from tickets.models import Ticket


def storage_name(export: Export, filename: str) -> str:
    return f"evidence/{export.key.hex[:2]}/{export.key.hex}"


class ExportQuerySet(models.QuerySet["Export"]):
    def visible_to(self, user: User) -> ExportQuerySet:
        """A bundle holds what every reader of its ticket may read, so it is theirs as well."""
        return self.filter(Exists(Ticket.objects.visible_to(user).filter(pk=OuterRef("ticket"))))

    def to_build(self, *, silent_since: datetime) -> ExportQuerySet:
        """What nobody is at: owed, or its builder has shown no sign of life since then."""
        silent = Q(state=ExportState.BUILDING, tried_at__lt=silent_since)
        return self.filter(Q(state=ExportState.OWED) | silent)


class Export(models.Model):
    """One bundle. `head` is the chain's last link over its `events`; `digest` the SHA-256 of its manifest. Sizes in bytes.

    The words are in the language of whoever asked, the times in `zone`. `tried_at` is the last sign of life of whoever builds it.
    """

    key = models.UUIDField(unique=True, default=uuid.uuid4)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="exports")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=10)
    zone = models.CharField(max_length=60)
    state = models.CharField(max_length=10, choices=ExportState.choices, default=ExportState.OWED)
    created_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    ready_at = models.DateTimeField(null=True)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    size = models.BigIntegerField(default=0)
    file = models.FileField(upload_to=storage_name, max_length=120, blank=True)
    events = models.PositiveIntegerField(default=0)
    head = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64, blank=True)

    objects = ExportQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("evidence bundle")
        verbose_name_plural = _("evidence bundles")
        indexes = (
            models.Index(fields=("id",), name="export_owed", condition=Q(state__in=("owed", "building"))),
            models.Index(fields=("ready_at",), name="export_ready", condition=Q(state="ready")),
        )

    def __str__(self) -> str:
        return f"#{self.ticket_id} {self.created_at:%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("evidence:export", args=[self.key])

    @property
    def is_pending(self) -> bool:
        return self.state in (ExportState.OWED, ExportState.BUILDING)

    @property
    def percent(self) -> int:
        return min(99, self.done * 100 // self.total) if self.total else 0
