"""Fill a scratch database with N valid tickets, K of them overdue: tickets, clocks, ledgers, messages and events."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from accounts.choices import Platform, Tier
from accounts.versions import version_key
from benchmarks.escalation.options import OPEN_SHARE
from benchmarks.escalation.stories import ClockStory, Story, Storyteller, reason_of
from benchmarks.people import ORGANISATIONS, make_people
from benchmarks.rows import Table, count_on
from escalation.models import Escalation, StepPlan
from sla.calendar import BusinessCalendar
from sla.choices import ClockKind
from sla.terms import to_json
from tickets.choices import EventKind, Status
from tickets.models import Clock, ClockSegment, Environment, Message, Ticket, TicketEvent

BATCH = 5000
_SUBJECTS = (
    "Video freezes 30 s after joining",
    "进房后黑屏，有声音",
    "Echo on the loudspeaker",
    "录制文件缺少最后 10 秒",
)
_BODY = "It began after the update to 4.2.1; the log is attached.\n\n升级后出现，日志已附上。"


class Loader:
    """Loads people once, then tickets in batches. Same seed, same tickets, the overdue ones spread among the others."""

    def __init__(self, *, tickets: int, overdue: int, now: datetime, seed: int = 7) -> None:
        self.count, self.overdue, self.now = tickets, overdue, now
        self.random = random.Random(seed)
        self.seed = seed

    def run(self, progress: Callable[[int], None] = lambda done: None) -> None:
        """Write everything; `progress` hears how many tickets are there."""
        with transaction.atomic():
            self._prepare()
        overdue = set(self.random.sample(range(self.count), self.overdue))
        for first in range(0, self.count, BATCH):
            with transaction.atomic():
                numbers = range(first, min(first + BATCH, self.count))
                for number in numbers:
                    self._ticket(number, self._story(number in overdue))
                for table in self.tables:
                    table.flush()
            progress(numbers.stop)
        count_on(self.tables)

    def _prepare(self) -> None:
        self.people = make_people(now=self.now)
        self.calendar = self.people.calendar
        calendars = {None: BusinessCalendar.always(), self.calendar.pk: self.calendar.compiled()}
        self.teller = Storyteller(self.people.terms, calendars, self.now, self.seed)
        self.terms = json.dumps(to_json(self.people.terms))
        self.plans = {(plan.target, plan.severity): plan for plan in StepPlan.objects.all()}
        self.tickets, self.environments, self.messages, self.events, self.clocks, self.segments, self.steps = (
            self.tables
        ) = [Table(each) for each in (Ticket, Environment, Message, TicketEvent, Clock, ClockSegment, Escalation)]

    def _story(self, is_overdue: bool) -> Story:
        if is_overdue:
            return self.teller.overdue()
        return self.teller.in_time() if self.random.random() < OPEN_SHARE else self.teller.closed()

    def _ticket(self, number: int, story: Story) -> None:
        organisation = number % ORGANISATIONS
        requester = self.people.customer_of(organisation, number // ORGANISATIONS).pk
        engineer = self.people.engineers[self.random.randrange(len(self.people.engineers))].pk
        dues = [each.reading.due_at for each in story.clocks if each.is_unstopped and each.reading.due_at]
        is_active = story.status not in (Status.CLOSED, Status.WAITING_CUSTOMER)
        ticket = self.tickets.add(
            organisation_id=self.people.organisations[organisation].pk, app_id=self.people.apps[organisation].pk,
            requester_id=requester, category_id=self.people.categories[number % len(self.people.categories)].pk,
            subject=_SUBJECTS[number % len(_SUBJECTS)], severity=story.severity, status=story.status, tier=story.tier,
            assignee_id=engineer if self.random.random() < 0.8 else None, sla_terms=self.terms,
            step_no=int(story.stepped_at is not None), last_step_at=story.stepped_at, check_at=story.check_at,
            next_due_at=min(dues, default=None) if is_active else None,
            created_at=story.created_at, updated_at=story.closed_at or story.created_at, resolved_at=story.closed_at,
            closed_at=story.closed_at and story.closed_at + timedelta(days=7),
            submission_key=uuid.UUID(int=number + 1),
        )  # fmt: skip
        self.environments.add(
            ticket_id=ticket, product_id=self.people.product.pk, platform=Platform.ANDROID.value,
            sdk_version="4.2.1", sdk_version_key=version_key("4.2.1"), channel=f"live_{number}", device="Pixel 8",
        )  # fmt: skip
        self._message(ticket, EventKind.OPENED, requester, story.created_at, is_staff=False)
        for clock in story.clocks:
            self._clock(ticket, clock, story, by=requester, answered_by=engineer)
        if story.stepped_at:
            self._step(ticket, story)

    def _message(self, ticket: int, kind: EventKind, author: int, at: datetime, *, is_staff: bool) -> None:
        message = self.messages.add(
            ticket_id=ticket, author_id=author, is_from_staff=is_staff, body=_BODY, body_html=f"<p>{_BODY}</p>",
            created_at=at,
        )  # fmt: skip
        self._event(ticket, kind, at, actor_id=author, message_id=message)

    def _event(self, ticket: int, kind: EventKind, at: datetime, **values: object) -> None:
        self.events.add(ticket_id=ticket, kind=kind.value, at=at, fanned_out_at=at, **values)

    def _clock(self, ticket: int, clock: ClockStory, story: Story, *, by: int, answered_by: int) -> None:
        reading = clock.reading
        calendar = self.people.terms[story.severity].calendar_id
        version = self.calendar.version if calendar else 0
        key = self.clocks.add(
            ticket_id=ticket, kind=clock.kind, target_for=clock.target, calendar_id=calendar, calendar_version=version,
            state=reading.state, due_at=reading.due_at, at_risk_at=reading.at_risk_at, warned_at=clock.warned_at,
            breached_at=reading.breached_at, breach_cause="elapsed" if reading.breached_at else "",
            stopped_at=reading.stopped_at,
        )  # fmt: skip
        for line in clock.segments:
            self.segments.add(
                clock_id=key, step=line.step, at=line.at, reason=reason_of(line.step, clock.kind),
                by_id=by if line.step == "started" else answered_by, calendar_version=version,
            )  # fmt: skip
        if reading.breached_at and reading.due_at:
            data = {"clock": clock.kind, "due_at": reading.due_at.isoformat(), "cause": "elapsed"}
            self._event(ticket, EventKind.BREACHED, reading.breached_at, data=data)
        if clock.kind == ClockKind.FIRST_RESPONSE and reading.stopped_at:
            self._message(ticket, EventKind.REPLIED, answered_by, reading.stopped_at, is_staff=True)

    def _step(self, ticket: int, story: Story) -> None:
        assert story.stepped_at
        plan = self.plans.get((story.tier, story.severity))
        step = self.steps.add(
            ticket_id=ticket, step_no=1, trigger="clock", from_tier=Tier.T1.value, target=story.tier,
            clock=ClockKind.RESOLUTION.value, plan_en=plan.plan_en if plan else "", plan_zh=plan.plan_zh if plan else "",
            created_at=story.stepped_at,
        )  # fmt: skip
        data = {"from": "t1", "to": "t2", "trigger": "clock", "clock": "resolution", "escalation": step}
        self._event(ticket, EventKind.ESCALATED, story.stepped_at, data=data)
