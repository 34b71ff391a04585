"""The sentence on top of the customer's page: who must act, until when, and what comes next."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import translation

from escalation import actions as escalation_actions
from escalation import promise_sweep
from tests.cast import NOW, Cast, file_ticket
from tests.tickets.test_ticket_page import busy_ticket
from tickets import actions
from tickets.models import Ticket

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def turn_of(person, ticket: Ticket, address: str = "tickets:detail") -> str:
    client = Client()
    client.force_login(person)
    page = client.get(reverse(address, args=[ticket.pk])).content.decode()
    return page.split('id="part-turn"')[1].split("</p>")[0]


def test_it_says_by_when_the_customer_hears_from_us_again(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p1")
    actions.take(ticket=ticket, by=cast.erin, now=NOW)
    actions.reply(ticket=ticket, by=cast.erin, body="Looking.", now=NOW + MINUTE)
    promise_sweep.run(NOW + 2 * MINUTE)
    with time_machine.travel(NOW + 3 * MINUTE, tick=False):
        for address in ("tickets:detail", "tickets:parts"):
            turn = turn_of(cast.alice, ticket, address)
            assert "Erin Wu is working on it" in turn
            assert "You hear from us again by" in turn


def test_it_says_by_when_an_escalation_is_answered_and_who_has_seen_it(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p1")
    escalation_actions.request_escalation(
        ticket=ticket, by=cast.alice, reason="progress", body="Nobody answers.", submission_key=uuid.uuid4(), now=NOW
    )
    with time_machine.travel(NOW + MINUTE, tick=False):
        assert "Your escalation is answered by" in turn_of(cast.alice, ticket)
        escalation_actions.acknowledge(ticket=ticket, by=cast.mona, now=NOW + MINUTE)
        assert "Mona Gao has seen your escalation and answers you." in turn_of(cast.alice, ticket)


def test_a_solved_ticket_promises_nothing_more(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p1")
    actions.reply(ticket=ticket, by=cast.erin, body="Looking.", now=NOW + MINUTE)
    promise_sweep.run(NOW + 2 * MINUTE)
    actions.confirm_solved(ticket=ticket, by=cast.alice, now=NOW + 3 * MINUTE)
    with time_machine.travel(NOW + 4 * MINUTE, tick=False):
        assert "You hear from us again" not in turn_of(cast.alice, ticket)


def full_ticket(cast: Cast) -> Ticket:
    """With an investigation, open questions, a contact, an escalation and colleagues."""
    ticket = busy_ticket(cast, 3)
    later = {"ticket": ticket, "now": NOW + dt.timedelta(hours=3)}
    findings = actions.Findings(hypothesis="The codec", tried="Another codec")
    actions.investigate(by=cast.erin, findings=findings, **later)
    actions.reply_and_wait(by=cast.erin, body="", questions=["Which SDK?", "Which phone?"], **later)
    actions.add_contact(by=cast.alice, name="Wang Wei", phone="12345", reachable="any time", **later)
    return ticket


@pytest.mark.parametrize(
    ("reader", "address", "most"),
    [
        ("alice", "tickets:detail", 15),
        ("alice", "tickets:parts", 15),
        ("erin", "admin:tickets_ticket_change", 21),
    ],
)
def test_a_ticket_with_everything_on_it_costs_no_more(
    cast: Cast, django_assert_max_num_queries, reader: str, address: str, most: int
) -> None:
    ticket, client = full_ticket(cast), Client()
    client.force_login(getattr(cast, reader))
    path = reverse(address, args=[ticket.pk])
    if address != "tickets:parts":
        client.get(path)  # what is new is remembered
    with django_assert_max_num_queries(most):
        page = client.get(path).content.decode()
    for words in ("Another codec", "Which phone?", "Wang Wei"):
        assert words in page
