"""What the vendor commits to on an escalated ticket: asked for, acknowledged, planned, kept or not."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from escalation import actions, promise_sweep, sweep
from escalation.actions.promises import running_promise
from escalation.choices import Expects, PromiseKind, RequestState
from escalation.models import Commitment, Escalation, EscalationRequest, PromiseClock
from tests.cast import NOW, Cast, file_ticket
from tickets import actions as ticket_actions
from tickets.errors import ActionRefused
from tickets.models import Ticket, TicketEvent

MINUTE = dt.timedelta(minutes=1)
HOUR = dt.timedelta(hours=1)
pytestmark = pytest.mark.django_db


def ask(cast: Cast, ticket: Ticket, *, now: dt.datetime, key: uuid.UUID | None = None, body: str = "Launch is today."):
    return actions.request_escalation(
        ticket=ticket, by=cast.alice, reason="business", body=body, submission_key=key or uuid.uuid4(), now=now
    )


def kinds(ticket: Ticket) -> list[str]:
    return list(TicketEvent.objects.filter(ticket=ticket).order_by("pk").values_list("kind", flat=True))


def test_a_customers_escalation_goes_to_the_escalation_manager_with_a_promise(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p1")

    ask(cast, ticket, now=NOW + MINUTE)

    promise = running_promise(ticket, PromiseKind.ACKNOWLEDGE)
    assert promise
    assert promise.due_at == NOW + 31 * MINUTE
    assert promise.owner == cast.mona == Commitment.objects.get(ticket=ticket).owner
    assert kinds(ticket)[-1] == "escalation_requested"


def test_the_promise_of_a_question_counts_business_hours(cast: Cast) -> None:
    ticket = file_ticket(
        cast, severity="p3", now=dt.datetime(2026, 6, 12, 9, 0, tzinfo=dt.UTC)
    )  # Friday 17:00 in Shanghai

    ask(cast, ticket, now=ticket.created_at)

    promise = running_promise(ticket, PromiseKind.ACKNOWLEDGE)
    assert promise
    assert promise.due_at == dt.datetime(2026, 6, 15, 1, 30, tzinfo=dt.UTC)


def test_a_further_reason_is_appended_and_a_double_click_is_not(cast: Cast) -> None:
    ticket, key = file_ticket(cast, severity="p1"), uuid.uuid4()

    first = ask(cast, ticket, now=NOW, key=key)
    ask(cast, ticket, now=NOW, key=key)
    further = ask(cast, ticket, now=NOW + MINUTE, body="And the board asks.")

    assert first == further
    assert [each.body for each in first.reasons.all()] == ["Launch is today.", "And the board asks."]
    assert PromiseClock.objects.filter(ticket=ticket).count() == 1


def test_accepted_with_a_plan_it_climbs_one_tier_and_keeps_the_plan(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p1")
    ask(cast, ticket, now=NOW)

    actions.accept_request(
        ticket=ticket, by=cast.mona, plan="Frank bisects builds.", expected_at=NOW + 4 * HOUR, now=NOW + 10 * MINUTE
    )

    ticket.refresh_from_db()
    row = Commitment.objects.get(ticket=ticket)
    step = Escalation.objects.get(ticket=ticket)
    assert (ticket.tier, step.trigger, step.by) == ("t2", "customer", cast.mona)
    assert (row.plan, row.expects, row.expected_at) == ("Frank bisects builds.", Expects.RESULT, NOW + 4 * HOUR)
    assert PromiseClock.objects.get(ticket=ticket).state == "met"


def test_in_rnd_an_accepted_one_stays(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p1")
    Ticket.objects.filter(pk=ticket.pk).update(tier="rnd")
    ask(cast, ticket, now=NOW)

    actions.accept_request(ticket=ticket, by=cast.mona, plan="A hotfix.", expected_at=NOW + HOUR, now=NOW)

    ticket.refresh_from_db()
    assert (ticket.tier, ticket.step_no) == ("rnd", 0)


def test_answered_with_reasons_it_is_over_and_a_second_answer_is_refused(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p2")
    ask(cast, ticket, now=NOW)

    with pytest.raises(ActionRefused):
        actions.answer_request(ticket=ticket, by=cast.mona, answer=" ", now=NOW)
    actions.answer_request(ticket=ticket, by=cast.mona, answer="The fix ships tonight.", now=NOW + MINUTE)

    assert EscalationRequest.objects.get(ticket=ticket).state == RequestState.ANSWERED
    assert Commitment.objects.get(ticket=ticket).closed_at == NOW + MINUTE
    with pytest.raises(ActionRefused):
        actions.answer_request(ticket=ticket, by=cast.max, answer="No.", now=NOW + MINUTE)


def test_an_acknowledgement_that_comes_late_stays_a_missed_promise(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p0")
    ask(cast, ticket, now=NOW)

    promise_sweep.run(NOW + 31 * MINUTE)
    promise_sweep.run(NOW + 32 * MINUTE)
    actions.acknowledge(ticket=ticket, by=cast.mona, now=NOW + 40 * MINUTE)

    promise = PromiseClock.objects.get(ticket=ticket)
    assert (promise.breached_at, promise.stopped_at) == (NOW + 30 * MINUTE, NOW + 40 * MINUTE)
    assert kinds(ticket).count("promise_missed") == 1


def test_an_answer_on_a_p0_promises_the_next_one_and_the_next_one_keeps_it(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p0")
    ticket_actions.reply(ticket=ticket, by=cast.erin, body="Looking.", now=NOW + 5 * MINUTE)
    promise_sweep.run(NOW + 6 * MINUTE)
    ticket_actions.reply(ticket=ticket, by=cast.erin, body="Found it.", now=NOW + 20 * MINUTE)

    promise_sweep.run(NOW + 21 * MINUTE)

    first, second = PromiseClock.objects.filter(ticket=ticket).order_by("pk")
    assert (first.state, first.due_at, first.stopped_at) == ("met", NOW + 35 * MINUTE, NOW + 20 * MINUTE)
    assert (second.state, second.due_at) == ("running", NOW + 50 * MINUTE)


def test_a_missed_update_is_told_once_and_takes_no_step(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p0")
    ticket_actions.reply(ticket=ticket, by=cast.erin, body="Looking.", now=NOW)

    for minutes in (1, 31, 32, 33):
        promise_sweep.run(NOW + minutes * MINUTE)
        sweep.run(NOW + minutes * MINUTE)

    ticket.refresh_from_db()
    assert kinds(ticket).count("promise_missed") == 1
    assert ticket.step_no == 0


def test_time_that_waits_on_the_customer_does_not_count_for_the_next_update(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p0")
    ticket_actions.reply_and_wait(ticket=ticket, by=cast.erin, body="Which build?", now=NOW + MINUTE)
    promise_sweep.run(NOW + 2 * MINUTE)
    promise_sweep.run(NOW + 120 * MINUTE)
    assert PromiseClock.objects.get(ticket=ticket).state == "paused"

    ticket_actions.customer_reply(ticket=ticket, by=cast.alice, body="4.2.1", now=NOW + 121 * MINUTE)
    promise_sweep.run(NOW + 122 * MINUTE)

    assert PromiseClock.objects.get(ticket=ticket).due_at == NOW + 151 * MINUTE


def test_a_question_and_an_automatic_answer_promise_no_update(cast: Cast) -> None:
    question, urgent = file_ticket(cast, severity="p3"), file_ticket(cast, severity="p0")
    ticket_actions.reply(ticket=question, by=cast.erin, body="See the guide.", now=NOW)
    ticket_actions.reply(ticket=urgent, by=cast.erin, body="Received.", now=NOW, is_automatic=True)

    promise_sweep.run(NOW + MINUTE)

    assert not PromiseClock.objects.exists()
    assert not Ticket.objects.exclude(unpromised_answer_at=None).exists()


def test_a_resolved_ticket_owes_no_update(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p0")
    ticket_actions.reply(ticket=ticket, by=cast.erin, body="Looking.", now=NOW)
    promise_sweep.run(NOW + MINUTE)
    ticket_actions.resolve(
        ticket=ticket, by=cast.erin, message="Fixed.", cause="c", fix="f", prevention="p", now=NOW + 10 * MINUTE
    )

    promise_sweep.run(NOW + 60 * MINUTE)

    assert [each.state for each in PromiseClock.objects.all()] == ["met"]


def test_an_expected_time_that_passes_is_counted_once_and_told(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p1")
    ask(cast, ticket, now=NOW)
    actions.accept_request(ticket=ticket, by=cast.mona, plan="A hotfix.", expected_at=NOW + HOUR, now=NOW)

    promise_sweep.run(NOW + HOUR)
    assert Commitment.objects.get(ticket=ticket).slips == 0
    promise_sweep.run(NOW + HOUR + MINUTE)
    promise_sweep.run(NOW + HOUR + 2 * MINUTE)
    actions.set_plan(
        ticket=ticket, by=cast.mona, plan="Another build.", expected_at=NOW + 3 * HOUR, now=NOW + HOUR + 3 * MINUTE
    )

    row = Commitment.objects.get(ticket=ticket)
    assert (row.slips, row.slipped_at, row.expected_at) == (1, None, NOW + 3 * HOUR)
    assert kinds(ticket).count("slipped") == 1


def test_a_time_replaced_late_is_counted_all_the_same(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p1")
    ask(cast, ticket, now=NOW)
    actions.accept_request(ticket=ticket, by=cast.mona, plan="A hotfix.", expected_at=NOW + HOUR, now=NOW)

    actions.set_plan(ticket=ticket, by=cast.mona, plan="Later.", expected_at=NOW + 3 * HOUR, now=NOW + 2 * HOUR)

    assert Commitment.objects.get(ticket=ticket).slips == 1


def test_whoever_takes_the_ticket_in_time_keeps_the_steps_promise(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p0")
    sweep.run(NOW + 16 * MINUTE)
    row = Commitment.objects.get(ticket=ticket)
    assert (row.trigger, row.expects, row.owner) == ("clock", Expects.TAKEOVER, None)
    assert row.expected_at

    ticket_actions.assign(ticket=ticket, to=cast.frank, by=cast.frank, now=NOW + 17 * MINUTE)
    promise_sweep.run(row.expected_at + MINUTE)

    row.refresh_from_db()
    assert row.slips == 0


def test_a_step_that_nobody_takes_over_in_time_has_slipped(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p0")
    sweep.run(NOW + 16 * MINUTE)
    row = Commitment.objects.get(ticket=ticket)

    promise_sweep.run(row.expected_at + MINUTE)

    row.refresh_from_db()
    assert row.slips == 1


def test_an_automatic_step_does_not_take_back_a_persons_plan(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p0")
    ask(cast, ticket, now=NOW)
    actions.accept_request(ticket=ticket, by=cast.mona, plan="A hotfix.", expected_at=NOW + 9 * HOUR, now=NOW)

    sweep.run(NOW + 31 * MINUTE)

    ticket.refresh_from_db()
    assert ticket.tier == "rnd"
    assert Commitment.objects.get(ticket=ticket).plan == "A hotfix."


def test_two_who_set_the_time_at_once_are_told_of_each_other(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p1")
    ask(cast, ticket, now=NOW)
    actions.accept_request(ticket=ticket, by=cast.mona, plan="A hotfix.", expected_at=NOW + HOUR, now=NOW)
    actions.set_plan(
        ticket=ticket, by=cast.max, plan="B.", expected_at=NOW + 2 * HOUR, now=NOW, seen_expected_at=NOW + HOUR
    )

    with pytest.raises(ActionRefused, match="another time"):
        actions.set_plan(
            ticket=ticket, by=cast.mona, plan="C.", expected_at=NOW + 3 * HOUR, now=NOW, seen_expected_at=NOW + HOUR
        )


def test_a_closed_ticket_takes_no_escalation_and_a_resolved_one_goes_on_when_accepted(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p2")
    ticket_actions.confirm_solved(ticket=ticket, by=cast.alice, now=NOW)
    ask(cast, ticket, now=NOW + MINUTE)

    actions.accept_request(
        ticket=ticket, by=cast.mona, plan="We look again.", expected_at=NOW + HOUR, now=NOW + 2 * MINUTE
    )

    ticket.refresh_from_db()
    assert (ticket.status, ticket.tier) == ("open", "t2")
    Ticket.objects.filter(pk=ticket.pk).update(status="closed")
    with pytest.raises(ActionRefused):
        ask(cast, ticket, now=NOW + HOUR)


def test_the_number_of_queries_for_many_steps_is_that_for_one(
    cast: Cast, django_assert_num_queries, django_assert_max_num_queries
) -> None:
    steps = []
    for _ in range(30):
        ticket = file_ticket(cast, severity="p1")
        steps.append(
            Escalation.objects.create(
                ticket=ticket, step_no=1, trigger="clock", from_tier="rnd", target="manager", created_at=NOW
            )
        )

    with django_assert_max_num_queries(6) as one:
        actions.note_steps(steps[:1], now=NOW)
    with django_assert_num_queries(len(one)):
        actions.note_steps(steps, now=NOW)

    assert Commitment.objects.filter(owner=cast.mona).count() == 30
