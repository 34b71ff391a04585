"""Fill a scratch database with N made-up tickets, quickly: the shape of a vendor's desk after some years."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.db import models, transaction

from accounts.choices import Platform, Tier
from accounts.models import Organisation, User
from accounts.versions import version_key
from benchmarks.people import make_people
from sla.choices import ClockKind, ClockState, Severity
from sla.terms import SeverityTerms, to_json
from tickets.choices import EventKind, Status
from tickets.models import Clock, ClockSegment, Environment, Message, Ticket, TicketEvent

BATCH = 2000
MESSAGES_EACH = 5
OPEN_SHARE = 0.06
_STATUSES = (Status.OPEN, Status.IN_PROGRESS, Status.WAITING_CUSTOMER, Status.WAITING_INTERNAL)
_SUBJECTS = (
    "Video freezes 30 s after joining on {device}",
    "{device}：进房后黑屏，有声音",
    "Echo when the host uses the loudspeaker, {device}",
    "录制文件缺少最后 10 秒（{device}）",
    "Join fails with error 109 on {device}",
    "CPU 占用高、发热，{device}",
)
_DEVICES = ("iPhone 14 Pro", "Pixel 8", "Redmi K60", "MacBook Air", "ThinkPad X1", "Mate 60")
_BODY = (
    "The channel is live_{number}. It began after the update to 4.2.1; the log is attached.\n\n升级后出现，日志已附上。"
)


class Loader:
    """Loads people once, then tickets in batches. Same seed, same data."""

    def __init__(self, *, tickets: int, now: dt.datetime, seed: int = 7) -> None:
        self.count, self.now, self.random = tickets, now, random.Random(seed)

    def run(self) -> None:
        with transaction.atomic():
            self._people()
        numbers = iter(range(self.count))
        while batch := list(islice(numbers, BATCH)):
            with transaction.atomic():
                self._tickets(batch)

    def _people(self) -> None:
        people = make_people(now=self.now)
        self.engineers, self.organisations, self.customers = people.engineers, people.organisations, people.customers
        self.product, self.apps, self.categories, self.terms = (
            people.product, people.apps, people.categories, people.terms,
        )  # fmt: skip

    def _tickets(self, numbers: list[int]) -> None:
        rows = Ticket.objects.bulk_create(self._ticket(number) for number in numbers)
        Environment.objects.bulk_create(self._environment(ticket) for ticket in rows)
        messages = Message.objects.bulk_create(self._messages(rows))
        TicketEvent.objects.bulk_create(self._events(messages))
        clocks = Clock.objects.bulk_create(self._clocks(rows))
        ClockSegment.objects.bulk_create(self._segments(clocks))

    def _ticket(self, number: int) -> Ticket:
        pick = self.random
        is_open = pick.random() < OPEN_SHARE
        age = dt.timedelta(hours=pick.uniform(0.1, 60)) if is_open else dt.timedelta(days=pick.uniform(3, 900))
        severity = pick.choices(list(Severity.values), weights=(2, 10, 50, 38))[0]
        organisation = pick.randrange(200)
        created_at = self.now - age
        status = pick.choice(_STATUSES) if is_open else Status.CLOSED
        is_active = is_open and status != Status.WAITING_CUSTOMER
        due_at = self._dues(severity, created_at)[ClockKind.RESOLUTION] if is_active else None
        return Ticket(
            organisation=self.organisations[organisation], app=self.apps[organisation],
            requester=self.customers[organisation + 200 * pick.randrange(10)], category=pick.choice(self.categories),
            subject=pick.choice(_SUBJECTS).format(device=pick.choice(_DEVICES)), severity=severity, status=status,
            tier=pick.choices(list(Tier.values), weights=(6, 3, 1))[0],
            assignee=pick.choice(self.engineers) if pick.random() < 0.8 else None, sla_terms=to_json(self.terms),
            created_at=created_at, updated_at=created_at, next_due_at=due_at, check_at=None,
            closed_at=None if is_open else created_at + dt.timedelta(days=2), submission_key=uuid.UUID(int=number + 1),
        )  # fmt: skip

    def _dues(self, severity: str, created_at: dt.datetime) -> dict[str, dt.datetime]:
        # Wall clock instead of the calendar: the pages' cost does not hang on which instant it is.
        terms: SeverityTerms = self.terms[severity]
        return {
            ClockKind.FIRST_RESPONSE: created_at + dt.timedelta(seconds=terms.first_response),
            ClockKind.RESOLUTION: created_at + dt.timedelta(seconds=terms.resolution),
        }

    def _environment(self, ticket: Ticket) -> Environment:
        version = f"4.{self.random.randrange(6)}.{self.random.randrange(9)}"
        return Environment(
            ticket=ticket, product=self.product, platform=Platform.ANDROID, sdk_version=version,
            sdk_version_key=version_key(version), channel=f"live_{ticket.pk}", device=self.random.choice(_DEVICES),
        )  # fmt: skip

    def _messages(self, tickets: list[Ticket]) -> Iterator[Message]:
        for ticket in tickets:
            for step in range(MESSAGES_EACH):
                is_staff = step % 2 == 1
                body = _BODY.format(number=ticket.pk)
                yield Message(
                    ticket=ticket, author=self.random.choice(self.engineers) if is_staff else ticket.requester,
                    is_from_staff=is_staff, body=body, body_html=f"<p>{body}</p>",
                    created_at=ticket.created_at + dt.timedelta(minutes=10 * step),
                )  # fmt: skip

    def _events(self, messages: list[Message]) -> Iterator[TicketEvent]:
        for message in messages:
            kind = EventKind.REPLIED if message.is_from_staff else EventKind.CUSTOMER_REPLIED
            yield TicketEvent(
                ticket_id=message.ticket_id, kind=kind, actor_id=message.author_id, at=message.created_at,
                message=message, fanned_out_at=message.created_at,
            )  # fmt: skip

    def _clocks(self, tickets: list[Ticket]) -> Iterator[Clock]:
        for ticket in tickets:
            terms = self.terms[ticket.severity]
            dues = self._dues(ticket.severity, ticket.created_at)
            for kind, target in (
                (ClockKind.FIRST_RESPONSE, terms.first_response),
                (ClockKind.RESOLUTION, terms.resolution),
            ):
                yield Clock(
                    ticket=ticket,
                    kind=kind,
                    target_for=target,
                    calendar_id=terms.calendar_id,
                    **self._state(ticket, kind, dues),
                )

    def _state(self, ticket: Ticket, kind: str, dues: dict[str, dt.datetime]) -> dict[str, Any]:
        answered_at = ticket.created_at + dt.timedelta(minutes=10)
        if kind == ClockKind.FIRST_RESPONSE or ticket.closed_at:
            return {"state": ClockState.MET, "due_at": dues[kind], "stopped_at": answered_at}
        if ticket.status == Status.WAITING_CUSTOMER:
            return {"state": ClockState.PAUSED}
        breached_at = dues[kind] if dues[kind] < self.now else None
        state = ClockState.BREACHED if breached_at else ClockState.RUNNING
        return {"state": state, "due_at": dues[kind], "breached_at": breached_at}

    def _segments(self, clocks: list[Clock]) -> Iterator[ClockSegment]:
        for clock in clocks:
            started_at = clock.ticket.created_at
            yield ClockSegment(clock=clock, step="started", at=started_at, reason="opened")
            if clock.stopped_at:
                yield ClockSegment(clock=clock, step="stopped", at=clock.stopped_at, reason="answered")
            elif clock.state == ClockState.PAUSED:
                paused_at = started_at + dt.timedelta(minutes=20)
                yield ClockSegment(clock=clock, step="paused", at=paused_at, reason="waited_on_customer")


def counts() -> dict[str, int]:
    """How many rows each table got, for the report."""
    tables: tuple[type[models.Model], ...] = (Ticket, Message, Clock, TicketEvent, User, Organisation)
    return {model.__name__: model._default_manager.count() for model in tables}
