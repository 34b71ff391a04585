"""The sweep against the database: once each, whoever looks."""

import datetime as dt
import threading
import uuid

import pytest
from django.db import close_old_connections, connection

from escalation import actions as escalation_actions
from escalation import sweep
from escalation.models import Escalation, ParkedTicket
from sla.actions import replace_definition
from sla.models import Calendar
from tests.cast import NOW, Cast, file_ticket, make_cast
from tickets import actions
from tickets.models import Ticket, TicketEvent

LATE = NOW + dt.timedelta(minutes=16)


def test_a_second_sweep_at_the_same_instant_does_nothing(cast: Cast) -> None:
    file_ticket(cast, severity="p0")
    assert sweep.run(LATE).escalated == 1
    again = sweep.run(LATE)
    assert (again.looked_at, again.escalated, again.warned, again.breached) == (0, 0, 0, 0)
    assert Escalation.objects.count() == 1


def test_a_sweeper_with_stale_facts_loses(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p0")
    stale = actions.Seen.of(ticket)
    actions.reply(ticket=ticket, by=cast.erin, body="Looking.", now=NOW)
    assert not actions.move_tier(seen=stale, to_tier="t2", check_at=None, now=LATE)
    ticket.refresh_from_db()
    assert ticket.tier == "t1"


def test_at_a_step_the_owner_becomes_a_follower_and_nobody_has_it(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p0")
    actions.take(ticket=ticket, by=cast.erin, now=NOW)
    sweep.run(LATE)
    ticket.refresh_from_db()
    assert ticket.assignee is None
    assert ticket.followers.filter(user=cast.erin).exists()


def test_an_answer_even_late_ends_the_climb(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p0")
    sweep.run(LATE)
    actions.reply(ticket=ticket, by=cast.frank, body="Sorry, here I am.", now=LATE)
    sweep.run(LATE + dt.timedelta(minutes=60))
    ticket.refresh_from_db()
    assert ticket.tier == "t2"


def test_an_internal_note_is_no_answer(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p0")
    actions.note(ticket=ticket, by=cast.erin, body="Anybody?", now=NOW)
    assert sweep.run(LATE).escalated == 1


def test_a_poisoned_row_is_parked_and_the_others_go_on(cast: Cast) -> None:
    poisoned = file_ticket(cast, severity="p0")
    file_ticket(cast, severity="p0")
    Ticket.objects.filter(pk=poisoned.pk).update(sla_terms={})
    tally = sweep.run(LATE)
    assert (tally.failed, tally.escalated) == (1, 1)
    poisoned.refresh_from_db()
    assert poisoned.check_at > LATE


def test_what_the_database_refuses_stands_alone_and_its_batch_goes_on(cast: Cast) -> None:
    tickets = [file_ticket(cast, severity="p0") for _ in range(20)]
    bad = tickets[7]
    Escalation.objects.create(
        ticket=bad, step_no=1, trigger="clock", from_tier="t1", target="t2", created_at=NOW
    )  # the number of its next step is taken

    tally = sweep.run(LATE)

    assert (tally.escalated, tally.failed) == (19, 1)
    parked = ParkedTicket.objects.get()
    assert (parked.ticket, parked.until) == (bad, LATE + dt.timedelta(hours=1))
    assert "IntegrityError" in parked.error
    assert Ticket.objects.get(pk=bad.pk).tier == "t1"
    assert not TicketEvent.objects.filter(ticket=bad, kind="breached").exists(), "nothing half done"


def test_a_row_that_breaks_the_writing_stands_alone_and_its_batch_goes_on(cast: Cast, monkeypatch) -> None:
    tickets = [file_ticket(cast, severity="p0") for _ in range(20)]
    climb = sweep.climb

    def brittle(steps, **rest) -> None:
        if any(step.ticket.pk == tickets[7].pk for step in steps):
            raise KeyError("nobody thought of this")
        climb(steps, **rest)

    monkeypatch.setattr(sweep, "climb", brittle)

    tally = sweep.run(LATE)

    assert (tally.escalated, tally.failed) == (19, 1)
    assert ParkedTicket.objects.get().ticket == tickets[7]


def test_a_sweep_that_cannot_even_read_says_so(cast: Cast, monkeypatch) -> None:
    def break_off(*args: object, **kwargs: object) -> None:
        raise ValueError("no rows today")

    monkeypatch.setattr(actions, "lock_for_a_look", break_off)
    with pytest.raises(ValueError, match="no rows today"):
        sweep.run(LATE)


def test_the_number_of_queries_of_a_batch_does_not_grow_with_it(
    cast: Cast, django_assert_max_num_queries, django_assert_num_queries
) -> None:
    for _ in range(10):
        file_ticket(cast, severity="p0")
    with django_assert_max_num_queries(36) as few:
        assert sweep.run(LATE).escalated == 10
    for _ in range(200):
        file_ticket(cast, severity="p0")

    with django_assert_num_queries(len(few)):
        assert sweep.run(LATE).escalated == 200


def test_a_sweep_that_may_take_no_time_leaves_the_rest_to_the_next_one(cast: Cast, monkeypatch) -> None:
    monkeypatch.setattr(sweep, "BATCH", 5)
    for _ in range(12):
        file_ticket(cast, severity="p0")

    seen = [sweep.run(LATE, within=dt.timedelta(0)).escalated for _ in range(4)]

    assert seen == [5, 5, 2, 0]


def test_a_ticket_that_waits_on_the_customer_is_left_alone(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p0")
    actions.reply_and_wait(ticket=ticket, by=cast.erin, body="Which version?", now=NOW)
    assert sweep.run(NOW + dt.timedelta(days=3)).escalated == 0
    ticket.refresh_from_db()
    assert ticket.tier == "t1"


def test_a_resolved_ticket_closes_after_its_plans_days_and_not_before(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p0")
    actions.confirm_solved(ticket=ticket, by=cast.alice, now=NOW)
    assert sweep.run(NOW + dt.timedelta(days=6, hours=23)).closed == 0
    assert sweep.run(NOW + dt.timedelta(days=7)).closed == 1
    ticket.refresh_from_db()
    assert ticket.status == "closed"


def test_a_resolved_ticket_stays_while_its_customer_waits_for_an_answer(cast: Cast) -> None:
    """And closes as many days after the answer as it would have after the solution."""
    ticket = file_ticket(cast, severity="p0")
    actions.confirm_solved(ticket=ticket, by=cast.alice, now=NOW)
    asked_at, days = NOW + dt.timedelta(days=6), dt.timedelta(days=7)
    escalation_actions.request_escalation(
        ticket=ticket,
        by=cast.alice,
        reason="progress",
        body="It froze again",
        submission_key=uuid.uuid4(),
        now=asked_at,
    )
    for later in (days, asked_at - NOW + days, 30 * days):
        assert sweep.run(NOW + later).closed == 0
    answered_at = NOW + 30 * days + dt.timedelta(days=1)
    escalation_actions.answer_request(ticket=ticket, by=cast.mona, answer="It is another fault", now=answered_at)
    assert sweep.run(answered_at + days - dt.timedelta(minutes=1)).closed == 0
    assert sweep.run(answered_at + days).closed == 1


def test_an_announced_holiday_moves_the_due(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p2", now=NOW + dt.timedelta(hours=6))  # Monday 16:00, due Tuesday 11:30
    calendar = Calendar.objects.get()
    holiday = {**calendar.definition, "holidays": [*calendar.definition["holidays"], "2026-06-09"]}
    replace_definition(calendar=calendar, definition=holiday, now=NOW + dt.timedelta(hours=6))
    sweep.run(NOW + dt.timedelta(hours=7))
    clock = ticket.clocks.get(kind="first_response")
    assert clock.due_at == dt.datetime(2026, 6, 10, 3, 30, tzinfo=dt.UTC)
    assert clock.calendar_version == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_many_sweeps_at_once_escalate_each_ticket_once() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("real concurrent connections are PostgreSQL's to show; SQLite has one writer")
    cast = make_cast()
    for _ in range(40):
        file_ticket(cast, severity="p0")
    barrier = threading.Barrier(4)
    tallies: list[sweep.Tally] = []

    def one_sweep() -> None:
        barrier.wait()
        try:
            tallies.append(sweep.run(LATE))
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=one_sweep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(tallies) == 4
    assert sum(tally.failed for tally in tallies) == 0
    assert sum(tally.escalated for tally in tallies) == Escalation.objects.count() == 40
    assert set(Ticket.objects.values_list("tier", "step_no")) == {("t2", 1)}
    assert TicketEvent.objects.filter(kind="escalated").count() == 40
    assert TicketEvent.objects.filter(kind="breached").count() == 40


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_several_hands_share_one_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer, and so one hand")
    monkeypatch.setattr(sweep, "BATCH", 3)
    threads = set()
    climb = sweep.climb
    monkeypatch.setattr(
        sweep, "climb", lambda *args, **more: (threads.add(threading.get_ident()), climb(*args, **more))
    )
    cast = make_cast()
    for _ in range(30):
        file_ticket(cast, severity="p0")
    tally = sweep.run(LATE, hands=3)
    assert (tally.looked_at, tally.escalated, tally.failed) == (30, 30, 0)
    assert set(Ticket.objects.values_list("tier", "step_no")) == {("t2", 1)}
    assert Escalation.objects.count() == TicketEvent.objects.filter(kind="escalated").count() == 30
    assert len(threads) > 1
    assert sweep.run(LATE, hands=3).looked_at == 0


def test_the_everyday_sweep_hires_nobody(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "_lend_a_hand", lambda *_: pytest.fail("a thread for one ticket"))
    file_ticket(cast, severity="p0")
    assert sweep.run(LATE, hands=4).escalated == 1
