"""Promises beside the ladder under the sweep: many at once, one that throws, an edited calendar, a ticket that ends."""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from typing import Any

import pytest
from django.urls import reverse

from escalation import actions, board, promise_sweep, sweep
from escalation.actions.promises import running_promise
from escalation.choices import Job, PromiseKind, RequestState
from escalation.models import Commitment, EscalationRequest, ParkedTicket, PromiseClock
from notifications import fan_out
from notifications.models import Notice
from sla.actions import replace_definition
from sla.models import Calendar
from tests.cast import NOW, Cast, file_ticket
from tickets import actions as ticket_actions
from tickets.models import Ticket, TicketEvent

MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
pytestmark = pytest.mark.django_db


def ask(cast: Cast, ticket: Ticket, now: dt.datetime) -> EscalationRequest:
    return actions.request_escalation(
        ticket=ticket, by=cast.alice, reason="business", body="Launch.", submission_key=uuid.uuid4(), now=now
    )


def resolve(cast: Cast, ticket: Ticket, now: dt.datetime) -> None:
    ticket_actions.resolve(ticket=ticket, by=cast.erin, message="Done.", cause="c", fix="f", prevention="p", now=now)


def solve(cast: Cast, ticket: Ticket, now: dt.datetime) -> None:
    ticket_actions.confirm_solved(ticket=ticket, by=cast.alice, now=now)


def merge(cast: Cast, ticket: Ticket, now: dt.datetime) -> None:
    ticket_actions.merge(ticket=ticket, into=file_ticket(cast, severity="p3", now=NOW), by=cast.erin, now=now)


def close(cast: Cast, ticket: Ticket, now: dt.datetime) -> None:
    solve(cast, ticket, now)
    ticket_actions.close(ticket=ticket, by=cast.erin, now=now)


def set_holiday(day: str, *, off: bool, at: dt.datetime = NOW) -> None:
    calendar = Calendar.objects.get()
    days = set(calendar.definition["holidays"]) - {day} | ({day} if off else set())
    replace_definition(calendar=calendar, definition={**calendar.definition, "holidays": sorted(days)}, now=at)


# A ticket that ends


@pytest.mark.parametrize("end", [resolve, solve, merge, close])
def test_an_escalation_that_nobody_answered_ends_with_its_ticket(cast: Cast, end: Any) -> None:
    ticket = file_ticket(cast, severity="p1", now=NOW)
    ask(cast, ticket, NOW + MINUTE)
    end(cast, ticket, NOW + 10 * MINUTE)
    for minutes in (11, 32, 200):
        sweep.run(NOW + minutes * MINUTE)
        promise_sweep.run(NOW + minutes * MINUTE)

    request = EscalationRequest.objects.get(ticket=ticket)
    assert (request.state, request.answered_at) == (RequestState.ENDED, NOW + 10 * MINUTE)
    promises = PromiseClock.objects.filter(ticket=ticket)
    assert {(each.breached_at, each.stopped_at) for each in promises} == {(None, NOW + 10 * MINUTE)}
    assert not Commitment.objects.open().filter(ticket=ticket).exists()
    assert not TicketEvent.objects.filter(ticket=ticket, kind__in=("promise_missed", "manager_paged")).exists()
    assert TicketEvent.objects.filter(ticket=ticket, kind="escalation_closed").count() == 1


def test_its_customer_reads_how_it_ended_and_gets_no_second_mail(cast: Cast, client: Any) -> None:

    ticket = file_ticket(cast, severity="p1", now=NOW)
    ask(cast, ticket, NOW + MINUTE)
    resolve(cast, ticket, NOW + 10 * MINUTE)
    promise_sweep.run(NOW + 11 * MINUTE)
    fan_out.run(NOW + 12 * MINUTE)

    client.force_login(cast.alice)
    assert (
        "It ended unanswered when the ticket was solved or closed."
        in client.get(ticket.get_absolute_url()).content.decode()
    )
    told = Notice.objects.filter(event__ticket=ticket, event__kind="escalation_closed")
    assert set(told.values_list("recipient", flat=True)) <= {cast.mona.pk, cast.erin.pk}


def test_a_promise_that_was_missed_before_the_end_stays_missed(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p1", now=NOW)
    ask(cast, ticket, NOW)
    resolve(cast, ticket, NOW + HOUR)
    promise_sweep.run(NOW + 2 * HOUR)
    assert PromiseClock.objects.get(ticket=ticket, kind="acknowledge").breached_at == NOW + 30 * MINUTE


def test_reopened_it_is_as_escalated_as_it_was_and_may_be_escalated_again(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p1", now=NOW)
    ask(cast, ticket, NOW)
    resolve(cast, ticket, NOW + MINUTE)
    promise_sweep.run(NOW + 2 * MINUTE)
    ticket_actions.reopen(ticket=ticket, by=cast.alice, reason="No.", now=NOW + 3 * MINUTE)
    assert Commitment.objects.open().filter(ticket=ticket).exists()
    again = ask(cast, ticket, NOW + 4 * MINUTE)
    promise_sweep.run(NOW + 5 * MINUTE)
    again.refresh_from_db()
    assert again.state == RequestState.OPEN
    assert running_promise(ticket, PromiseKind.ACKNOWLEDGE).due_at == NOW + 34 * MINUTE


def test_one_filed_after_the_resolution_stands_on_the_board_and_is_owed_an_answer(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p1", now=NOW)
    resolve(cast, ticket, NOW + MINUTE)
    ask(cast, ticket, NOW + 2 * MINUTE)
    promise_sweep.run(NOW + 3 * MINUTE)
    row = board.one(cast.mona, ticket.pk, now=NOW + 3 * MINUTE)
    assert row
    assert row.is_open
    assert list(Commitment.objects.open()) == [row.commitment]
    promise_sweep.run(NOW + HOUR)
    assert TicketEvent.objects.filter(ticket=ticket, kind="promise_missed").count() == 1


def test_a_promise_of_an_update_ends_with_the_ticket(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p0", now=NOW)
    ticket_actions.reply(ticket=ticket, by=cast.erin, body="Looking.", now=NOW + MINUTE)
    promise_sweep.run(NOW + 2 * MINUTE)
    solve(cast, ticket, NOW + 3 * MINUTE)
    promise_sweep.run(NOW + 5 * HOUR)
    promise = PromiseClock.objects.get(ticket=ticket)
    assert (promise.state, promise.stopped_at, promise.breached_at) == ("cancelled", NOW + 3 * MINUTE, None)


# Many, and one that throws


def test_one_run_gets_through_any_number_of_promises(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(promise_sweep, "BATCH", 2)
    tickets = [file_ticket(cast, severity="p0", now=NOW) for _ in range(7)]
    for ticket in tickets:
        ticket_actions.reply(ticket=ticket, by=cast.erin, body="Looking.", now=NOW)
    assert promise_sweep.run(NOW + MINUTE).promised == 7
    assert promise_sweep.run(NOW + HOUR).missed == 7


def test_a_run_without_time_leaves_the_rest_to_the_next_one(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        ticket_actions.reply(ticket=file_ticket(cast, severity="p0", now=NOW), by=cast.erin, body="Hm.", now=NOW)
    times = iter(range(100))
    monkeypatch.setattr(promise_sweep, "BATCH", 1)
    monkeypatch.setattr(promise_sweep.time, "monotonic", lambda: next(times))
    assert promise_sweep.run(NOW + MINUTE, within=dt.timedelta(seconds=2)).promised == 2
    assert promise_sweep.run(NOW + MINUTE).promised == 1


def test_one_that_throws_is_parked_for_an_hour_and_the_others_go_on(cast: Cast, caplog: Any) -> None:
    tickets = [file_ticket(cast, severity="p0", now=NOW) for _ in range(3)]
    for ticket in tickets:
        ask(cast, ticket, NOW)
    bad = tickets[0]
    broken = PromiseClock.objects.get(ticket=bad)
    broken.segments.all().delete()

    with caplog.at_level(logging.ERROR):
        tally = promise_sweep.run(NOW + HOUR)

    assert (tally.missed, tally.failed) == (2, 1)
    assert f"ticket {bad.pk} could not be looked at" in caplog.text
    parked = ParkedTicket.objects.get()
    assert (parked.ticket, parked.job, parked.until) == (bad, Job.PROMISES, NOW + 2 * HOUR)
    sweep.run(NOW + HOUR + MINUTE)  # the ladder's look succeeds, and has no say in it
    assert promise_sweep.run(NOW + 2 * HOUR - MINUTE).failed == 0
    assert promise_sweep.run(NOW + 2 * HOUR).failed == 1
    assert ParkedTicket.objects.get().times == 2


def test_a_parked_one_that_was_mended_is_tried_now_and_released(cast: Cast, client: Any) -> None:
    ticket = file_ticket(cast, severity="p0", now=NOW)
    ask(cast, ticket, NOW)
    broken = PromiseClock.objects.get(ticket=ticket)
    lines = list(broken.segments.all())
    broken.segments.all().delete()
    promise_sweep.run(NOW + HOUR)
    for line in lines:
        line.pk = None
        line.save()
    client.force_login(cast.max)
    assert "Promises" in client.get(reverse("escalation:health")).content.decode()
    actions.try_now(ticket_id=ticket.pk, now=NOW + HOUR + MINUTE)
    assert promise_sweep.run(NOW + HOUR + 2 * MINUTE).missed == 1
    assert not ParkedTicket.objects.exists()


# An edited calendar


def test_an_edit_moves_a_promise_before_its_old_due_comes(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p3", now=NOW + 7 * HOUR)  # Monday 17:00
    ask(cast, ticket, NOW + 7 * HOUR)
    promise = PromiseClock.objects.get(ticket=ticket)
    assert promise.due_at == NOW + 23.5 * HOUR  # Tuesday 9:30
    set_holiday("2026-06-09", off=True)
    promise_sweep.run(NOW + 8 * HOUR)
    promise.refresh_from_db()
    assert (promise.due_at, promise.check_at) == (NOW + 47.5 * HOUR, NOW + 47.5 * HOUR + dt.timedelta(microseconds=1))
    set_holiday("2026-06-09", off=False)
    promise_sweep.run(NOW + 9 * HOUR)
    promise.refresh_from_db()
    assert promise.due_at == NOW + 23.5 * HOUR
    assert promise_sweep.run(NOW + 24 * HOUR).missed == 1


def test_a_due_that_only_the_edit_puts_into_the_past_is_missed_by_the_edit_and_now(cast: Cast) -> None:
    set_holiday("2026-06-08", off=True)
    ticket = file_ticket(cast, severity="p3", now=NOW)
    ask(cast, ticket, NOW)
    set_holiday("2026-06-08", off=False)
    promise_sweep.run(NOW + 3 * HOUR)
    promise = PromiseClock.objects.get(ticket=ticket)
    assert (promise.state, promise.breach_cause, promise.breached_at) == ("breached", "calendar_edit", NOW + 3 * HOUR)


def test_what_had_run_out_before_the_edit_stays_missed_at_its_due(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p3", now=NOW)
    ask(cast, ticket, NOW)
    set_holiday("2026-06-08", off=True, at=NOW + 2 * HOUR)  # nobody swept in between
    promise_sweep.run(NOW + 3 * HOUR)
    promise = PromiseClock.objects.get(ticket=ticket)
    assert (promise.breach_cause, promise.breached_at) == ("elapsed", NOW + HOUR)


def test_a_holiday_announced_in_time_moves_a_promise_though_the_sweep_comes_late(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p2", now=NOW)
    ask(cast, ticket, NOW)
    set_holiday("2026-06-08", off=True, at=NOW + MINUTE)
    promise_sweep.run(NOW + 3 * HOUR)
    promise = PromiseClock.objects.get(ticket=ticket)
    assert (promise.state, promise.breached_at) == ("running", None)
    assert promise.due_at == NOW + 24 * HOUR  # one hour of Tuesday, which begins at 9


def test_an_update_is_due_at_the_very_instant_that_was_said(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p1", now=NOW)
    ask(cast, ticket, NOW)
    now = NOW + dt.timedelta(seconds=1.7)
    actions.accept_request(
        ticket=ticket, by=cast.mona, plan="A fix.", expected_at=NOW + HOUR, next_update_at=NOW + HOUR / 2, now=now
    )
    assert running_promise(ticket, PromiseKind.NEXT_UPDATE).due_at == NOW + HOUR / 2
