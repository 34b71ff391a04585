"""The ticket itself: one problem of one organisation."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q
from django.db.models.functions import Coalesce, Least
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.bilingual import BilingualName, in_reader_language
from accounts.choices import MemberRole, Platform, Tier
from accounts.models import App, Membership, Organisation, SdkProduct, User, VersionedModel
from sla.choices import Severity
from sla.models import Calendar
from tickets.choices import Frequency, Network, Status
from tickets.lifecycle import OPEN_STATUSES


class CategoryQuerySet(models.QuerySet["Category"]):
    def offered(self) -> CategoryQuerySet:
        return self.filter(is_offered=True)


class Category(BilingualName, models.Model):
    """What kind of problem it is; decides what is asked."""

    code = models.SlugField(_("code"), unique=True)
    name_en = models.CharField(_("name in English"), max_length=80)
    name_zh = models.CharField(_("name in Chinese"), max_length=80)
    example_en = models.CharField(_("example in English"), max_length=200, blank=True)
    example_zh = models.CharField(_("example in Chinese"), max_length=200, blank=True)
    is_about_a_call = models.BooleanField(
        _("about a call"),
        default=True,
        help_text=_("What was recorded of the call is counted down to its erasure, also where no channel is told."),
    )
    first_question_en = models.CharField(
        _("first question in English"), max_length=300, blank=True, help_text=_("Stands beside the description.")
    )
    first_question_zh = models.CharField(_("first question in Chinese"), max_length=300, blank=True)
    attachments_en = models.CharField(
        _("files to ask for, in English"), max_length=300, blank=True, help_text=_("Stands beside the files.")
    )
    attachments_zh = models.CharField(_("files to ask for, in Chinese"), max_length=300, blank=True)
    is_offered = models.BooleanField(
        _("offered"), default=True, help_text=_("Switched off, nobody files under it any more; its tickets keep it.")
    )
    position = models.PositiveSmallIntegerField(_("position in lists"), default=0)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        ordering = ("position", "pk")
        verbose_name = _("category")
        verbose_name_plural = _("categories")

    @property
    def example(self) -> str:
        return in_reader_language(self, "example")

    @property
    def first_question(self) -> str:
        return in_reader_language(self, "first_question")

    @property
    def attachments(self) -> str:
        return in_reader_language(self, "attachments")


# The condition of the queue's index, word for word and without parameters: SQLite takes a partial index only where it can see
# that the query implies its condition, and does not look at parameters.
_OPEN = ("open", "in_progress", "waiting_customer", "waiting_internal")
_IS_OPEN = Func(
    F("status"),
    template="%(expressions)s IN ({})".format(", ".join(f"'{status}'" for status in _OPEN)),
    output_field=models.BooleanField(),
)


class TicketQuerySet(models.QuerySet["Ticket"]):
    def visible_to(self, user: User) -> TicketQuerySet:
        """Staff see every ticket. Customers see, of their own organisations', what is shared, what they filed or
        follow, and as organisation admin everything. Nobody sees the canary of escalation's own proof."""
        if not user.is_authenticated or not user.is_active:
            return self.none()
        if user.is_staff:
            return self.filter(is_canary=False)
        memberships = Membership.objects.filter(user=user, organisation=OuterRef("organisation"))
        followed = Follower.objects.filter(user=user, ticket=OuterRef("pk"))
        return self.filter(
            Exists(memberships),
            Q(is_canary=False),
            Q(is_shared=True)
            | Q(requester=user)
            | Exists(followed)
            | Exists(memberships.filter(role=MemberRole.ADMIN)),
        )

    def open(self) -> TicketQuerySet:
        return self.filter(_IS_OPEN)

    def worth_a_look(self, now: datetime) -> TicketQuerySet:
        """Tickets whose `check_at` has come, the longest waiting first."""
        return self.filter(check_at__lte=now).order_by("check_at", "pk")


class Ticket(models.Model):
    """`check_at` is the earliest instant at which a clock or the ladder is worth a look; it may be early, never late.
    `step_no` counts every move between tiers, up or down. `sla_terms` are the targets in force at creation. `look_calendar`
    is set where `check_at` follows from a grace counted on it, as it was in its version `look_version`."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="tickets", db_index=False)
    app = models.ForeignKey(App, null=True, blank=True, on_delete=models.SET_NULL, related_name="tickets")
    requester = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tickets_filed")
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="tickets", db_index=False)
    subject = models.CharField(_("subject"), max_length=200)
    severity = models.CharField(_("severity"), max_length=2, choices=Severity.choices)
    status = models.CharField(_("status"), max_length=20, choices=Status.choices, default=Status.OPEN)
    tier = models.CharField(_("tier"), max_length=3, choices=Tier.choices, default=Tier.T1)
    assignee = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.SET_NULL, related_name="tickets_assigned", db_index=False
    )
    is_shared = models.BooleanField(_("shared with the organisation"), default=True)

    sla_terms = models.JSONField()
    step_no = models.PositiveIntegerField(default=0)
    last_step_at = models.DateTimeField(null=True)
    woken_at = models.DateTimeField(null=True)  # last reopened, or resumed from waiting on the customer
    manager_paged_at = models.DateTimeField(null=True)
    check_at = models.DateTimeField(null=True)
    look_calendar = models.ForeignKey(Calendar, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    look_version = models.PositiveIntegerField(null=True)
    next_due_at = models.DateTimeField(null=True)  # earliest due of an unstopped running clock
    data_gone_at = models.DateTimeField(
        null=True
    )  # next erasure of unsaved data of its call: the last chance to save it
    hurts_at = models.GeneratedField(  # the earlier of the two: the queue's order
        expression=Least(Coalesce("next_due_at", "data_gone_at"), Coalesce("data_gone_at", "next_due_at")),
        output_field=models.DateTimeField(null=True),
        db_persist=True,
    )

    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged_tickets", db_index=False
    )
    follows = models.ForeignKey(  # the closed ticket after which its customer wrote again
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="follow_ups", db_index=False
    )
    answered_at = models.DateTimeField(null=True)  # last public reply of a human engineer
    unpromised_answer_at = models.DateTimeField(null=True)  # a public reply after which no next update is promised yet
    # How many of the facts that its kind needs the customer has told, None while nobody judged it; and which are lacking.
    readiness = models.PositiveSmallIntegerField(null=True)
    lacking = models.CharField(max_length=200, blank=True)  # codes of `tickets.coach.Aspect`, parted by blanks
    is_canary = models.BooleanField(default=False)  # filed by the sweep's own health check; nobody's business

    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    submission_key = models.UUIDField(unique=True)

    objects = TicketQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        indexes = (
            models.Index(fields=("check_at",), name="ticket_check_at", condition=Q(check_at__isnull=False)),
            models.Index(
                fields=("look_calendar", "look_version"),
                name="ticket_look_calendar",
                condition=Q(look_calendar__isnull=False),
            ),
            models.Index(
                fields=("hurts_at", "severity", "id"),
                name="ticket_queue",
                condition=Q(status__in=_OPEN),
            ),
            models.Index(fields=("data_gone_at",), name="ticket_data_gone", condition=Q(data_gone_at__isnull=False)),
            models.Index(
                fields=("unpromised_answer_at",),
                name="ticket_unpromised_answer",
                condition=Q(unpromised_answer_at__isnull=False),
            ),
            models.Index(fields=("organisation", "status", "-updated_at"), name="ticket_org_status"),
            models.Index(fields=("assignee", "status"), name="ticket_assignee_status"),
            models.Index(fields=("merged_into",), name="ticket_merged_into", condition=Q(merged_into__isnull=False)),
            models.Index(fields=("follows",), name="ticket_follows", condition=Q(follows__isnull=False)),
        )
        constraints = (
            models.CheckConstraint(condition=Q(severity__in=Severity.values), name="ticket_severity_known"),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="ticket_status_known"),
            models.CheckConstraint(condition=Q(tier__in=Tier.values), name="ticket_tier_known"),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(status=Status.CLOSED), name="ticket_merged_is_closed"
            ),
        )

    def __str__(self) -> str:
        return f"#{self.pk} {self.subject}"

    def get_absolute_url(self) -> str:
        return reverse("tickets:detail", args=[self.pk])

    @property
    def number(self) -> str:
        return f"#{self.pk}"

    @property
    def is_merged(self) -> bool:
        return self.merged_into_id is not None

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES

    @property
    def severity_code(self) -> str:
        return self.severity.upper()


class Environment(VersionedModel):
    """Where and when it happened. Instants in UTC; `occurred_zone` is the IANA zone in which the customer gave them.

    `call_data` is a cache of what `tickets.telemetry` says: for each source its words and when it erases its record of this
    call, the first to go first; it was reckoned at `call_data_at`.
    `user_ids` is what older tickets were told on one line; who and whose stream are answers of their own now.
    """

    ticket = models.OneToOneField(Ticket, on_delete=models.CASCADE, related_name="environment")
    product = models.ForeignKey(
        SdkProduct, verbose_name=_("SDK"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    platform = models.CharField(_("platform"), max_length=20, choices=Platform.choices, blank=True)
    os_version = models.CharField(_("operating system"), max_length=80, blank=True)
    device = models.CharField(_("device"), max_length=120, blank=True)
    network = models.CharField(_("network"), max_length=10, choices=Network.choices, blank=True)
    channel = models.CharField(_("channel or room"), max_length=128, blank=True)
    user_ids = models.CharField(_("user ids"), max_length=255, blank=True)
    occurred_at = models.DateTimeField(_("when it happened"), null=True, blank=True)
    occurred_until = models.DateTimeField(_("until when"), null=True, blank=True)
    occurred_zone = models.CharField(_("time zone"), max_length=60, blank=True)
    frequency = models.CharField(_("how often"), max_length=10, choices=Frequency.choices, blank=True)
    steps = models.TextField(_("steps to reproduce"), blank=True)
    call_data = models.JSONField(default=list, blank=True)
    call_data_at = models.DateTimeField(null=True)
    data_saved_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=("channel",), name="environment_channel"),
            models.Index(fields=("platform", "sdk_version_key", "ticket"), name="environment_sdk"),
            models.Index(
                fields=("call_data_at",), name="environment_call_data", condition=Q(occurred_at__isnull=False)
            ),
        )


class Follower(models.Model):
    """A person who is told of what happens on a ticket without owning it."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="followers", db_index=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="follows")
    created_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("ticket", "user"), name="follower_unique"),)


class Resolution(models.Model):
    """One time that a ticket was resolved: cause, fix and prevention, in the engineer's words. Append-only."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="resolutions")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    cause = models.TextField(_("cause"), blank=True)
    fix = models.TextField(_("fix"), blank=True)
    prevention = models.TextField(_("prevention"), blank=True)

    class Meta:
        ordering = ("at", "pk")


class TicketVisit(models.Model):
    """How far a person has read a ticket: everything up to that event."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="visits")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    seen_event_id = models.BigIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("ticket", "user"), name="visit_unique"),)
