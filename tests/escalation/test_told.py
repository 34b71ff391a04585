"""What people read of an escalation: in the timeline, in the panel and in their mail, with the words and times that were given."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from delivery.models import OutboundMessage
from escalation import actions, promise_sweep, sweep
from escalation.models import Commitment
from notifications import fan_out
from tests.cast import NOW, Cast, file_ticket
from tickets import actions as ticket_actions
from tickets.models import Ticket, TicketEvent
from tickets.wording import event_line

MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
pytestmark = pytest.mark.django_db


def lines(ticket: Ticket, kind: str) -> list[str]:
    events = TicketEvent.objects.filter(ticket=ticket, kind=kind).select_related("actor").order_by("pk")
    with timezone.override("Asia/Shanghai"):
        return [event_line(each) for each in events]


def mail(person: User) -> str:
    fan_out.run(NOW + 9 * HOUR)
    found = OutboundMessage.objects.filter(recipient=person, channel="email").order_by("pk")
    return "\n".join(each.body_text for each in found)


def panel(user: User, ticket: Ticket, monkeypatch: pytest.MonkeyPatch, now: dt.datetime) -> str:
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    client = Client()
    client.force_login(user)
    return client.get(ticket.get_absolute_url()).content.decode()


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    ticket = file_ticket(cast, severity="p1", now=NOW)
    actions.request_escalation(
        ticket=ticket, by=cast.alice, reason="business", body="Launch is today.", submission_key=uuid.uuid4(), now=NOW
    )
    return ticket


def accept(cast: Cast, ticket: Ticket, *, until: dt.datetime = NOW + HOUR) -> None:
    actions.accept_request(
        ticket=ticket, by=cast.mona, plan="Frank bisects builds.", expected_at=until, now=NOW + MINUTE
    )


def test_asked_and_accepted_the_plan_and_the_time_are_read_in_the_timeline_and_the_mail(
    cast: Cast, ticket: Ticket
) -> None:
    accept(cast, ticket)
    assert lines(ticket, "escalation_requested") == ["Alice Chen asked for an escalation: “Launch is today.”"]
    assert lines(ticket, "escalation_accepted") == [
        "Mona Gao accepted the escalation, with a result expected by 11:00: “Frank bisects builds.”"
    ]
    letter = mail(cast.alice)
    assert "What happens now: Frank bisects builds." in letter
    assert "A result is expected by 8 Jun 2026, 11:00 (Asia/Shanghai)." in letter
    assert "Reason: Our business is at stake" in mail(cast.mona)
    assert "In their words: “Launch is today.”" in mail(cast.mona)


def test_the_reasons_of_an_answer_and_the_outcome_reach_the_customer(cast: Cast, ticket: Ticket) -> None:
    actions.answer_request(ticket=ticket, by=cast.mona, answer="The fix ships tonight.", now=NOW + MINUTE)
    assert lines(ticket, "escalation_answered") == ["Mona Gao answered the escalation: “The fix ships tonight.”"]
    assert "The answer: “The fix ships tonight.”" in mail(cast.alice)


def test_how_an_escalation_ended_reaches_the_customer(cast: Cast, ticket: Ticket) -> None:
    accept(cast, ticket)
    actions.close_commitment(ticket=ticket, by=cast.mona, outcome="4.2.2 is out.", now=NOW + 2 * MINUTE)
    assert lines(ticket, "escalation_closed") == ["Mona Gao closed the escalation: “4.2.2 is out.”"]
    assert "How it ended: “4.2.2 is out.”" in mail(cast.alice)


def test_a_time_that_was_not_kept_stands_beside_the_new_one(cast: Cast, ticket: Ticket, monkeypatch) -> None:
    accept(cast, ticket)
    promise_sweep.run(NOW + HOUR + MINUTE)
    page = panel(cast.alice, ticket, monkeypatch, NOW + HOUR + 2 * MINUTE)
    assert "This time was not kept. A new one follows." in page
    actions.set_plan(ticket=ticket, by=cast.mona, plan="B.", expected_at=NOW + 3 * HOUR, now=NOW + HOUR + 3 * MINUTE)
    page = panel(cast.alice, ticket, monkeypatch, NOW + 2 * HOUR)
    assert "Expected by 8 Jun 2026, 13:00" in page
    assert "The time before, 8 Jun 2026, 11:00 (Asia/Shanghai), was not kept, and we are sorry." in page
    assert "1 expected time was not kept so far." in page
    assert lines(ticket, "slipped") == ["The expected time, 11:00, was not kept"]
    assert lines(ticket, "committed") == ["Mona Gao gave a new time, 13:00 instead of 11:00: “B.”"]
    assert "expected times not kept on this ticket so far: 1." in mail(cast.mona)


def test_one_that_is_replaced_late_says_so_in_the_same_breath(cast: Cast, ticket: Ticket, monkeypatch) -> None:
    accept(cast, ticket)
    actions.set_plan(ticket=ticket, by=cast.mona, plan="B.", expected_at=NOW + 3 * HOUR, now=NOW + 2 * HOUR)
    assert lines(ticket, "committed") == ["11:00 was not kept. Mona Gao gave a new time, 13:00: “B.”"]
    assert "was not kept, and we are sorry" in panel(cast.alice, ticket, monkeypatch, NOW + 2 * HOUR)
    assert "We are sorry: the time we gave before, 8 Jun 2026, 11:00 (Asia/Shanghai), was not kept." in mail(cast.alice)


def test_nobody_took_over_in_time_and_the_customer_reads_it(cast: Cast, monkeypatch) -> None:
    ticket = file_ticket(cast, severity="p0", now=NOW)
    sweep.run(NOW + 16 * MINUTE)
    late = Commitment.objects.get(ticket=ticket).expected_at + MINUTE
    promise_sweep.run(late)
    assert "Nobody has taken it over yet, and we are sorry." in panel(cast.alice, ticket, monkeypatch, late)


def test_a_takeover_that_came_late_has_slipped_though_no_run_saw_it(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p0", now=NOW)
    sweep.run(NOW + 16 * MINUTE)
    expected_at = Commitment.objects.get(ticket=ticket).expected_at
    ticket_actions.assign(ticket=ticket, to=cast.frank, by=cast.frank, now=expected_at + MINUTE)
    promise_sweep.run(expected_at + 2 * MINUTE)
    assert Commitment.objects.get(ticket=ticket).slips == 1


def test_a_step_that_takes_a_passed_times_place_counts_it_first(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p0", now=NOW)
    sweep.run(NOW + 16 * MINUTE)
    first = Commitment.objects.get(ticket=ticket).expected_at
    sweep.run(NOW + 47 * MINUTE)  # no run over the promises in between
    row = Commitment.objects.get(ticket=ticket)
    assert (row.slips, row.missed_expected_at) == (1, first)
    assert row.expected_at > NOW + 47 * MINUTE
    assert TicketEvent.objects.filter(ticket=ticket, kind="slipped").count() == 1
