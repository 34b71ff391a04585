"""One line of the queue: what hurts next on a ticket and in which words. PURE but for the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from sla import wording
from sla.choices import ClockKind, ClockState
from tickets.advice import told_of
from tickets.call_data import time_words
from tickets.choices import Status
from tickets.models import Clock, Ticket
from tickets.telemetry import SOON


@dataclass(frozen=True, slots=True)
class TimeLeft:
    """The one clock that a line has room for. `state` is a clock's code, `text` counts on from `due_at` where there is one."""

    state: str
    word: str
    reason: str
    text: str = ""
    due_at: datetime | None = None
    is_data: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    ticket: Ticket
    time: TimeLeft
    band: str
    band_label: str
    ready: str = ""

    @property
    def stamp(self) -> str:
        """Differs when anything on the line does."""
        return f"{self.ticket.updated_at.timestamp():.6f}-{self.time.state}-{self.ticket.step_no}"


def row(ticket: Ticket, *, now: datetime) -> Row:
    """The line of a ticket whose clocks, organisation and owner are loaded."""
    time = time_left(ticket, list(ticket.clocks.all()), now=now)
    band, label = _band(ticket, now=now)
    return Row(ticket=ticket, time=time, band=band, band_label=label, ready=_ready(ticket))


def _ready(ticket: Ticket) -> str:
    """How much of what its kind needs the customer has told: “Ready: 4 of 6”."""
    told = told_of(ticket)
    return told.figure if told and ticket.is_open else ""


def time_left(ticket: Ticket, clocks: list[Clock], *, now: datetime) -> TimeLeft:
    """What comes first: the running clock that is due, or the erasure of the call's data; else why no clock runs."""
    if ticket.status == Status.RESOLVED:
        return TimeLeft("met", pgettext("clock", "Stopped"), ticket.get_status_display())
    if ticket.status == Status.CLOSED:
        return TimeLeft("cancelled", pgettext("clock", "Stopped"), ticket.get_status_display())
    if ticket.data_gone_at and ticket.data_gone_at == ticket.hurts_at and ticket.is_open:
        return _data_left(ticket.data_gone_at, now=now)
    if ticket.status == Status.WAITING_CUSTOMER:
        return TimeLeft("paused", pgettext("clock", "Paused"), ticket.get_status_display())
    dues = [(each.due_at, each.kind, each) for each in clocks if each.due_at and not each.stopped_at]
    if not dues:
        return TimeLeft("running", pgettext("clock", "Running"), _("No deadline"))
    due_at, kind, clock = min(dues, key=lambda due: due[:2])
    state, word = _state(clock, due_at, now=now)
    words = _("due in {}") if due_at >= now else _("{} over")
    text = words.replace("{}", wording.duration(due_at - now))
    return TimeLeft(state, word, str(ClockKind(kind).label), text=text, due_at=due_at)


def _data_left(gone_at: datetime, *, now: datetime) -> TimeLeft:
    """Nothing is due before the last chance to save what was recorded of the call."""
    is_soon = gone_at - now < SOON
    word = pgettext("call data", "Erased soon") if is_soon else pgettext("call data", "Kept for now")
    text = time_words(gone_at, now=now)
    return TimeLeft("at_risk" if is_soon else "running", word, _("Call data"), text, gone_at, is_data=True)


def _state(clock: Clock, due_at: datetime, *, now: datetime) -> tuple[str, str]:
    if clock.breached_at or clock.state == ClockState.BREACHED or due_at < now:
        return "breached", pgettext("clock", "Overdue")
    if clock.at_risk_at and clock.at_risk_at <= now:
        return "at_risk", pgettext("clock", "At risk")
    return "running", pgettext("clock", "Running")


def _band(ticket: Ticket, *, now: datetime) -> tuple[str, str]:
    due_at = ticket.hurts_at
    if not ticket.is_open:
        return "done", pgettext("queue", "Done")
    if due_at is None:
        return "still", pgettext("queue", "No clock is running")
    if due_at < now:
        return "late", pgettext("queue", "Overdue")
    if due_at < now + timedelta(hours=1):
        return "hour", pgettext("queue", "Within the hour")
    if due_at < now + timedelta(days=1):
        return "day", pgettext("queue", "Within a day")
    return "later", pgettext("queue", "Later")
