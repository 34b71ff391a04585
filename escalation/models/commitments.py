"""What the vendor committed to on an escalated ticket, and what the customer asked for."""

from __future__ import annotations

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.bilingual import in_reader_language
from accounts.models import User
from escalation.choices import Expects, RequestReason, RequestState, Trigger
from tickets.choices import Status
from tickets.lifecycle import OPEN_STATUSES
from tickets.models import Ticket


class CommitmentQuerySet(models.QuerySet["Commitment"]):
    def visible_to(self, user: User) -> CommitmentQuerySet:
        return self.filter(Exists(Ticket.objects.visible_to(user).filter(pk=OuterRef("ticket"))))

    def open(self) -> CommitmentQuerySet:
        """Escalations that somebody still answers for: of tickets that are not done, and of resolved ones whose customer
        asked again."""
        asked = EscalationRequest.objects.filter(ticket=OuterRef("ticket"), state=RequestState.OPEN)
        is_asked_again = Q(Exists(asked), ticket__status=Status.RESOLVED)
        return self.filter(Q(ticket__status__in=OPEN_STATUSES) | is_asked_again, closed_at=None)


class Commitment(models.Model):
    """The open escalation of a ticket: who answers for it, the plan, the expected time. One row a ticket.

    It opens with the first step or request of whatever origin, closes when the escalation manager closes it, and opens
    again with the next. Its history is the ticket's events. `plan` is a person's words, in one language; until somebody
    wrote it, `plan_en`/`plan_zh` of the step's row hold. `slips` counts expected times that passed, over the ticket's life;
    `slipped_at` marks the present `expected_at` as counted, and `missed_expected_at` is the one that was last not kept.
    """

    ticket = models.OneToOneField(Ticket, on_delete=models.CASCADE, related_name="commitment")
    opened_at = models.DateTimeField(_("open since"))
    trigger = models.CharField(_("asked by"), max_length=10, choices=Trigger.choices)
    asked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    owner = models.ForeignKey(
        User, verbose_name=_("owner"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    plan = models.TextField(_("plan"), blank=True)
    plan_en = models.TextField(_("plan (English)"), blank=True)
    plan_zh = models.TextField(_("plan (Chinese)"), blank=True)
    expects = models.CharField(max_length=10, choices=Expects.choices, default=Expects.TAKEOVER)
    expected_at = models.DateTimeField(_("expected by"), null=True)
    slipped_at = models.DateTimeField(null=True)
    slips = models.PositiveIntegerField(_("slips"), default=0)
    missed_expected_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(_("acknowledged"), null=True)
    acknowledged_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    closed_at = models.DateTimeField(_("closed"), null=True)
    closed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("commitment")
        verbose_name_plural = _("commitments")
        indexes = (
            models.Index(
                fields=("expected_at",),
                name="commitment_expected",
                condition=Q(closed_at=None, slipped_at=None, expected_at__isnull=False),
            ),
            models.Index(fields=("opened_at",), name="commitment_open", condition=Q(closed_at=None)),
        )

    def __str__(self) -> str:
        return f"#{self.ticket_id}"

    @property
    def plan_shown(self) -> str:
        return self.plan or in_reader_language(self, "plan")


class EscalationRequest(models.Model):
    """A customer's escalation of a ticket. At most one is not answered at a time; further reasons append to it."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="escalation_requests")
    state = models.CharField(max_length=10, choices=RequestState.choices, default=RequestState.OPEN)
    opened_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    answer = models.TextField(blank=True)

    class Meta:
        ordering = ("pk",)
        verbose_name = _("customer's escalation")
        verbose_name_plural = _("customers' escalations")
        constraints = (
            models.UniqueConstraint(fields=("ticket",), condition=Q(state=RequestState.OPEN), name="request_one_open"),
        )

    def __str__(self) -> str:
        return f"#{self.ticket_id}"


class EscalationReason(models.Model):
    """One reason of a customer's escalation, in the customer's words. Append-only."""

    request = models.ForeignKey(EscalationRequest, on_delete=models.CASCADE, related_name="reasons")
    reason = models.CharField(_("reason"), max_length=10, choices=RequestReason.choices)
    body = models.TextField(_("in your words"), blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    submission_key = models.UUIDField(unique=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.get_reason_display()


class TrackerLink(models.Model):
    """Where R&D works on it. Staff only."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="tracker_links")
    url = models.URLField(_("address"), max_length=500)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        verbose_name = _("tracker link")
        verbose_name_plural = _("tracker links")
        constraints = (models.UniqueConstraint(fields=("ticket", "url"), name="tracker_link_once"),)

    def __str__(self) -> str:
        return self.url
