"""The customer's pages of an escalation: asked for in words, contested by one click, seen by nobody else."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from escalation import actions
from escalation.models import EscalationReason, EscalationRequest
from tests.cast import NOW, Cast, file_ticket
from tickets import actions as ticket_actions
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_that_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page_of(client: Client, ticket: Ticket) -> str:
    return client.get(ticket.get_absolute_url()).content.decode()


def ask(client: Client, ticket: Ticket, **typed: str):
    data = {"reason": "business", "body": "Launch is today.", "submission_key": str(uuid.uuid4())} | typed
    return client.post(reverse("escalation:ask", args=[ticket.pk]), data)


def test_what_the_customer_asks_stands_on_the_ticket_with_its_promise(cast: Cast) -> None:
    ticket, client = file_ticket(cast, severity="p1"), browser(cast.alice)

    assert ask(client, ticket).status_code == 302

    page = page_of(client, ticket)
    assert "Launch is today." in page
    assert "An escalation manager answers by" in page
    assert "Add a reason" in page


def test_a_form_without_a_reason_keeps_what_was_typed(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p1")

    answer = ask(browser(cast.alice), ticket, reason="", body="Half a sentence")

    assert answer.status_code == 422
    assert "Half a sentence" in answer.content.decode()
    assert not EscalationRequest.objects.exists()


def test_a_double_click_asks_once(cast: Cast) -> None:
    ticket, client, key = file_ticket(cast), browser(cast.alice), str(uuid.uuid4())

    for _ in range(2):
        assert ask(client, ticket, submission_key=key).status_code == 302

    assert EscalationReason.objects.count() == 1


def test_the_button_stands_on_every_ticket_that_is_not_closed(cast: Cast) -> None:
    ticket, client = file_ticket(cast), browser(cast.alice)
    address = reverse("escalation:ask", args=[ticket.pk])
    assert address in page_of(client, ticket)
    ticket_actions.confirm_solved(ticket=ticket, by=cast.alice, now=NOW)
    assert address in page_of(client, ticket)

    ticket_actions.close(ticket=ticket, by=cast.erin, now=NOW)

    assert address not in page_of(client, ticket)
    assert ask(client, ticket).status_code == 409


def test_a_severity_that_we_lowered_is_contested_by_one_click_and_once(cast: Cast) -> None:
    ticket, client = file_ticket(cast, severity="p1"), browser(cast.alice)
    assert "I do not agree" not in page_of(client, ticket)
    ticket_actions.change_severity(ticket=ticket, by=cast.erin, severity="p3", reason="A question.", now=NOW)
    assert "I do not agree" in page_of(client, ticket)

    client.post(reverse("escalation:contest", args=[ticket.pk]), {"submission_key": str(uuid.uuid4())})

    assert EscalationReason.objects.get().reason == "severity"
    assert "I do not agree" not in page_of(client, ticket)


def test_a_severity_that_the_customer_raised_is_not_contested(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p3")
    ticket_actions.change_severity(ticket=ticket, by=cast.alice, severity="p1", reason="Worse.", now=NOW)

    assert "I do not agree" not in page_of(browser(cast.alice), ticket)


def test_another_organisation_can_neither_ask_nor_contest(cast: Cast) -> None:
    ticket, client = file_ticket(cast), browser(cast.mallory)

    assert ask(client, ticket).status_code == 404
    assert client.post(reverse("escalation:contest", args=[ticket.pk])).status_code == 404
    assert not EscalationRequest.objects.exists()


def test_the_answer_stands_where_the_customer_asked(cast: Cast) -> None:
    ticket, client = file_ticket(cast), browser(cast.alice)
    ask(client, ticket)
    actions.answer_request(ticket=ticket, by=cast.mona, answer="The fix ships tonight.", now=NOW)

    assert "The fix ships tonight." in page_of(client, ticket)
