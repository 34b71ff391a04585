"""The SLA receipt of a ticket's clocks: rows gathered and lines put into words, in the reader's language and zone.

What stands on a line is decided by `sla.receipt`. Reads, never writes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sla import wording
from sla.choices import ClockKind
from sla.clock import ClockFacts
from sla.models import Calendar, ClockBase, SegmentBase
from sla.receipt import Line, Receipt, receipt
from tickets.choices import EventKind
from tickets.ledger import facts_of
from tickets.models import Clock, ClockSegment, Ticket, TicketEvent
from tickets.presenting import ClockShown, sentence, shown_state, state_label, wall_seconds
from tickets.promises import working_time
from tickets.wording import event_line

Reasons = Mapping[tuple[str, str], str]
"""Words for a line of the ledger by its step and its reason; %(name)s is who did it."""


@dataclass(frozen=True, slots=True)
class LineShown:
    """`counted` since the line before, empty where nothing was; `look` is paused, late, ahead or empty."""

    at: datetime
    time: str
    words: str
    counted: str
    look: str


@dataclass(frozen=True, slots=True)
class ReceiptShown:
    """A clock's receipt in words. `wall` is the time from the submission (or promise) to the clock's end or now."""

    key: str
    label: str
    state: ClockShown
    state_label: str
    sentence: str
    promised: str
    hours: str
    lines: Sequence[LineShown]
    counted: str
    wall: str
    notes: Sequence[str]


def receipts_of(ticket: Ticket, *, now: datetime) -> list[ReceiptShown]:
    """The receipts of the ticket's clocks, the first response first (3 queries)."""
    segments = Prefetch("segments", ClockSegment.objects.select_related("by").order_by("at", "pk"))
    clocks = {each.kind: each for each in ticket.clocks.select_related("calendar").prefetch_related(segments)}
    changes = ticket.events.filter(kind=EventKind.SEVERITY_CHANGED).select_related("actor").order_by("pk")
    changed = list(changes)
    return [
        _of_clock(clocks[kind], changed, since=ticket.created_at, now=now)
        for kind in ClockKind.values
        if kind in clocks
    ]


def receipt_shown(
    clock: ClockBase,
    facts: ClockFacts,
    *,
    label: str,
    segments: Sequence[SegmentBase],
    since: datetime,
    now: datetime,
    reasons: Reasons,
    changes: Sequence[TicketEvent] = (),
) -> ReceiptShown:
    """The receipt of any clock. `segments` are the rows of the facts' segments; `changes` gave the clock another target."""
    made = receipt(facts, now, [each.at for each in changes])
    reading, days = made.reading, clock.calendar_id is None
    state = shown_state(reading, now)
    words = _Words(clock, segments, reasons, changes, made, days)
    return ReceiptShown(
        key=f"{clock.kind}-{clock.pk}",
        label=label,
        state=state,
        state_label=state_label(state),
        sentence=sentence(reading, days=days),
        promised=working_time(clock.target_for, clock.calendar),
        hours=_hours(clock.calendar),
        lines=[words.shown(line, now) for line in made.lines],
        counted=wording.exact_duration(reading.elapsed_for, days=days),
        wall=wording.exact_duration(wall_seconds(reading, since, now)),
        notes=_notes(clock, segments),
    )


def _of_clock(clock: Clock, changed: Sequence[TicketEvent], *, since: datetime, now: datetime) -> ReceiptShown:
    until = clock.stopped_at or now
    if clock.breached_at:
        until = min(until, clock.breached_at)
    return receipt_shown(
        clock,
        facts_of(clock),
        label=str(ClockKind(clock.kind).label),
        segments=list(clock.segments.all()),
        since=since,
        now=now,
        reasons=_reasons(),
        changes=[each for each in changed if each.at <= until],
    )


@dataclass(frozen=True, slots=True)
class _Words:
    """What each line of a receipt says."""

    clock: ClockBase
    segments: Sequence[SegmentBase]
    reasons: Reasons
    changes: Sequence[TicketEvent]
    made: Receipt
    days: bool

    def shown(self, line: Line, now: datetime) -> LineShown:
        return LineShown(
            at=line.at,
            time=wording.ledger_instant(line.at, now=now),
            words=self._words(line, now),
            counted=wording.exact_duration(line.counted_for, days=self.days) if line.counted_for else "",
            look=self._look(line),
        )

    def _look(self, line: Line) -> str:
        if line.what == "step" and self.segments[line.index].step == "paused":
            return "paused"
        return {"due": "late", "breached": "late", "due_ahead": "ahead"}.get(line.what, "")

    def _words(self, line: Line, now: datetime) -> str:
        if line.what == "step":
            return _step_words(self.segments[line.index], self.reasons)
        if line.what == "mark":
            told = _("%(what)s. The new target and hours count from the start.")
            return told % {"what": event_line(self.changes[line.index])}
        if line.what == "folded" and line.since:
            return self._folded(line, line.since, now)
        if line.what == "breached":
            return self._breached()
        words = {
            "opened": _("Hours begin; the clock counts on"),
            "closed": _("Closed for the day"),
            "break": _("Closed for a break"),
            "now": _("Now; the clock counts on") if self.made.reading.is_running else _("Now; the clock stands still"),
            "due": _("Due: the promised time was used up"),
            "due_ahead": _("It was due then") if self.made.reading.stopped_at else _("Due"),
        }
        return words[line.what]

    def _folded(self, line: Line, since: datetime, now: datetime) -> str:
        words = ngettext("%(n)s working day from %(since)s on", "%(n)s working days from %(since)s on", line.days)
        return words % {"n": line.days, "since": wording.ledger_instant(since, now=now)}

    def _breached(self) -> str:
        if self.clock.breach_cause == "calendar_edit":
            return _("The calendar was edited; by its new hours the time had passed already")
        return _("The severity was changed; by its target the time had passed already")


def _step_words(segment: SegmentBase, reasons: Reasons) -> str:
    """What the clock did, by whom and why."""
    by = getattr(segment, "by", None)
    told = reasons.get((segment.step, segment.reason)) or _steps()[segment.step]
    return told % {"name": by.name if by else _("The system")}


def _reasons() -> Reasons:
    return {
        ("started", "opened"): _("Started: %(name)s filed the ticket"),
        ("paused", "waiting_on_customer"): _("Paused: %(name)s asked something and waits for the answer"),
        ("paused", "waited_on_customer"): _("Paused: %(name)s asked something and waits for the answer"),
        ("resumed", "customer_replied"): _("Goes on: %(name)s answered"),
        ("resumed", "resumed"): _("Goes on: %(name)s waits no longer"),
        ("resumed", "reopened"): _("Goes on: %(name)s opened the ticket again"),
        ("stopped", "answered"): _("Stopped: %(name)s gave the first answer"),
        ("stopped", "resolved"): _("Stopped: %(name)s marked the ticket as solved"),
        ("cancelled", "solved_by_customer"): _("Ended: %(name)s said that it is solved"),
        ("cancelled", "merged"): _("Ended: %(name)s merged the ticket into another"),
    }


def _steps() -> Mapping[str, str]:
    return {
        "started": _("Started"),
        "paused": _("Paused"),
        "resumed": _("Goes on"),
        "stopped": _("Stopped"),
        "cancelled": _("Ended, nothing is owed any more"),
    }


def _hours(calendar: Calendar | None) -> str:
    if calendar is None:
        return _("Counted around the clock, every day of the year")
    definition = calendar.definition
    return _("Counted by the calendar “%(name)s”: %(hours)s, %(zone)s; its holidays and make-up days apply") % {
        "name": calendar.name,
        "hours": wording.weekly_hours(definition.get("weekly", {})),
        "zone": definition.get("tz", ""),
    }


def _notes(clock: ClockBase, segments: Sequence[SegmentBase]) -> list[str]:
    calendar = clock.calendar
    if calendar is None or all(getattr(each, "calendar_version", 0) == calendar.version for each in segments):
        return []
    if clock.stopped_at or clock.breached_at:
        return [
            _("The calendar was edited since. What was met or missed stays as it was; the lines use the present hours.")
        ]
    return [
        _("The calendar was edited since this clock started. The lines use the present hours, and so does the due.")
    ]
