"""Random lives of a ticket: real actions, real sweeps, calendar edits, at random instants. After each step the stored clocks
must say what the timeline alone says, and the next look must never be late."""

from __future__ import annotations

import contextlib
import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from accounts.models import SupportPlan
from escalation import sweep
from escalation.actions import Rules, hand_up
from escalation.ladder import decide
from escalation.models import Escalation
from sla.actions import ensure_policy, replace_definition
from sla.calendar import BusinessCalendar
from sla.clock import AT_RISK_SHARE
from sla.defaults import DEFAULT_TARGETS
from sla.models import Calendar
from tests.cast import NOW, Cast, file_ticket
from tickets import actions, ledger
from tickets.choices import Status
from tickets.errors import ActionRefused
from tickets.lifecycle import ACTIVE_STATUSES
from tickets.models import Clock, CustomerWait, Inquiry, Investigation, Ticket
from tickets.verifying import findings

TICK = dt.timedelta(microseconds=1)
HOLIDAYS = ("2026-06-08", "2026-06-09", "2026-06-10", "2026-06-12")
KINDS = ("first_response", "resolution")


class Life:
    """One ticket, the instant, and the acts that may befall it."""

    def __init__(self, cast: Cast, severity: str) -> None:
        self.cast, self.now = cast, NOW
        self.ticket = file_ticket(cast, severity=severity, now=NOW)

    def later(self, wait: float | str) -> None:
        """Go on by so many seconds, or to the next due or look: exactly there, or a microsecond after it."""
        if not isinstance(wait, str):
            self.now += dt.timedelta(seconds=wait)
            return
        at = self.ticket.next_due_at if wait.startswith("due") else self.ticket.check_at
        if at and at > self.now:
            self.now = at + (TICK if wait.endswith("+") else dt.timedelta())

    def act(self, name: str, arg: int) -> None:
        steps = Escalation.objects.filter(ticket=self.ticket).count()
        with contextlib.suppress(ActionRefused):
            ACTS[name](self, arg)
        self.ticket = Ticket.objects.get(pk=self.ticket.pk)
        if name == "sweep":
            assert Escalation.objects.filter(ticket=self.ticket).count() - steps <= 1, "one step a sweep"

    def own(self, action: Callable[..., Any], **values: Any) -> None:
        action(ticket=self.ticket, by=self.cast.erin, now=self.now, **values)

    def customers(self, action: Callable[..., Any], **values: Any) -> None:
        action(ticket=self.ticket, by=self.cast.alice, now=self.now, **values)


def edit_calendar(life: Life, arg: int) -> None:
    calendar = Calendar.objects.get()
    holidays = set(calendar.definition["holidays"]) ^ {HOLIDAYS[arg % len(HOLIDAYS)]}
    replace_definition(
        calendar=calendar, definition={**calendar.definition, "holidays": sorted(holidays)}, now=life.now
    )


def change_plan(life: Life) -> None:
    """The customer buys something else: an open ticket keeps the terms that it was filed under."""
    plan = SupportPlan.objects.create(code=uuid.uuid4().hex, name_en="Other", name_zh="其他")
    ensure_policy(
        plan=plan, calendar=Calendar.objects.get(), targets=dict.fromkeys(DEFAULT_TARGETS, DEFAULT_TARGETS["p0"])
    )
    life.cast.acme.plan = plan
    life.cast.acme.save()


def oldest_question(life: Life) -> int:
    found = Inquiry.objects.open().filter(ticket=life.ticket).order_by("pk").first()
    return found.pk if found else 0


def answer(life: Life, *, is_unknown: bool) -> None:
    reply = actions.GivenReply(inquiry=oldest_question(life), text="" if is_unknown else "4.2.1", is_unknown=is_unknown)
    life.customers(actions.answer_questions, replies=[reply])


def close_question(life: Life, *, is_answered: bool) -> None:
    life.own(actions.close_question, inquiry=oldest_question(life), is_answered=is_answered)


def revision_of(ticket: Ticket) -> int:
    return Investigation.objects.filter(ticket=ticket).values_list("revision", flat=True).first() or 0


ACTS: dict[str, Callable[[Life, int], Any]] = {
    "reply": lambda life, arg: life.own(actions.reply, body="Looking."),
    "automatic": lambda life, arg: life.own(actions.reply, body="Received.", is_automatic=True),
    "ask": lambda life, arg: life.own(actions.reply_and_wait, body="Which version?"),
    "questions": lambda life, arg: life.own(actions.reply_and_wait, body="", questions=("Which SDK?", "Which phone?")),
    "answer": lambda life, arg: answer(life, is_unknown=bool(arg % 2)),
    "no_answer": lambda life, arg: close_question(life, is_answered=bool(arg % 2)),
    "investigate": lambda life, arg: life.own(
        actions.investigate, findings=actions.Findings(tried=f"Attempt {arg}"), seen_revision=revision_of(life.ticket)
    ),
    "remind": lambda life, arg: actions.remind_customers(now=life.now),
    "wait": lambda life, arg: life.own(actions.wait_on_customer),
    "wait_internally": lambda life, arg: life.own(actions.wait_internally),
    "start": lambda life, arg: life.own(actions.start),
    "resume": lambda life, arg: life.own(actions.resume),
    "note": lambda life, arg: life.own(actions.note, body="Hm."),
    "take": lambda life, arg: life.own(actions.take),
    "resolve": lambda life, arg: life.own(actions.resolve, message="Fixed.", cause="c", fix="f", prevention="p"),
    "hand_up": lambda life, arg: life.own(hand_up, reason="r", tried="t", ask="a"),
    "severity": lambda life, arg: life.own(actions.change_severity, severity=f"p{arg % 4}", reason="r"),
    "raise": lambda life, arg: life.customers(actions.change_severity, severity=f"p{arg % 4}", reason="r"),
    "customer_reply": lambda life, arg: life.customers(
        actions.customer_reply, body="Still.", submission_key=uuid.uuid4()
    ),
    "solved": lambda life, arg: life.customers(actions.confirm_solved),
    "reopen": lambda life, arg: life.customers(actions.reopen, reason="Not solved."),
    "close": lambda life, arg: life.own(actions.close),
    "merge": lambda life, arg: life.own(actions.merge, into=file_ticket(life.cast, now=life.now)),
    "plan": lambda life, arg: change_plan(life),
    "sweep": lambda life, arg: sweep.run(life.now),
    "calendar": edit_calendar,
}


def spans_of(ticket: Ticket, until: dt.datetime, *, first_response: bool) -> list[tuple[dt.datetime, dt.datetime]]:
    """When the clock ran, from the timeline alone."""
    spans, began = [], ticket.created_at
    runs = True
    for event in ticket.events.order_by("pk"):
        if first_response:
            continue
        if event.kind in ("waited_on_customer", "resolved") and runs:
            spans.append((began, event.at))
            runs = False
        elif event.kind in ("resumed", "reopened") and not runs:
            began, runs = event.at, True
    return [*spans, (began, until)] if runs else spans


def instant_at(ticket: Ticket, clock: Clock, left: dt.timedelta, calendar: BusinessCalendar) -> dt.datetime | None:
    """When that much working time will have run, from creation, without the spans in which it stood."""
    far = ticket.created_at + dt.timedelta(days=4000)
    for begin, end in spans_of(ticket, far, first_response=clock.kind == "first_response"):
        ran = calendar.worked_between(begin, end)
        if left <= ran:
            at = calendar.add(begin, left)
            if at is None or at < end:
                return at
        left -= ran
    return None


def check(life: Life, *, has_swept: bool) -> None:
    ticket, now = life.ticket, life.now
    if not ticket.is_open:
        assert not Inquiry.objects.open().filter(ticket=ticket).exists(), "nobody needs these answers any more"
    if ticket.status == Status.WAITING_CUSTOMER:
        assert Inquiry.objects.open().filter(ticket=ticket).exists(), "the clock stands still for nothing"
    waits = CustomerWait.objects.filter(ticket=ticket, ended_at=None).count()
    assert waits == (ticket.status == Status.WAITING_CUSTOMER), "who does not wait reminds nobody"
    terms = ticket.sla_terms[ticket.severity]
    clocks = {clock.kind: clock for clock in Clock.objects.filter(ticket=ticket).select_related("calendar")}
    looks: list[dt.datetime] = []
    is_active = ticket.status in ACTIVE_STATUSES
    for kind in KINDS:
        clock = clocks[kind]
        instants = [each.at for each in clock.segments.order_by("pk")]
        assert instants == sorted(instants)
        if clock.breached_at and clock.breach_cause == "elapsed":
            assert clock.breached_at == clock.due_at
        if clock.breached_at and not clock.stopped_at and clock.state != "cancelled":
            assert clock.state == "breached"
        if clock.stopped_at or clock.breached_at:
            continue
        calendar = clock.calendar.compiled() if clock.calendar else BusinessCalendar.always()
        assert clock.target_for == terms[kind]
        assert clock.calendar_id == terms["calendar_id"]
        runs = kind == "first_response" or is_active
        assert clock.state == ("running" if runs else "paused"), (kind, ticket.status)
        due = instant_at(ticket, clock, dt.timedelta(seconds=clock.target_for), calendar) if runs else None
        if not ledger.is_stale(clock):
            assert clock.due_at == due, kind
            if runs and due and is_active:
                looks.append(due + TICK)
                if clock.warned_at is None:
                    at_risk = instant_at(
                        ticket, clock, dt.timedelta(seconds=clock.target_for) * AT_RISK_SHARE, calendar
                    )
                    assert clock.at_risk_at == at_risk
                    looks += [at_risk] if at_risk else []
            if has_swept and due and is_active:
                assert due >= now, f"{kind} was missed"
        else:
            assert not has_swept or not is_active
    running = [clock.due_at for clock in clocks.values() if clock.due_at and not clock.stopped_at]
    assert ticket.next_due_at == (min(running, default=None) if is_active else None)
    if is_active:
        decision = decide(sweep.ladder_facts(ticket, list(ledger.clocks_of(ticket).values()), Rules()), now)
        if decision.step and not (has_swept and ticket.last_step_at == now):
            assert not has_swept, "a step was due and not taken"
            looks.append(now)
        elif decision.look_at:
            looks.append(decision.look_at)
    is_outdated = ledger.is_outdated(ticket, ledger.clocks_of(ticket).values())
    assert not (is_outdated and has_swept), "the sweep overlooked the edit of a calendar"
    if looks and not is_outdated:  # else the sweep begins with setting the look
        assert ticket.check_at is not None
        assert ticket.check_at <= max(now, min(looks)), "the next look is late"
    if ticket.status == Status.RESOLVED:
        assert ticket.check_at == ticket.resolved_at + dt.timedelta(days=7)
    found = list(findings(ticket, list(ledger.clocks_of(ticket).values()), now=now))
    assert [str(each) for each in found if each.stored is not None or each.field != "breached_at" or has_swept] == []


WAITS = st.one_of(
    st.sampled_from(("due", "due+", "look", "look+", 0, 0)),
    st.integers(1, 3600),
    st.integers(3600, 3 * 86400),
    st.floats(0, 7200),
)
STEPS = st.lists(st.tuples(WAITS, st.sampled_from([*ACTS, "sweep", "sweep", "sweep"]), st.integers(0, 11)), max_size=14)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="one database is enough for rules")
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(severity=st.sampled_from(("p0", "p1", "p2", "p3")), steps=STEPS)
@example(severity="p2", steps=[("due", "calendar", 0), (1, "sweep", 0), ("due", "calendar", 0)])
@example(
    severity="p2",
    steps=[
        *((0, "reply", 0), (0, "calendar", 0), ("due+", "sweep", 0), (0, "calendar", 1)),
        *((3600, "calendar", 1), (4 * 3600, "sweep", 0), (4 * 3600, "sweep", 0)),
    ],
)
def test_the_stored_clocks_are_those_of_the_timeline_and_no_look_is_late(
    cast: Cast, severity: str, steps: list[tuple[float | str, str, int]]
) -> None:
    with transaction.atomic():
        life = Life(cast, severity)
        check(life, has_swept=False)
        for wait, name, arg in steps:
            life.later(wait)
            life.act(name, arg)
            check(life, has_swept=name == "sweep")
        life.later("due+")
        life.act("sweep", 0)
        check(life, has_swept=True)
        transaction.set_rollback(True)
