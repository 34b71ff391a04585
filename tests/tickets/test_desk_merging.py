"""Merging at the desk: a number, a question, and both tickets say what happened."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.test import Client

from tests.cast import NOW, Cast, file_ticket
from tickets.models import Ticket

LATER = NOW + dt.timedelta(minutes=5)


@pytest.fixture(autouse=True)
def five_past():
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def at_desk(client: Client, cast: Cast) -> Client:
    client.force_login(cast.erin)
    return client


def page_of(ticket: Ticket) -> str:
    return f"/admin/tickets/ticket/{ticket.pk}/change/"


def merge(client: Client, ticket: Ticket, **data: object):
    return client.post(f"/admin/tickets/ticket/{ticket.pk}/acts/merge/", data)


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def test_it_asks_with_the_name_of_the_other_ticket_before_it_does_anything(at_desk: Client, cast: Cast) -> None:
    old, new = file_ticket(cast, subject="Echo on speaker"), file_ticket(cast)
    asked = merge(at_desk, new, into=f"#{old.pk}")
    page = asked.content.decode()
    assert asked.status_code == 422
    assert "Echo on speaker" in page
    assert f'name="sure" value="{old.pk}"' in page
    assert fresh(new).merged_into is None

    assert merge(at_desk, new, into=old.pk, sure=old.pk).status_code == 302
    assert fresh(new).merged_into == old


def test_an_answer_to_the_question_about_another_ticket_is_asked_again(at_desk: Client, cast: Cast) -> None:
    old, other, new = file_ticket(cast), file_ticket(cast), file_ticket(cast)
    assert merge(at_desk, new, into=other.pk, sure=old.pk).status_code == 422
    assert fresh(new).merged_into is None


@pytest.mark.parametrize("number", ["", "x", "-1", "0", "999999", "9" * 20, "²", "١"])
def test_what_is_no_number_of_a_ticket_is_said_and_kept(at_desk: Client, cast: Cast, number: str) -> None:
    ticket = file_ticket(cast)
    assert merge(at_desk, ticket, into=number, sure=number).status_code == 422
    assert fresh(ticket).status == "open"


def test_a_ticket_of_another_organisation_is_refused(at_desk: Client, cast: Cast) -> None:
    ours = file_ticket(cast)
    theirs = file_ticket(cast, by=cast.mallory, organisation=cast.other, app=None)
    answer = merge(at_desk, ours, into=theirs.pk, sure=theirs.pk)
    assert answer.status_code == 409
    assert "two organisations" in answer.content.decode()
    assert fresh(ours).merged_into is None


def test_older_open_tickets_of_the_same_organisation_are_suggested(at_desk: Client, cast: Cast) -> None:
    older = file_ticket(cast)
    theirs = file_ticket(cast, by=cast.mallory, organisation=cast.other, app=None)
    closed = file_ticket(cast)
    Ticket.objects.filter(pk=closed.pk).update(status="closed", closed_at=NOW)
    ticket, newer = file_ticket(cast), file_ticket(cast)
    page = at_desk.get(page_of(ticket)).content.decode().partition('<datalist id="merge-into">')[2]
    suggested = page.partition("</datalist>")[0]
    assert f'value="{older.pk}"' in suggested
    for no_fit in (theirs, closed, ticket, newer):
        assert f'value="{no_fit.pk}"' not in suggested


def test_both_sides_of_a_merged_ticket_are_led_to_the_one_that_goes_on(at_desk: Client, cast: Cast) -> None:
    old, new = file_ticket(cast), file_ticket(cast, by=cast.bob)
    merge(at_desk, new, into=old.pk, sure=old.pk)
    desk = at_desk.get(page_of(new)).content.decode()
    assert f'href="{page_of(old)}"' in desk
    assert "/acts/merge/" not in desk
    assert f"merged #{new.pk} into this ticket" in at_desk.get(page_of(old)).content.decode()

    at_desk.force_login(cast.bob)
    page = at_desk.get(new.get_absolute_url()).content.decode()
    assert f'href="{old.get_absolute_url()}"' in page
    assert f'href="{old.get_absolute_url()}#newest"' in page
    assert "It freezes on Wi-Fi" in page
    assert 'name="body"' not in page
    assert at_desk.get(old.get_absolute_url()).status_code == 200
