"""Lives of made-up tickets up to the present: what was done when, and what their clocks say of it. No database.

Clocks are read by the product's own arithmetic, so that what is loaded is what the site would have written.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from accounts.choices import Tier
from sla.calendar import BusinessCalendar
from sla.choices import ClockKind, Severity
from sla.clock import ClockFacts, Reading, Segment, Step, read
from sla.terms import SeverityTerms, Terms
from tickets.choices import Status

ANSWERED_AFTER = timedelta(minutes=10)
WAITED_AFTER = timedelta(minutes=20)
_SEVERITIES, _WEIGHTS = list(Severity.values), (2, 10, 50, 38)
_REASONS: Mapping[Step, str] = {
    "started": "opened", "stopped": "answered", "paused": "waiting_on_customer",
}  # fmt: skip


@dataclass(slots=True)
class ClockStory:
    kind: str
    target: int  # working seconds
    segments: list[Segment]
    reading: Reading
    warned_at: datetime | None = None

    @property
    def is_unstopped(self) -> bool:
        return self.reading.stopped_at is None


@dataclass(slots=True)
class Story:
    severity: str
    status: str
    tier: str
    created_at: datetime
    clocks: list[ClockStory] = field(default_factory=list)
    closed_at: datetime | None = None
    stepped_at: datetime | None = None  # of the one step that it already climbed
    check_at: datetime | None = None


class Storyteller:
    """Same seed, same stories. `now` is the instant at which everything is loaded; the sweep is run at it as well."""

    def __init__(
        self, terms: Terms, calendars: Mapping[int | None, BusinessCalendar], now: datetime, seed: int
    ) -> None:
        self.terms, self.calendars, self.now, self.pick = terms, calendars, now, random.Random(seed)

    def closed(self) -> Story:
        """Answered, solved and closed, some time in the last years."""
        created_at = self._ago(days=self.pick.uniform(3, 900))
        resolved_at = created_at + timedelta(minutes=self.pick.uniform(30, 2000))
        story = self._begin(Status.CLOSED, created_at, self._severity())
        story.closed_at = resolved_at
        self._clock(story, ClockKind.FIRST_RESPONSE, ("stopped", created_at + ANSWERED_AFTER))
        self._clock(story, ClockKind.RESOLUTION, ("stopped", resolved_at))
        return story

    def in_time(self) -> Story:
        """Open, with nothing due yet: less wall time passed than would put a clock at risk."""
        severity = self._severity()
        created_at = self._ago(seconds=self.terms[severity].resolution * self.pick.uniform(0, 0.7))
        story = self._begin(self._active_status(), created_at, severity)
        is_answered = created_at + ANSWERED_AFTER <= self.now
        waits = created_at + WAITED_AFTER <= self.now and self.pick.random() < 0.2
        story.status = Status.WAITING_CUSTOMER if waits else story.status
        self._clock(story, ClockKind.FIRST_RESPONSE, ("stopped", created_at + ANSWERED_AFTER) if is_answered else None)
        self._clock(story, ClockKind.RESOLUTION, ("paused", created_at + WAITED_AFTER) if waits else None)
        story.check_at = None if waits else self._next_look(story)
        return story

    def overdue(self) -> Story:
        """A clock ran out and no sweep has seen it, or one did and the grace of the first step is over as well."""
        severity, chance = self._severity(), self.pick.random()
        terms = self.terms[severity]
        if chance < 0.2:
            return self._overdue_in_t2(severity)
        is_answered = chance < 0.75
        seconds = (terms.resolution if is_answered else terms.first_response) * self.pick.uniform(1.1, 2)
        ago = {"seconds": seconds} if terms.calendar_id is None else {"days": self.pick.uniform(20, 40)}
        story = self._begin(self._active_status(), self._ago(**ago), severity)
        self._clock(
            story, ClockKind.FIRST_RESPONSE, ("stopped", story.created_at + ANSWERED_AFTER) if is_answered else None
        )
        self._clock(story, ClockKind.RESOLUTION, None)
        story.check_at = self._next_look(story)
        return story

    def _overdue_in_t2(self, severity: str) -> Story:
        story = self._begin(self._active_status(), self._ago(days=self.pick.uniform(40, 60)), severity)
        self._clock(story, ClockKind.FIRST_RESPONSE, ("stopped", story.created_at + ANSWERED_AFTER))
        clock = self._clock(story, ClockKind.RESOLUTION, None, is_breach_noted=True)
        assert clock.reading.breached_at
        story.tier, story.stepped_at = Tier.T2, clock.reading.breached_at + timedelta(minutes=1)
        terms = self.terms[severity]
        story.check_at = self.calendars[terms.calendar_id].add(story.stepped_at, terms.grace)
        return story

    def _begin(self, status: str, created_at: datetime, severity: str) -> Story:
        return Story(severity=severity, status=status, tier=Tier.T1, created_at=created_at)

    def _clock(
        self, story: Story, kind: ClockKind, then: tuple[Step, datetime] | None, *, is_breach_noted: bool = False
    ) -> ClockStory:
        terms: SeverityTerms = self.terms[story.severity]
        target = terms.first_response if kind == ClockKind.FIRST_RESPONSE else terms.resolution
        segments = [Segment("started", story.created_at), *([Segment(*then)] if then else [])]
        facts = ClockFacts(segments, target, self.calendars[terms.calendar_id])
        # Read at its last line: what has passed since then is the sweep's to notice.
        reading = read(facts, self.now if is_breach_noted else segments[-1].at)
        clock = ClockStory(kind.value, target, segments, reading)
        if then is None and reading.at_risk_at and reading.at_risk_at < self.now:
            clock.warned_at = reading.at_risk_at
        story.clocks.append(clock)
        return clock

    def _next_look(self, story: Story) -> datetime | None:
        looks = [
            each.reading.due_at + timedelta(microseconds=1) if each.warned_at else each.reading.at_risk_at
            for each in story.clocks
            if each.reading.is_running and each.reading.due_at
        ]
        return min((look for look in looks if look), default=None)

    def _severity(self) -> str:
        return self.pick.choices(_SEVERITIES, weights=_WEIGHTS)[0]

    def _active_status(self) -> str:
        return self.pick.choices((Status.OPEN, Status.IN_PROGRESS, Status.WAITING_INTERNAL), weights=(5, 4, 1))[0]

    def _ago(self, **span: float) -> datetime:
        return self.now - timedelta(**span)


def reason_of(step: Step, kind: str) -> str:
    return "resolved" if step == "stopped" and kind == ClockKind.RESOLUTION else _REASONS[step]
