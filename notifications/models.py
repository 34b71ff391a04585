"""Who was told of what, and the events that could not be told."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from notifications.choices import Channel, News
from tickets.models import Ticket, TicketEvent


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: User) -> NoticeQuerySet:
        """The person's own notices in the site, of tickets that they may still see."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        notices = self.filter(recipient=user, channel=Channel.SITE)
        if user.is_staff:
            return notices
        return notices.filter(Exists(Ticket.objects.visible_to(user).filter(pk=OuterRef("event__ticket"))))

    def unread(self) -> NoticeQuerySet:
        return self.filter(read_at=None)

    def with_events(self) -> NoticeQuerySet:
        return self.select_related("event__ticket__organisation", "event__actor", "event__message")


class Notice(models.Model):
    """One person told of one event over one channel, once."""

    event = models.ForeignKey(TicketEvent, on_delete=models.CASCADE, related_name="notices")
    recipient = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices")
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    created_at = models.DateTimeField(_("created"))
    read_at = models.DateTimeField(_("read"), null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = (
            models.UniqueConstraint(fields=("event", "recipient", "channel"), name="notice_once"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="notice_channel_known"),
        )
        indexes = (
            models.Index(fields=("recipient",), name="notice_unread", condition=Q(read_at=None, channel="site")),
            models.Index(fields=("recipient", "-id"), name="notice_newest", condition=Q(channel="site")),
        )

    def __str__(self) -> str:
        return f"{self.event} → {self.recipient}"


class StuckEventQuerySet(models.QuerySet["StuckEvent"]):
    def resting(self, now: datetime) -> StuckEventQuerySet:
        """Parked, or not to be tried again yet."""
        return self.filter(Q(next_attempt_at=None) | Q(next_attempt_at__gt=now))


class StuckEvent(models.Model):
    """An event whose fan-out failed. Without `next_attempt_at` it is parked, until somebody has it tried again."""

    event = models.OneToOneField(
        TicketEvent, verbose_name=_("ticket event"), on_delete=models.CASCADE, related_name="stuck"
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True)
    last_error = models.CharField(_("last error"), max_length=500)
    failed_at = models.DateTimeField(_("failed"))

    objects = StuckEventQuerySet.as_manager()

    class Meta:
        ordering = ("-failed_at",)
        verbose_name = _("event nobody could be told of")
        verbose_name_plural = _("events nobody could be told of")

    def __str__(self) -> str:
        return str(self.event)


class DeclinedMail(models.Model):
    """A person wants no mail of one kind of news. Where there is no row, they are mailed."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="declined_mail", db_index=False)
    news = models.CharField(max_length=20, choices=News.choices)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("user", "news"), name="declined_mail_once"),
            models.CheckConstraint(condition=Q(news__in=News.values), name="declined_mail_known"),
        )

    def __str__(self) -> str:
        return f"{self.user} · {self.get_news_display()}"
