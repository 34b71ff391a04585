"""A message owed to somebody over a channel. The row is written in the transaction of its cause and sent later."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from delivery.choices import Channel, State


class OutboundMessageQuerySet(models.QuerySet["OutboundMessage"]):
    def due(self, now: datetime) -> OutboundMessageQuerySet:
        """Owed, their time has come, and in no sender's hands. Urgent ones first, then the longest waiting."""
        return self.filter(Q(lease_until=None) | Q(lease_until__lte=now), state=State.OWED, next_attempt_at__lte=now)

    def in_order(self) -> OutboundMessageQuerySet:
        return self.order_by("-is_urgent", "next_attempt_at", "pk")

    def mails(self) -> OutboundMessageQuerySet:
        return self.filter(channel=Channel.EMAIL)


class OutboundMessage(models.Model):
    """At least once: a lease keeps senders apart, and the stable key (also the Message-ID) makes a repeat recognisable.

    `address` is an e-mail address, or the name of an endpoint in the settings: no URL and no secret stands in a row.
    Subject and body of a sensitive message (a reset link, a code) are blanked once it is sent.
    """

    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("recipient"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    address = models.CharField(_("address"), max_length=320)
    subject = models.CharField(_("subject"), max_length=300, blank=True)
    body_text = models.TextField(_("text"), blank=True)
    body_html = models.TextField(_("HTML"), blank=True)
    headers = models.JSONField(_("headers"), default=dict, blank=True)
    payload = models.JSONField(_("payload"), default=dict, blank=True)
    idempotency_key = models.CharField(_("idempotency key"), max_length=120, unique=True)
    is_sensitive = models.BooleanField(_("sensitive"), default=False)
    is_urgent = models.BooleanField(_("urgent"), default=False)

    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OWED)
    owed_since = models.DateTimeField(_("owed since"))  # the 72 hours count from here; "send again" starts them anew
    next_attempt_at = models.DateTimeField(_("next attempt"))
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    surprises = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(_("last error"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("created"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    objects = OutboundMessageQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name = _("outbound message")
        verbose_name_plural = _("outbound messages")
        indexes = (
            models.Index(
                F("is_urgent").desc(),
                "next_attempt_at",
                "id",
                name="outbound_due",
                condition=Q(state=State.OWED.value),
            ),
            models.Index(fields=("-created_at", "-id"), name="outbound_newest"),
        )
        constraints = (
            models.CheckConstraint(condition=Q(state__in=State.values), name="outbound_state_known"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="outbound_channel_known"),
        )

    def __str__(self) -> str:
        about = "" if self.is_sensitive else self.subject  # a sign-in code may stand in the subject
        return f"{self.address}: {about or self.idempotency_key}"
