"""Every move between tiers, with its reason, plan and expected time; and the rows the plans come from."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.bilingual import in_reader_language
from accounts.choices import Tier
from accounts.models import User
from escalation.choices import Target, Trigger
from sla.choices import ClockKind, Severity
from tickets.models import Ticket

LONGEST = 366 * 86400  # seconds; longer is a slip of the pen


class StepPlan(models.Model):
    """What happens after a step to a tier for a severity, and within how much of the severity's time (seconds)."""

    target = models.CharField(_("step to"), max_length=10, choices=Target.choices)
    severity = models.CharField(_("severity"), max_length=2, choices=Severity.choices)
    plan_en = models.TextField(_("plan (English)"))
    plan_zh = models.TextField(_("plan (Chinese)"))
    taken_over_within = models.PositiveIntegerField(
        _("taken over within (seconds)"),
        validators=[
            MinValueValidator(1, _("Zero seconds: nobody could take a ticket over within that. Give at least one.")),
            MaxValueValidator(LONGEST, _("This is longer than a year.")),
        ],
        help_text=_("Counted on the hours of the severity, and never beyond the grace until the next step."),
    )

    class Meta:
        ordering = ("severity", "target")
        verbose_name = _("step plan")
        verbose_name_plural = _("step plans")
        constraints = (
            models.UniqueConstraint(fields=("target", "severity"), name="step_plan_unique"),
            models.CheckConstraint(condition=Q(taken_over_within__gt=0), name="step_plan_above_zero"),
        )

    def __str__(self) -> str:
        return f"{self.severity.upper()} → {self.get_target_display()}"

    @property
    def plan(self) -> str:
        return in_reader_language(self, "plan")


class LadderEnd(models.Model):
    """Where the ladder of a severity ends before the escalation manager is paged. No row means R&D."""

    severity = models.CharField(_("severity"), max_length=2, choices=Severity.choices, unique=True)
    top = models.CharField(_("highest tier"), max_length=3, choices=Tier.choices, default=Tier.RND)

    class Meta:
        ordering = ("severity",)
        verbose_name = _("end of the ladder")
        verbose_name_plural = _("ends of the ladder")

    def __str__(self) -> str:
        return f"{self.severity.upper()}: {self.get_top_display()}"


class EscalationQuerySet(models.QuerySet["Escalation"]):
    def visible_to(self, user: User) -> EscalationQuerySet:
        return self.filter(Exists(Ticket.objects.visible_to(user).filter(pk=OuterRef("ticket"))))

    def open(self) -> EscalationQuerySet:
        """The latest step of each ticket that is still open."""
        later = Escalation.objects.filter(ticket=OuterRef("ticket"), step_no__gt=OuterRef("step_no"))
        return self.filter(~Exists(later), Exists(Ticket.objects.open().filter(pk=OuterRef("ticket"))))


class Escalation(models.Model):
    """One step. `plan_*` and `expected_at` are what the customer was told; (ticket, step_no) is unique, the belt beside
    the claim. `reason` is the person's own words; for the clock it is empty and `clock` says which one was missed."""

    ticket = models.ForeignKey(
        Ticket, verbose_name=_("ticket"), on_delete=models.CASCADE, related_name="escalations", db_index=False
    )
    step_no = models.PositiveIntegerField(_("step"))
    trigger = models.CharField(_("asked by"), max_length=10, choices=Trigger.choices)
    from_tier = models.CharField(_("from"), max_length=3, choices=Tier.choices)
    target = models.CharField(_("to"), max_length=10, choices=Target.choices)
    clock = models.CharField(_("missed clock"), max_length=20, choices=ClockKind.choices, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    tried = models.TextField(_("what was tried"), blank=True)
    ask = models.TextField(_("what is asked of the next tier"), blank=True)
    plan_en = models.TextField(_("plan (English)"))
    plan_zh = models.TextField(_("plan (Chinese)"))
    expected_at = models.DateTimeField(_("to be taken over by"), null=True)
    by = models.ForeignKey(
        User, verbose_name=_("by whom"), null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(_("created"))

    objects = EscalationQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name = _("escalation")
        verbose_name_plural = _("escalations")
        constraints = (models.UniqueConstraint(fields=("ticket", "step_no"), name="escalation_step_once"),)

    def __str__(self) -> str:
        return f"#{self.ticket_id} {self.from_tier} → {self.target}"

    @property
    def plan(self) -> str:
        return in_reader_language(self, "plan")
