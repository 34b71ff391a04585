"""The hourly proof that escalation works from end to end: a ticket of our own goes overdue, and the real sweep must move it.

Called each minute: files a canary an hour, sees whether the one before climbed and its event was taken up by the fan-out,
clears it away, and alarms administrators when it did not in time. The same as for the sweep's own alarm, a failure is told
once, and so is its end. What the canary proves is decided by nobody here: the ladder, the sweep and the fan-out run as always.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.choices import Role
from accounts.models import Organisation, User
from escalation.alarms import tell_administrators
from escalation.choices import Trigger
from escalation.models import CanaryRun, Escalation, Heartbeat
from tickets.actions import clear_canary, open_canary
from tickets.choices import EventKind
from tickets.models import Category, TicketEvent

JOB = "canary"
EVERY = timedelta(hours=1)
CLIMBS_WITHIN = timedelta(minutes=5)  # of its start: the sweep comes each minute, and the oldest look may be 2 min late
TOLD_WITHIN = timedelta(minutes=15)  # a fan-out may have much to tell before it
MISSED_AFTER = 2 * EVERY + TOLD_WITHIN  # without a new run by then, nobody runs it
KEPT_FOR = timedelta(days=30)
NO_STEP, NOT_TOLD = "no_step", "not_told"  # why a run failed


@dataclass(frozen=True, slots=True)
class Proof:
    """What is known at an instant. `last_good` is the last run that came to its end, `newest` the last that did or failed."""

    last_good: CanaryRun | None
    newest: CanaryRun | None
    is_missed: bool

    @property
    def is_well(self) -> bool:
        return not self.is_missed and (self.newest is None or self.newest.failed_at is None)

    @property
    def climbed_for(self) -> timedelta | None:
        """From filing to step, of the last good run."""
        run = self.last_good
        return run.escalated_at - run.started_at if run and run.escalated_at else None

    @property
    def told_for(self) -> timedelta | None:
        """From filing until its event was taken up to be told."""
        run = self.last_good
        return run.told_at - run.started_at if run and run.told_at else None


def run(now: datetime) -> None:
    """One look: judge the run that is under way, and begin the next when its hour has come. Any number may look at once."""
    for each in _under_way():
        _judge(each, now=now)
    if not CanaryRun.objects.filter(started_at__gt=now - EVERY).exists():
        _begin(now=now)


def _under_way() -> QuerySet[CanaryRun]:
    return CanaryRun.objects.filter(told_at=None, failed_at=None)


def proof(now: datetime) -> Proof:
    """Three queries; writes nothing."""
    over = CanaryRun.objects.exclude(told_at=None, failed_at=None)
    began = CanaryRun.objects.values_list("started_at", flat=True).first()
    return Proof(
        last_good=CanaryRun.objects.filter(told_at__isnull=False).first(),
        newest=over.first(),
        is_missed=began is not None and now - began > MISSED_AFTER,
    )


def _begin(*, now: datetime) -> None:
    """File a canary. A site without organisations, categories or administrators has nothing to prove yet."""
    organisation = Organisation.objects.order_by("pk").first()
    by = User.objects.active().filter(role=Role.ADMINISTRATOR).order_by("pk").first()
    if organisation is None or by is None or not Category.objects.exists():
        return
    with transaction.atomic():
        Heartbeat.objects.get_or_create(job=JOB, defaults={"started_at": now})
        beat = Heartbeat.objects.select_for_update().get(job=JOB)
        if CanaryRun.objects.filter(started_at__gt=now - EVERY).exists():
            return  # another one that looked at the same minute was faster
        CanaryRun.objects.filter(started_at__lt=now - KEPT_FOR).delete()
        CanaryRun.objects.create(ticket=open_canary(organisation=organisation, by=by, now=now), started_at=now)
        beat.started_at = now
        beat.save(update_fields=["started_at"])


def _judge(each: CanaryRun, *, now: datetime) -> None:
    step = Escalation.objects.filter(ticket=each.ticket_id, trigger=Trigger.CLOCK).order_by("step_no").first()
    if step is None:
        if now - each.started_at > CLIMBS_WITHIN:
            _fail(each, why=NO_STEP, now=now)
        return
    if each.escalated_at is None:
        _under_way().filter(pk=each.pk).update(escalated_at=step.created_at)
    told_at = _told_at(step)
    if told_at is not None:
        _succeed(each, told_at=told_at, now=now)
    elif now - each.started_at > TOLD_WITHIN:
        _fail(each, why=NOT_TOLD, now=now)


def _told_at(step: Escalation) -> datetime | None:
    """When the fan-out took up the step's event. It tells nobody: nobody may see the ticket."""
    kinds = (EventKind.ESCALATED, EventKind.MANAGER_PAGED)
    events = TicketEvent.objects.filter(ticket=step.ticket_id, kind__in=kinds, fanned_out_at__isnull=False)
    return events.order_by("pk").values_list("fanned_out_at", flat=True).first()


def _succeed(each: CanaryRun, *, told_at: datetime, now: datetime) -> None:
    with transaction.atomic():
        if not _under_way().filter(pk=each.pk).update(told_at=told_at):
            return
        _clear(each)
        Heartbeat.objects.filter(job=JOB).update(finished_at=now)
        if Heartbeat.objects.filter(job=JOB, alarmed_at__isnull=False).update(alarmed_at=None):
            tell_administrators(JOB, _over, is_over=True, now=now)


def _fail(each: CanaryRun, *, why: str, now: datetime) -> None:
    with transaction.atomic():
        if not _under_way().filter(pk=each.pk).update(failed_at=now, why=why):
            return
        _clear(each)
        Heartbeat.objects.get_or_create(job=JOB, defaults={"started_at": each.started_at})
        if Heartbeat.objects.filter(job=JOB, alarmed_at=None).update(alarmed_at=now):
            tell_administrators(JOB, lambda: (headline(why), explanation(why)), is_over=False, now=now)


def _clear(each: CanaryRun) -> None:
    if each.ticket_id:
        clear_canary(ticket_id=each.ticket_id)


def headline(why: str) -> str:
    """Of a failure, in the present language."""
    if why == NOT_TOLD:
        return _("Escalation's hourly proof failed: the step was told to nobody")
    return _("Escalation's hourly proof failed: an overdue ticket did not climb")


def explanation(why: str) -> str:
    """What happened and what to do, in the present language."""
    if why == NOT_TOLD:
        return _(
            "A test ticket climbed, but within %(minutes)s minutes no worker took up the event that tells people of it. See "
            "that a worker is running, and what the log says of the fan-out."
        ) % {"minutes": TOLD_WITHIN // timedelta(minutes=1)}
    return _(
        "A test ticket was overdue and no sweep moved it to the next tier within %(minutes)s minutes. See that beat and a "
        "worker are running, and what the log says of the sweep. The next proof begins within the hour."
    ) % {"minutes": CLIMBS_WITHIN // timedelta(minutes=1)}


def _over() -> tuple[str, str]:
    return _("Escalation's hourly proof works again"), _(
        "A test ticket went overdue, climbed, and was taken up to be told."
    )
