"""What we ask the customer, tracked until it is answered."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tickets.choices import InquiryState
from tickets.models.conversation import Message
from tickets.models.ticket import Ticket


class InquiryQuerySet(models.QuerySet["Inquiry"]):
    def open(self) -> InquiryQuerySet:
        return self.filter(state=InquiryState.OPEN)


class Inquiry(models.Model):
    """One question to the customer, asked with the letter `message`; without text the letter itself is the question.

    `reply` is the letter that answered it, where one did. `answer` is empty for one that is answered by a letter as a whole,
    and where the customer does not know (`is_unknown`). Asked and closed once, never changed.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="inquiries")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="inquiries")
    text = models.TextField(_("question"), blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=InquiryState.choices, default=InquiryState.OPEN)
    answer = models.TextField(_("answer"), blank=True)
    is_unknown = models.BooleanField(default=False)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    reply = models.ForeignKey(Message, null=True, on_delete=models.CASCADE, related_name="answered_inquiries")

    objects = InquiryQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(condition=Q(state__in=InquiryState.values), name="inquiry_state_known"),
            models.CheckConstraint(
                condition=Q(state=InquiryState.OPEN, closed_at=None)
                | Q(~Q(state=InquiryState.OPEN), closed_at__isnull=False),
                name="inquiry_closed_has_instant",
            ),
        )

    def __str__(self) -> str:
        return self.text[:80] or f"#{self.ticket_id}"

    @property
    def is_open(self) -> bool:
        return self.state == InquiryState.OPEN

    @property
    def is_answered(self) -> bool:
        return self.state == InquiryState.ANSWERED
