"""How a ticket's clocks, owner and status are shown: rows and `now` in, plain values for templates out. Reads, never writes.

What a clock says is decided by `sla.clock`; its words are chosen here, in the reader's language.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from sla import wording
from sla.calendar import BusinessCalendar
from sla.choices import ClockKind
from sla.clock import Reading, read
from sla.policies import calendar_of
from tickets.choices import Status
from tickets.ledger import facts_of
from tickets.models import Clock, Ticket

ClockShown = Literal["running", "at_risk", "paused", "met", "breached", "cancelled"]
_LOOK_AHEAD = timedelta(days=31)  # how far the end of the present opening is looked for


@dataclass(frozen=True, slots=True)
class ClockView:
    """A clock at an instant. Instants in UTC; durations in working seconds of its calendar, negative when over.

    `is_ticking` says whether time is being counted at all (not paused, not stopped); `open_until` is the end of the
    present opening of a business calendar, None while it is closed and for clocks around the clock. `total_seconds` is what
    passed by the wall from filing to the clock's end, or to now: the customer lives by that one.
    """

    kind: str
    label: str
    state: ClockShown
    state_label: str
    target_seconds: int
    elapsed_seconds: int
    remaining_seconds: int
    due_at: datetime | None
    breached_at: datetime | None
    stopped_at: datetime | None
    is_ticking: bool
    is_business: bool
    open_until: datetime | None
    sentence: str
    total_seconds: int

    @property
    def is_over(self) -> bool:
        return self.remaining_seconds < 0

    @property
    def is_closed_now(self) -> bool:
        """Does it stand still only because nobody works at this hour?"""
        return self.is_ticking and self.is_business and self.open_until is None


@dataclass(frozen=True, slots=True)
class OwnerView:
    """Who has the ticket, and at which level of support. `name` is empty until somebody takes it."""

    name: str
    tier: str
    tier_label: str
    line: str

    def __str__(self) -> str:
        return self.line


def clocks_loaded() -> Prefetch:
    """For `prefetch_related`: the clocks with calendar and ledger, so that `clock_views` reads nothing (2 queries)."""
    return Prefetch("clocks", Clock.objects.select_related("calendar").prefetch_related("segments"))


def clock_views(ticket: Ticket, now: datetime) -> dict[str, ClockView]:
    """The ticket's clocks by kind, the first response first."""
    by_kind = {clock.kind: clock for clock in ticket.clocks.all()}
    return {kind: clock_view(by_kind[kind], now) for kind in ClockKind.values if kind in by_kind}


def clock_view(clock: Clock, now: datetime) -> ClockView:
    """The clock as it reads at `now`; reads its segments and calendar."""
    facts = facts_of(clock)
    reading = read(facts, now)
    calendar = calendar_of(clock.calendar)
    state = shown_state(reading, now)
    return ClockView(
        kind=clock.kind,
        label=str(ClockKind(clock.kind).label),
        state=state,
        state_label=state_label(state),
        target_seconds=clock.target_for,
        elapsed_seconds=reading.elapsed_for,
        remaining_seconds=reading.remaining_for,
        due_at=reading.due_at,
        breached_at=reading.breached_at,
        stopped_at=reading.stopped_at,
        is_ticking=reading.is_running,
        is_business=clock.calendar_id is not None,
        open_until=_open_until(calendar, now) if clock.calendar_id and reading.is_running else None,
        sentence=sentence(reading, days=clock.calendar_id is None),
        total_seconds=wall_seconds(reading, facts.segments[0].at, now),
    )


def nearest_clock(views: Iterable[ClockView]) -> ClockView | None:
    """The one clock that a row has room for: the ticking one that is due first, else a paused one, else the last."""
    views = list(views)
    dues = [(view.due_at, view.kind, view) for view in views if view.is_ticking and view.due_at]
    if dues:
        return min(dues, key=lambda due: due[:2])[2]
    standing = [view for view in views if view.stopped_at is None]
    return next(reversed(standing or views), None)


def owner(ticket: Ticket) -> OwnerView:
    """The owner and the tier; reads `ticket.assignee`."""
    tier = ticket.get_tier_display()
    if ticket.assignee is None:
        line = _("%(tier)s, being assigned") % {"tier": tier}
        return OwnerView(name="", tier=ticket.tier, tier_label=tier, line=line)
    line = pgettext("owner of a ticket", "%(name)s, %(tier)s") % {"name": ticket.assignee.name, "tier": tier}
    return OwnerView(name=ticket.assignee.name, tier=ticket.tier, tier_label=tier, line=line)


def owner_line(ticket: Ticket) -> str:
    """“Frank Li, Tier 2 experts”, or “R&D, being assigned” until somebody takes it."""
    return owner(ticket).line


def customer_status(ticket: Ticket) -> str:
    """The status from where the customer stands."""
    words = {
        Status.OPEN: pgettext("status for the customer", "With us"),
        Status.WAITING_CUSTOMER: pgettext("status for the customer", "Waiting on you"),
        Status.WAITING_INTERNAL: pgettext("status for the customer", "With our specialists"),
    }
    return words.get(Status(ticket.status), ticket.get_status_display())


def wall_seconds(reading: Reading, since: datetime, now: datetime) -> int:
    """What passed by the wall since then, to the clock's end or to now."""
    return max(int(((reading.stopped_at or now) - since).total_seconds()), 0)


def shown_state(reading: Reading, now: datetime) -> ClockShown:
    return "at_risk" if reading.is_at_risk(now) else reading.state


def state_label(state: ClockShown) -> str:
    labels: dict[str, str] = {
        "running": pgettext("clock", "Running"),
        "at_risk": pgettext("clock", "At risk"),
        "paused": pgettext("clock", "Paused"),
        "met": pgettext("clock", "Met"),
        "breached": pgettext("clock", "Overdue"),
        "cancelled": pgettext("clock", "Ended"),
    }
    return labels[state]


def sentence(reading: Reading, *, days: bool) -> str:
    """What is left or over, or how long it took; the same words that the page's script counts on with."""
    if reading.state == "cancelled":
        return _("not counted any more")
    if reading.state == "met" and not days and not reading.elapsed_for:
        return _("before hours began")
    if reading.state == "met":
        return _("in {}").replace("{}", wording.duration(reading.elapsed_for, days=days))
    words = _("{} left") if reading.remaining_for >= 0 else _("{} over")
    return words.replace("{}", wording.duration(reading.remaining_for, days=days))


def _open_until(calendar: BusinessCalendar, now: datetime) -> datetime | None:
    opens, closes = next(calendar.intervals(now, now + _LOOK_AHEAD), (now, now))
    return closes if opens <= now < closes else None
