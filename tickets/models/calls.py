"""Screen-sharing calls: proposed, agreed, held, and what came of them."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from tickets.calling import LONGEST, SHORTEST, is_template
from tickets.choices import CallState
from tickets.models.ticket import Ticket

PENDING = (CallState.PROPOSED.value, CallState.ACCEPTED.value)  # one of these at a time a ticket
UNFINISHED = (*PENDING, CallState.OVER.value)  # what still asks something of somebody


class CallQuerySet(models.QuerySet["Call"]):
    def visible_to(self, user: User) -> CallQuerySet:
        return self.filter(Exists(Ticket.objects.visible_to(user).filter(pk=OuterRef("ticket"))))

    def pending(self) -> CallQuerySet:
        return self.filter(state__in=PENDING)

    def unfinished(self) -> CallQuerySet:
        return self.filter(state__in=UNFINISHED)


class Call(models.Model):
    """One call. `starts_at`, `ends_at` and `link` are set where it was agreed; `decided_*` say who agreed, declined or called
    off. `sequence` counts what calendars were told of it. `outcome_asked_at` is when our side was asked what came of it.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="calls")
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    submission_key = models.UUIDField(unique=True)
    topic = models.CharField(_("topic"), max_length=200)
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), validators=[MinValueValidator(SHORTEST), MaxValueValidator(LONGEST)]
    )
    state = models.CharField(_("state"), max_length=10, choices=CallState.choices, default=CallState.PROPOSED)
    is_from_staff = models.BooleanField()
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    link = models.URLField(max_length=300, blank=True)
    sequence = models.PositiveSmallIntegerField(default=0)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField(_("reason"), blank=True)
    outcome = models.TextField(_("outcome"), blank=True)
    outcome_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    outcome_at = models.DateTimeField(null=True)
    outcome_asked_at = models.DateTimeField(null=True)

    objects = CallQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        indexes = (models.Index(fields=("state", "ends_at"), name="call_state_ends_at"),)
        constraints = (
            models.UniqueConstraint(fields=("ticket",), condition=Q(state__in=PENDING), name="call_one_pending"),
            models.CheckConstraint(condition=Q(state__in=CallState.values), name="call_state_known"),
            models.CheckConstraint(condition=Q(minutes__range=(SHORTEST, LONGEST)), name="call_minutes_in_range"),
            models.CheckConstraint(
                condition=~Q(state__in=("accepted", "over", "held", "missed"))
                | Q(starts_at__isnull=False, ends_at__gt=F("starts_at")),
                name="call_agreed_has_time",
            ),
        )

    def __str__(self) -> str:
        return f"#{self.ticket_id} {self.topic}"

    @property
    def duration(self) -> timedelta:
        return timedelta(minutes=self.minutes)

    @property
    def caller(self) -> User | None:
        """Who of our side is in it: whoever proposed or agreed."""
        return self.proposed_by if self.is_from_staff else self.decided_by

    def is_over_at(self, now: datetime) -> bool:
        return self.ends_at is not None and self.ends_at <= now


class CallTime(models.Model):
    """One of the times that were proposed."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="times", db_index=False)
    at = models.DateTimeField()

    class Meta:
        ordering = ("at",)
        constraints = (models.UniqueConstraint(fields=("call", "at"), name="call_time_unique"),)


def validate_template(text: str) -> None:
    if text and not is_template(text):
        raise ValidationError(
            _(
                "Give an https address with {key} in its path, and {ticket} if you like: https://meet.example/{ticket}-{key}"
            )
        )


class CallRoom(models.Model):
    """Where calls take place: the only row says how the address of each call's room is made."""

    template = models.CharField(
        _("address of the rooms"),
        max_length=200,
        blank=True,
        validators=[validate_template],
        help_text=_(
            "An https address of your meeting service, such as <code>https://meet.example/{ticket}-{key}</code>. The "
            "ticket’s number and a key that nobody can guess take the places in braces. Empty: engineers send the link "
            "themselves."
        ),
    )

    class Meta:
        verbose_name = _("room for calls")
        verbose_name_plural = _("rooms for calls")

    def __str__(self) -> str:
        return self.template or str(_("no address set"))
