"""Is the sweep alive and in time? Its heartbeat, how late the oldest look is, and the alarm when either is amiss.

Whoever runs anyway keeps watch: the sweep itself, the fan-out of events, and the page a supervisor asks. So a sweep that
is dead is noticed by something that lives. An alarm is told once, and so is its end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.choices import Role
from accounts.models import User
from escalation.alarms import tell_administrators
from escalation.models import Heartbeat
from tickets.models import Ticket

SWEEP = "sweep"
MOST_LATE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Pulse:
    """How the sweep is at an instant. `beat_at`: when it last came to its end, None for never. `lag`: of the oldest look."""

    beat_at: datetime | None
    silent_for: timedelta
    lag: timedelta
    alarmed_at: datetime | None
    looked_at: int

    @property
    def is_silent(self) -> bool:
        return self.silent_for > MOST_LATE

    @property
    def is_late(self) -> bool:
        return self.lag > MOST_LATE

    @property
    def is_well(self) -> bool:
        return not (self.is_silent or self.is_late)


def pulse(now: datetime) -> Pulse:
    """Two queries; writes nothing. A site whose sweep never ran is silent from the start.

    Until a first sweep has finished, lateness counts from when somebody first expected one: what was overdue before that is
    not the sweep's delay.
    """
    row = Heartbeat.objects.filter(job=SWEEP).first()
    beat_at = (row.finished_at or row.started_at) if row else None
    began = row.started_at if row and row.finished_at is None else datetime.min.replace(tzinfo=UTC)
    oldest = Ticket.objects.worth_a_look(now).values_list("check_at", flat=True).first()
    return Pulse(
        beat_at=beat_at,
        silent_for=now - beat_at if beat_at else timedelta.max,
        lag=now - max(oldest, began) if oldest else timedelta(0),
        alarmed_at=row.alarmed_at if row else None,
        looked_at=row.looked_at if row else 0,
    )


def beating(now: datetime, sweep: Callable[[], int]) -> None:
    """Run the sweep between two beats of its heart. `sweep` gives how many tickets it looked at."""
    late = pulse(now).lag
    row, _is_new = Heartbeat.objects.get_or_create(job=SWEEP, defaults={"started_at": now})
    rows = Heartbeat.objects.filter(pk=row.pk)
    rows.update(lag=max(int(late.total_seconds()), 0))
    rows.exclude(finished_at=None).update(started_at=now)  # the very first start stays until a sweep has finished
    looked_at = sweep()
    rows.update(finished_at=now, looked_at=looked_at)
    watch(now)


def watch(now: datetime) -> Pulse:
    """Alarm the administrators when the sweep is silent or late, once; and tell them once when it is over."""
    seen = pulse(now)
    if seen.is_well and seen.alarmed_at is None:
        return seen
    if seen.beat_at is None:  # just started: its first sweep gets its time, whoever else looks at this instant
        Heartbeat.objects.get_or_create(job=SWEEP, defaults={"started_at": now})
        return seen
    rows = Heartbeat.objects.filter(job=SWEEP)
    with transaction.atomic():
        if seen.is_well:
            is_news = rows.filter(alarmed_at__isnull=False).update(alarmed_at=None)
        else:
            is_news = rows.filter(alarmed_at=None).update(alarmed_at=now)
        if is_news:
            tell_administrators(SWEEP, lambda: (headline(seen), explanation(seen)), is_over=seen.is_well, now=now)
    return seen


def may_see_health(user: User) -> bool:
    """Managers and administrators read how escalation does."""
    return user.is_staff and user.role in (Role.MANAGER, Role.ADMINISTRATOR)


def headline(seen: Pulse) -> str:
    """In the present language."""
    if seen.is_silent:
        return _("Escalation stands still: no sweep has finished")
    if seen.is_late:
        return _("Escalation is late: tickets wait for the sweep")
    return _("Escalation works again")


def explanation(seen: Pulse) -> str:
    """What is amiss and what to do, in the present language."""
    if seen.is_silent:
        return _(
            "Overdue tickets do not climb at the moment. See that beat and a worker are running, and restart them. "
            "Nothing is lost: the next sweep goes on with the longest waiting."
        )
    if seen.is_late:
        return _("The oldest look is %(minutes)s minutes late. See whether a worker has too much to do.") % {
            "minutes": int(seen.lag.total_seconds() // 60)
        }
    return _("Sweeps finish, and no ticket waits longer than it should.")
