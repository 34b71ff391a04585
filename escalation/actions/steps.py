"""Moves between tiers: the claim, the Escalation row, its commitment and the event in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.choices import Tier
from accounts.models import User
from escalation.actions.commitments import note_steps
from escalation.choices import Target, Trigger
from escalation.ladder import LADDER, goes_down
from escalation.models import Escalation, LadderEnd, StepPlan
from sla.calendar import BusinessCalendar
from sla.models import Calendar
from sla.policies import calendar_of
from sla.terms import SeverityTerms
from tickets import bulk, ledger
from tickets.actions import Seen, move_tier, store_events
from tickets.actions.base import record
from tickets.choices import EventKind
from tickets.errors import ActionRefused
from tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Step:
    """A step that was decided for a ticket as it was read: where to, and the clock that was missed."""

    ticket: Ticket
    target: Target
    clock: str


_STEP = (
    *("ticket_id", "step_no", "trigger", "from_tier", "target", "clock", "created_at"),
    *("plan_en", "plan_zh", "expected_at"),
)
_columns_of_step = attrgetter(*_STEP)


@dataclass(slots=True)
class _StepRow:
    """The columns of an Escalation that the clock caused. A sweep writes thousands: a model's instance costs more."""

    ticket_id: int
    step_no: int
    trigger: str
    from_tier: str
    target: str
    created_at: datetime
    plan_en: str
    plan_zh: str
    expected_at: datetime | None
    clock: str = ""
    by_id: int | None = None
    pk: int = 0


class Rules:
    """The rows that steps follow, read once for many: plans, ends of ladders, calendars (3 queries)."""

    def __init__(self) -> None:
        self._reached: dict[tuple[int | None, int, datetime], datetime | None] = {}
        self._plans = {(each.target, each.severity): each for each in StepPlan.objects.all()}
        self._tops = {each.severity: each.top for each in LadderEnd.objects.all()}
        self._calendars = {each.pk: each for each in Calendar.objects.all()}
        self._compiled = {pk: calendar_of(each) for pk, each in self._calendars.items()}

    def plan(self, target: str, severity: str) -> StepPlan | None:
        return self._plans.get((target, severity))

    def top(self, severity: str) -> str:
        """The tier where the severity's ladder ends."""
        return self._tops.get(severity, Tier.RND)

    def calendar(self, terms: SeverityTerms) -> BusinessCalendar:
        return self._compiled[terms.calendar_id] if terms.calendar_id else BusinessCalendar.always()

    def counted_on(self, terms: SeverityTerms) -> tuple[int, int] | None:
        """The calendar that the terms name, and its version that these rules follow; None around the clock."""
        return (terms.calendar_id, self._calendars[terms.calendar_id].version) if terms.calendar_id else None

    def reached(self, terms: SeverityTerms, seconds: int, now: datetime) -> datetime | None:
        """The instant after so many seconds of the terms' calendar; computed once for all that ask the same."""
        asked = (terms.calendar_id, seconds, now)
        if asked not in self._reached:
            self._reached[asked] = self.calendar(terms).add(now, seconds)
        return self._reached[asked]


def climb(steps: Sequence[Step], *, rules: Rules, now: datetime) -> None:
    """Write the steps of tickets that were claimed: their rows, the commitments that follow, and the events.

    Call it in the transaction of the claims. The number of statements does not depend on the number of steps.
    """
    rows = [_row(each.ticket, each.target, Trigger.CLOCK, clock=each.clock, now=now, rules=rules) for each in steps]
    written = bulk.insert(
        Escalation,
        _STEP,
        [_columns_of_step(row) for row in rows],
        returning=("ticket_id", "id"),
    )
    keys = dict(written)
    for row in rows:
        row.pk = keys[row.ticket_id]
    note_steps(rows, before={each.ticket.pk: each.ticket for each in steps}, now=now)
    store_events(
        [(row.ticket_id, _kind(row.target, from_tier=row.from_tier), _told(row), True) for row in rows], now=now
    )


def escalate(
    *,
    ticket: Ticket,
    target: Target,
    trigger: Trigger,
    now: datetime,
    check_at: datetime | None,
    reason: str = "",
    tried: str = "",
    ask: str = "",
    by: User | None = None,
) -> Escalation | None:
    """One step by a person: claim, Escalation, commitment and event. None when somebody else moved the ticket since it was
    read.

    `check_at` is when the sweep looks next. The plan and the expected time come from the StepPlan row of target and
    severity; without such a row no expected time is promised.
    """
    with transaction.atomic():
        if not move_tier(seen=Seen.of(ticket), to_tier=target, check_at=check_at, now=now):
            return None
        given = _columns_of_step(_row(ticket, target, trigger, now=now, rules=Rules()))
        row = Escalation(**dict(zip(_STEP, given, strict=True)), reason=reason, tried=tried, ask=ask, by=by)
        row.save(force_insert=True)
        note_steps([row], before={ticket.pk: ticket}, now=now)
        record(ticket, EventKind(_kind(target, from_tier=row.from_tier)), by=by, now=now, data=_told(row))
        return row


def move(
    ticket: Ticket, *, up: int, trigger: Trigger, by: User, now: datetime, reason: str, tried: str = "", ask: str = ""
) -> Escalation:
    """A person moves a locked ticket `up` so many tiers, down where negative. Refuses where somebody moved it meanwhile."""
    step = escalate(
        ticket=ticket,
        target=Target(LADDER[LADDER.index(ticket.tier) + up]),
        trigger=trigger,
        now=now,
        check_at=ledger.next_look(ticket, ledger.clocks_of(ticket).values(), now=now),
        reason=reason,
        tried=tried,
        ask=ask,
        by=by,
    )
    if step is None:
        raise ActionRefused(_("A colleague moved this ticket a moment ago. Look at it first."))
    return step


def _row(ticket: Ticket, target: Target, trigger: Trigger, *, now: datetime, rules: Rules, clock: str = "") -> _StepRow:
    plan = rules.plan(target, ticket.severity)
    return _StepRow(
        ticket_id=ticket.pk,
        step_no=ticket.step_no + 1,
        trigger=trigger,
        from_tier=ticket.tier,
        target=target,
        created_at=now,
        plan_en=plan.plan_en if plan else "",
        plan_zh=plan.plan_zh if plan else "",
        expected_at=_expected_at(ticket, plan, rules, now=now),
        clock=clock,
    )


def _kind(target: str, *, from_tier: str) -> str:
    if target == Target.MANAGER:
        return EventKind.MANAGER_PAGED
    return EventKind.HANDED_BACK if goes_down(from_tier, target) else EventKind.ESCALATED


def _told(row: Escalation | _StepRow) -> dict[str, Any]:
    return {
        "from": row.from_tier,
        "to": str(row.target),
        "trigger": str(row.trigger),
        "clock": row.clock,
        "escalation": row.pk,
    }


def _expected_at(ticket: Ticket, plan: StepPlan | None, rules: Rules, *, now: datetime) -> datetime | None:
    """By when the new tier takes over, counted on the hours of the ticket's severity.

    Never later than the grace of the ticket's own terms: by then the ladder would have moved on.
    """
    if plan is None:
        return None
    terms = ledger.current_terms(ticket)
    return rules.reached(terms, min(plan.taken_over_within, terms.grace), now)
