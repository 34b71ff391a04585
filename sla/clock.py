"""What a clock says: a pure function of its segments, its target and its calendar. No ORM, no current time of its own.

Decided here: due, elapsed, remaining, at-risk and breach instants. Not decided here: which status pauses a clock
(tickets/lifecycle.py) and what follows from a breach (escalation/ladder.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sla.calendar import BusinessCalendar

Step = Literal["started", "paused", "resumed", "stopped", "cancelled"]
State = Literal["running", "paused", "met", "breached", "cancelled"]
_RUNS_AFTER = frozenset({"started", "resumed"})
AT_RISK_SHARE = 0.75  # of the target's working time


@dataclass(frozen=True, slots=True)
class Segment:
    """One line of the ledger: from `at` on, the clock is in the state that `step` names."""

    step: Step
    at: datetime


@dataclass(frozen=True, slots=True)
class ClockFacts:
    """All that a clock's reading follows from.

    `segments` in order of time, the first one `started`; `target` in working seconds of `calendar`. `breached_at` and
    `frozen_due_at` are facts recorded earlier, which nothing undoes.
    """

    segments: Sequence[Segment]
    target: int
    calendar: BusinessCalendar
    breached_at: datetime | None = None
    frozen_due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a clock says at an instant. Instants in UTC, durations in working seconds of the clock's calendar."""

    state: State
    due_at: datetime | None
    at_risk_at: datetime | None
    breached_at: datetime | None
    stopped_at: datetime | None
    elapsed_for: int
    remaining_for: int
    is_running: bool

    def is_at_risk(self, now: datetime) -> bool:
        return self.state == "running" and self.at_risk_at is not None and now >= self.at_risk_at


def read(facts: ClockFacts, now: datetime) -> Reading:
    """The clock's reading at `now`.

    Met means stopped at or before due; breached means strictly after due, dated at the due instant whenever it was
    noticed. A paused clock has no due. A clock whose calendar never reaches the target has no due and is never late.
    """
    last = facts.segments[-1].step
    due_at = facts.frozen_due_at or facts.breached_at or _due_at(facts)
    breached_at = facts.breached_at or _breached_at(facts, due_at, now)
    elapsed = _elapsed(facts, now)
    is_running = last in _RUNS_AFTER
    return Reading(
        state=_state(last, breached_at),
        due_at=None if last == "paused" and breached_at is None else due_at,
        at_risk_at=_instant_at(facts, timedelta(seconds=facts.target) * AT_RISK_SHARE) if is_running else None,
        breached_at=breached_at,
        stopped_at=facts.segments[-1].at if last in ("stopped", "cancelled") else None,
        elapsed_for=elapsed,
        remaining_for=facts.target - elapsed,
        is_running=is_running,
    )


def running_spans(segments: Sequence[Segment], until: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The spans in which the clock ran, the open one ending at `until`. Empty and reversed spans are left out."""
    began: datetime | None = None
    for segment in segments:
        if began is None and segment.step in _RUNS_AFTER:
            began = segment.at
        elif began is not None and segment.step not in _RUNS_AFTER:
            if segment.at > began:
                yield began, segment.at
            began = None
    if began is not None and until > began:
        yield began, until


def _elapsed(facts: ClockFacts, now: datetime) -> int:
    """Whole working seconds; the spans are added up first and cut then, so that pauses lose nothing."""
    spans = (facts.calendar.worked_between(*span) for span in running_spans(facts.segments, now))
    return sum(spans, timedelta()) // timedelta(seconds=1)


def _due_at(facts: ClockFacts) -> datetime | None:
    return _instant_at(facts, timedelta(seconds=facts.target))


def _instant_at(facts: ClockFacts, working_time: timedelta) -> datetime | None:
    """The instant at which that much working time had or will have run.

    A clock that stands (paused, stopped) is read as if it ran on from where it stands: that is the due it is judged by
    when it stops. One that stopped exactly there was in time: should it go on, it is due at once, not before.
    """
    left = working_time
    last = facts.segments[-1]
    for begin, end in running_spans(facts.segments, last.at):
        ran = facts.calendar.worked_between(begin, end)
        if left <= ran:
            at = facts.calendar.add(begin, left)
            if at is None or at < end:
                return at
            ran = left
        left -= ran
    return facts.calendar.add(last.at, left)


def _breached_at(facts: ClockFacts, due_at: datetime | None, now: datetime) -> datetime | None:
    last = facts.segments[-1]
    if due_at is None or last.step == "cancelled":
        return None
    judged_at = now if last.step in _RUNS_AFTER else last.at
    return due_at if judged_at > due_at else None


def _state(last: Step, breached_at: datetime | None) -> State:
    if breached_at is not None:
        return "breached"
    if last == "stopped":
        return "met"
    if last in ("paused", "cancelled"):
        return last
    return "running"
