"""Does escalation itself still work: heartbeats, tickets whose look failed, and the hourly proof."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from escalation.choices import Job
from tickets.models import Ticket


class Heartbeat(models.Model):
    """The last run of a periodic job, one row a job. `lag` is in seconds: how late the oldest overdue look was at its start."""

    job = models.SlugField(unique=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    lag = models.PositiveIntegerField(default=0)
    looked_at = models.PositiveIntegerField(default=0)
    alarmed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.job


class ParkedTicket(models.Model):
    """A ticket whose look by a job threw: left alone by it until `until`, so that the others go on. Gone when a look succeeds."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="parked")
    job = models.CharField(_("job"), max_length=10, choices=Job.choices, default=Job.SWEEP)
    error = models.TextField(_("error"))
    first_at = models.DateTimeField(_("since"))
    last_at = models.DateTimeField(_("last tried"))
    until = models.DateTimeField(_("left alone until"))
    times = models.PositiveIntegerField(_("times"), default=1)

    class Meta:
        ordering = ("-last_at",)
        verbose_name = _("parked ticket")
        verbose_name_plural = _("parked tickets")
        constraints = (models.UniqueConstraint(fields=("ticket", "job"), name="parked_once_a_job"),)

    def __str__(self) -> str:
        return f"#{self.ticket_id}"


class CanaryRun(models.Model):
    """One hourly proof: a ticket of our own was filed, and climbed, and its notice went out."""

    ticket = models.OneToOneField(Ticket, null=True, on_delete=models.SET_NULL, related_name="canary_run")
    started_at = models.DateTimeField(_("started"))
    escalated_at = models.DateTimeField(_("escalated"), null=True)
    told_at = models.DateTimeField(_("told"), null=True)
    failed_at = models.DateTimeField(_("failed"), null=True)
    why = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("canary run")
        verbose_name_plural = _("canary runs")

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M}"
