"""Calendars and policies as rows, and the shape of a clock's ledger. The arithmetic stands in calendar.py and clock.py."""

from __future__ import annotations

import functools
import json
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.bilingual import BilingualName
from accounts.models import Organisation, SupportPlan
from sla.calendar import BusinessCalendar
from sla.choices import ClockKind, ClockState, Hours, Severity, Unit
from sla.terms import Cell, SeverityTerms, TargetCells, terms_of


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
    edited_at = models.DateTimeField(_("hours edited"), null=True, editable=False)  # when the version was raised last

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


_CELLS = ("first_response", "resolution", "grace")


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
        constraints = (
            models.UniqueConstraint(fields=("policy", "severity"), name="sla_target_unique"),
            models.CheckConstraint(
                condition=Q(first_response_amount__gt=0, resolution_amount__gt=0, grace_amount__gt=0),
                name="sla_target_above_zero",
            ),
        )

    def __str__(self) -> str:
        return f"{self.policy} {self.severity.upper()}"

    @property
    def cells(self) -> TargetCells:
        return _cells_of(self)

    def terms(self, calendar: Calendar) -> SeverityTerms:
        """The targets in working seconds. `calendar` is the business calendar that applies to the customer."""
        return terms_of(self.cells, calendar_id=calendar.pk, business_day=calendar.business_day_seconds)


class Contract(models.Model):
    """What one organisation's contract says otherwise than its plan. What it leaves open, the plan decides."""

    organisation = models.OneToOneField(
        Organisation, verbose_name=_("organisation"), on_delete=models.CASCADE, related_name="contract"
    )
    calendar = models.ForeignKey(
        Calendar,
        verbose_name=_("business calendar"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="contracts",
    )

    class Meta:
        ordering = ("organisation__name",)
        verbose_name = _("contract")
        verbose_name_plural = _("contracts")

    def __str__(self) -> str:
        return str(self.organisation)


class ContractTarget(models.Model):
    """A contract's own cells for one severity; an empty cell is the plan's."""

    contract = models.ForeignKey(Contract, on_delete=models.CASCADE, related_name="targets")
    severity = models.CharField(_("severity"), max_length=2, choices=Severity.choices)
    hours = models.CharField(_("counted in"), max_length=8, choices=Hours.choices, blank=True)
    first_response_amount = models.PositiveIntegerField(_("first response"), null=True, blank=True)
    first_response_unit = models.CharField(
        _("unit of the first response"), max_length=8, choices=Unit.choices, blank=True
    )
    resolution_amount = models.PositiveIntegerField(_("resolution"), null=True, blank=True)
    resolution_unit = models.CharField(_("unit of the resolution"), max_length=8, choices=Unit.choices, blank=True)
    grace_amount = models.PositiveIntegerField(_("grace between steps"), null=True, blank=True)
    grace_unit = models.CharField(_("unit of the grace"), max_length=8, choices=Unit.choices, blank=True)

    class Meta:
        ordering = ("contract", "severity")
        verbose_name = _("contract target")
        verbose_name_plural = _("contract targets")
        constraints = (
            models.UniqueConstraint(fields=("contract", "severity"), name="contract_target_unique"),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{name}_amount": None, f"{name}_unit": ""})
                    | Q(**{f"{name}_amount__isnull": False, f"{name}_amount__gt": 0}) & ~Q(**{f"{name}_unit": ""}),
                    name=f"contract_{name}_whole",
                )
                for name in _CELLS
            ),
        )

    def __str__(self) -> str:
        return f"{self.contract} {self.severity.upper()}"

    @property
    def cells(self) -> TargetCells:
        return _cells_of(self)


def _cells_of(row: SlaTarget | ContractTarget) -> TargetCells:
    pairs = ((getattr(row, f"{name}_amount"), getattr(row, f"{name}_unit")) for name in _CELLS)
    return TargetCells(
        row.hours or None, *(Cell(amount, unit) if amount is not None else None for amount, unit in pairs)
    )


class ClockBase(models.Model):
    """A clock: its facts, and a cache of what the pure reading made of them.

    `target_for` is in working seconds; `calendar` empty means around the clock. `due_at` and `at_risk_at` are empty
    while the clock stands still. `breached_at` is a fact: once written it is never cleared.
    """

    kind = models.CharField(max_length=20, choices=ClockKind.choices)
    target_for = models.PositiveIntegerField()
    calendar = models.ForeignKey(Calendar, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    calendar_version = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=ClockState.choices, default=ClockState.RUNNING)
    due_at = models.DateTimeField(null=True)
    at_risk_at = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)
    breached_at = models.DateTimeField(null=True)
    breach_cause = models.CharField(max_length=20, blank=True)
    stopped_at = models.DateTimeField(null=True)
    segments: Any  # each concrete clock's rows of `SegmentBase`

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
