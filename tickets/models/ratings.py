"""What customers think of how their ticket was solved."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from tickets.models.ticket import Ticket
from tickets.models.timeline import TicketEvent
from tickets.rating import BEST, CHANGED_FOR, WORST, is_open


def _score(label: Any) -> models.PositiveSmallIntegerField:
    limits = [MinValueValidator(WORST), MaxValueValidator(BEST)]
    return models.PositiveSmallIntegerField(label, null=True, blank=True, validators=limits)


class RatingQuerySet(models.QuerySet["Rating"]):
    def visible_to(self, user: User) -> RatingQuerySet:
        return self.filter(Exists(Ticket.objects.visible_to(user).filter(pk=OuterRef("ticket"))))

    def to_follow_up(self) -> RatingQuerySet:
        """Low scores that nobody has talked over with the customer yet, the oldest first."""
        return self.filter(follow_up_since__isnull=False, followed_up_at=None).order_by("follow_up_since", "pk")


class Rating(models.Model):
    """One solution, and its score once it has one: 1 is the worst, 5 the best. Asked for once per resolution.

    `engineer` had the ticket when it was solved. `revision` counts the changes. `outcome` is what came of talking a low
    score over, `followed_up_by` who did.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="ratings")
    resolved = models.OneToOneField(TicketEvent, on_delete=models.PROTECT, related_name="rating")
    engineer = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="ratings_received")
    asked_at = models.DateTimeField()
    score = _score(_("score"))
    speed = _score(_("speed"))
    skill = _score(_("skill"))
    communication = _score(_("communication"))
    comment = models.TextField(_("comment"), blank=True)
    may_publish = models.BooleanField(_("may be published"), default=False)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    rated_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=0)
    follow_up_since = models.DateTimeField(null=True)
    followed_up_at = models.DateTimeField(null=True)
    followed_up_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.TextField(_("outcome"), blank=True)

    objects = RatingQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        indexes = (
            models.Index(
                fields=("follow_up_since",),
                name="rating_to_follow_up",
                condition=Q(follow_up_since__isnull=False, followed_up_at=None),
            ),
            models.Index(fields=("rated_at",), name="rating_rated_at", condition=Q(rated_at__isnull=False)),
        )
        constraints = tuple(
            models.CheckConstraint(
                condition=Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__range": (WORST, BEST)}),
                name=f"rating_{name}_in_range",
            )
            for name in ("score", "speed", "skill", "communication")
        )

    def __str__(self) -> str:
        return f"#{self.ticket_id} {self.score or '?'}/{BEST}"

    def is_open_at(self, now: datetime) -> bool:
        return is_open(asked_at=self.asked_at, rated_at=self.rated_at, now=now)

    @property
    def changes_until(self) -> datetime | None:
        return self.rated_at + CHANGED_FOR if self.rated_at else None
