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
