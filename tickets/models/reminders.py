"""Reminding the customer: after how long, and since when we wait."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tickets.models.ticket import Ticket

LONGEST_DAYS = 60


class ReminderStep(models.Model):
    """One reminder: sent when the customer has been silent for so many working days. Rows that administrators edit."""

    after_days = models.DecimalField(
        _("after working days"),
        max_digits=4,
        decimal_places=1,
        unique=True,
        validators=[MinValueValidator(Decimal("0.1")), MaxValueValidator(LONGEST_DAYS)],
        help_text=_("Counted on the ticket’s calendar; 24 hours each where its clocks run around the clock."),
    )

    class Meta:
        ordering = ("after_days",)
        verbose_name = _("reminder to customers")
        verbose_name_plural = _("reminders to customers")
        constraints = (models.CheckConstraint(condition=Q(after_days__gt=0), name="reminder_step_above_zero"),)

    def __str__(self) -> str:
        return str(self.after_days.normalize())


class CustomerWait(models.Model):
    """A stretch in which a ticket waits and its customer is silent; their word, or ours that asks more, begins another.

    `reminded` counts the steps that are done with. `look_at` is when the next is worth a look: it may be early, never late.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="waits")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    reminded = models.PositiveSmallIntegerField(default=0)
    look_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("ticket",), condition=Q(ended_at=None), name="customer_wait_one_open"),
        )
        indexes = (
            models.Index(fields=("look_at", "id"), name="customer_wait_look", condition=Q(look_at__isnull=False)),
        )

    def __str__(self) -> str:
        return f"#{self.ticket_id} {self.began_at:%Y-%m-%d %H:%M}"
