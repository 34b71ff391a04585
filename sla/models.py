"""Calendars and policies as rows, and the shape of a clock's ledger. The arithmetic stands in calendar.py and clock.py."""

from __future__ import annotations

import functools
import json

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.bilingual import BilingualName
from accounts.models import SupportPlan
from sla.calendar import BusinessCalendar
from sla.choices import ClockKind, ClockState, Hours, Severity, Unit
from sla.terms import SeverityTerms, in_seconds


class Calendar(BilingualName, models.Model):
    """A business calendar. `definition` has the form that `BusinessCalendar.from_definition` reads.

    Every edit raises `version`, so that clocks computed with an older one are found and computed again.
    """

    code = models.SlugField(_("code"), unique=True)
    name_en = models.CharField(_("name in English"), max_length=80)
    name_zh = models.CharField(_("name in Chinese"), max_length=80)
    definition = models.JSONField(_("definition"))
    business_day_seconds = models.PositiveIntegerField(
        _("working day"), help_text=_("Length of one working day, in seconds.")
    )
    known_until = models.DateField(_("known until"), help_text=_("Public holidays are entered up to this day."))
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        ordering = ("pk",)
        verbose_name = _("business calendar")
        verbose_name_plural = _("business calendars")

    def compiled(self) -> BusinessCalendar:
        """The pure calendar, built once a definition and process."""
        return _compile(json.dumps(self.definition, sort_keys=True))


@functools.lru_cache(maxsize=256)
def _compile(definition: str) -> BusinessCalendar:
    return BusinessCalendar.from_definition(json.loads(definition))


class SlaPolicy(models.Model):
    """The targets a plan promises. The one without a plan holds for every plan that has none of its own."""

    plan = models.OneToOneField(
        SupportPlan,
        verbose_name=_("plan"),
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="sla_policy",
    )
    is_default = models.BooleanField(default=False, editable=False)
    calendar = models.ForeignKey(
        Calendar, verbose_name=_("business calendar"), on_delete=models.PROTECT, related_name="policies"
    )

    class Meta:
        verbose_name = _("SLA policy")
        verbose_name_plural = _("SLA policies")
        constraints = (
            models.UniqueConstraint(
                fields=("is_default",), condition=Q(is_default=True), name="sla_policy_one_default"
            ),
            models.CheckConstraint(
                condition=Q(is_default=True) ^ Q(plan__isnull=False), name="sla_policy_plan_or_default"
            ),
        )

    def __str__(self) -> str:
        return str(self.plan) if self.plan else gettext("Every other plan")


class SlaTarget(models.Model):
    """One severity's row of a policy: first response, resolution, and the grace between steps of the ladder."""

    policy = models.ForeignKey(SlaPolicy, on_delete=models.CASCADE, related_name="targets")
    severity = models.CharField(_("severity"), max_length=2, choices=Severity.choices)
    hours = models.CharField(_("counted in"), max_length=8, choices=Hours.choices)
    first_response_amount = models.PositiveIntegerField(_("first response"))
    first_response_unit = models.CharField(_("unit of the first response"), max_length=8, choices=Unit.choices)
    resolution_amount = models.PositiveIntegerField(_("resolution"))
    resolution_unit = models.CharField(_("unit of the resolution"), max_length=8, choices=Unit.choices)
    grace_amount = models.PositiveIntegerField(_("grace between steps"))
    grace_unit = models.CharField(_("unit of the grace"), max_length=8, choices=Unit.choices)

    class Meta:
        ordering = ("policy", "severity")
        verbose_name = _("SLA target")
        verbose_name_plural = _("SLA targets")
        constraints = (models.UniqueConstraint(fields=("policy", "severity"), name="sla_target_unique"),)

    def __str__(self) -> str:
        return f"{self.policy} {self.severity.upper()}"

    def terms(self, calendar: Calendar) -> SeverityTerms:
        """The targets in working seconds. `calendar` is the business calendar that applies to the customer."""
        is_business = self.hours == Hours.BUSINESS
        day = calendar.business_day_seconds if is_business else None
        return SeverityTerms(
            first_response=in_seconds(self.first_response_amount, self.first_response_unit, business_day=day),
            resolution=in_seconds(self.resolution_amount, self.resolution_unit, business_day=day),
            grace=in_seconds(self.grace_amount, self.grace_unit, business_day=day),
            calendar_id=calendar.pk if is_business else None,
        )


class ClockBase(models.Model):
    """A clock: its facts, and a cache of what the pure reading made of them.

    `target_for` is in working seconds; `calendar` empty means around the clock. `due_at` and `at_risk_at` are empty
    while the clock stands still. `breached_at` is a fact: once written it is never cleared.
    """

    kind = models.CharField(max_length=20, choices=ClockKind.choices)
    target_for = models.PositiveIntegerField()
    calendar = models.ForeignKey(Calendar, null=True, on_delete=models.PROTECT, related_name="+")
    calendar_version = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=ClockState.choices, default=ClockState.RUNNING)
    due_at = models.DateTimeField(null=True)
    at_risk_at = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)
    breach_cause = models.CharField(max_length=20, blank=True)
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class SegmentBase(models.Model):
    """One append-only line of a clock's ledger."""

    step = models.CharField(max_length=10)
    at = models.DateTimeField()
    reason = models.CharField(max_length=40)

    class Meta:
        abstract = True
        ordering = ("at", "pk")
