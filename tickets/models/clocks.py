"""A ticket's clocks and their append-only ledger."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from accounts.models import User
from sla.choices import ClockState
from sla.models import ClockBase, SegmentBase
from tickets.models.ticket import Ticket


class ClockQuerySet(models.QuerySet["Clock"]):
    def unstopped(self) -> ClockQuerySet:
        return self.filter(stopped_at=None).exclude(state=ClockState.CANCELLED)


class Clock(ClockBase):
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="clocks", db_index=False)

    objects = ClockQuerySet.as_manager()

    class Meta:
        ordering = ("ticket", "kind")
        constraints = (models.UniqueConstraint(fields=("ticket", "kind"), name="clock_unique"),)
        indexes = (
            models.Index(
                fields=("calendar", "calendar_version"),
                name="clock_calendar_version",
                condition=Q(stopped_at=None, breached_at=None),
            ),
        )

    def __str__(self) -> str:
        return f"#{self.ticket_id} {self.kind}"


class ClockSegment(SegmentBase):
    clock = models.ForeignKey(Clock, on_delete=models.CASCADE, related_name="segments")
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    calendar_version = models.PositiveIntegerField(default=0)

    class Meta(SegmentBase.Meta):
        pass
