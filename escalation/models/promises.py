"""Promises beside the ladder: an answer to a customer's escalation, and the next update. Each is a clock with a ledger."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from escalation.choices import PromiseKind
from escalation.models.steps import LONGEST
from sla.choices import Hours, Severity, Unit
from sla.models import ClockBase, SegmentBase
from sla.terms import in_seconds
from tickets.models import Ticket


class PromiseTarget(models.Model):
    """Within how much time a promise of a severity is to be kept. No row: nothing is promised."""

    kind = models.CharField(_("promise"), max_length=20, choices=PromiseKind.choices)
    severity = models.CharField(_("severity"), max_length=2, choices=Severity.choices)
    amount = models.PositiveIntegerField(
        _("within"),
        validators=[
            MinValueValidator(
                1, _("Zero: nobody could keep that. To promise nothing for this severity, delete the row instead.")
            )
        ],
    )
    unit = models.CharField(_("unit"), max_length=8, choices=Unit.choices)
    hours = models.CharField(_("counted in"), max_length=8, choices=Hours.choices)

    class Meta:
        ordering = ("kind", "severity")
        verbose_name = _("promise")
        verbose_name_plural = _("promises")
        constraints = (
            models.UniqueConstraint(fields=("kind", "severity"), name="promise_target_unique"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="promise_target_above_zero"),
        )

    def __str__(self) -> str:
        return f"{self.severity.upper()} {self.get_kind_display()}"

    def clean(self) -> None:
        if self.amount and self.unit and in_seconds(self.amount, self.unit, business_day=None) > LONGEST:
            raise ValidationError({"amount": _("This is longer than a year.")})


class PromiseClock(ClockBase):
    """A promise made on a ticket. One of a kind runs at a time; `check_at` is when it is worth a look, empty when it is over."""

    kind = models.CharField(max_length=20, choices=PromiseKind.choices)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="promises")
    owner = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    started_at = models.DateTimeField()
    check_at = models.DateTimeField(null=True)
    missed_told_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("ticket", "pk")
        verbose_name = _("promise made")
        verbose_name_plural = _("promises made")
        constraints = (
            models.UniqueConstraint(
                fields=("ticket", "kind"), condition=Q(stopped_at=None), name="promise_one_running"
            ),
        )
        indexes = (models.Index(fields=("check_at",), name="promise_check_at", condition=Q(check_at__isnull=False)),)

    def __str__(self) -> str:
        return f"#{self.ticket_id} {self.kind}"


class PromiseSegment(SegmentBase):
    clock = models.ForeignKey(PromiseClock, on_delete=models.CASCADE, related_name="segments")
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    calendar_version = models.PositiveIntegerField(default=0)

    class Meta(SegmentBase.Meta):
        pass
