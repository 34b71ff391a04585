"""Who is writing: one row a person, seen by the others for seconds, and by customers only where it is meant for them."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.cast import NOW, Cast, file_ticket
from tests.tickets.test_live import Server, Stream, live_cast, server
from tickets import actions, live
from tickets.actions.writing import AT_MOST_EVERY, KEPT_FOR
from tickets.models import Ticket, Writing

__all__ = ["live_cast", "server"]  # fixtures
SECOND = timedelta(seconds=1)


def beat(ticket: Ticket, by, *, at=NOW, is_internal: bool = False) -> None:
    actions.note_writing(ticket=ticket, by=by, is_internal=is_internal, now=at)


@pytest.mark.django_db
def test_one_row_a_person_written_every_three_seconds_at_most(cast: Cast, django_assert_num_queries) -> None:
    ticket = file_ticket(cast)
    beat(ticket, cast.alice)
    with django_assert_num_queries(2):
        beat(ticket, cast.alice, at=NOW + AT_MOST_EVERY - SECOND)
    assert Writing.objects.get().at == NOW
    with django_assert_num_queries(1):
        beat(ticket, cast.alice, at=NOW + AT_MOST_EVERY)
    assert Writing.objects.get().at == NOW + AT_MOST_EVERY


@pytest.mark.django_db
def test_a_note_that_becomes_a_letter_is_known_at_once_and_customers_write_no_notes(cast: Cast) -> None:
    ticket = file_ticket(cast)
    beat(ticket, cast.erin, is_internal=True)
    beat(ticket, cast.erin, at=NOW + SECOND)
    beat(ticket, cast.alice, is_internal=True)
    assert not Writing.objects.filter(is_internal=True).exists()


@pytest.mark.django_db
def test_what_is_sent_is_written_no_more_and_yesterdays_is_forgotten(cast: Cast) -> None:
    ticket = file_ticket(cast)
    beat(ticket, cast.alice)
    actions.customer_reply(ticket=ticket, by=cast.alice, body="Done", now=NOW)
    assert not Writing.objects.exists()
    beat(ticket, cast.alice)
    assert actions.sweep_writing(now=NOW + KEPT_FOR) == 0
    assert actions.sweep_writing(now=NOW + KEPT_FOR + SECOND) == 1


@pytest.mark.django_db
def test_the_address_takes_beats_of_the_tickets_readers(cast: Cast) -> None:
    address = reverse("tickets:writing", args=[file_ticket(cast).pk])
    client = Client()
    client.force_login(cast.mallory)
    assert client.post(address).status_code == 404
    client.force_login(cast.bob)
    assert client.get(address).status_code == 405
    assert client.post(address, {"kind": "internal"}).status_code == 204
    assert Writing.objects.get().is_internal is False
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.bob)
    assert strict.post(address).status_code == 403


def watcher(hub: live.Hub, person: int, *, staff: bool, ticket: int = 7) -> live.Watcher:
    made = live.Watcher(ticket_id=ticket, person_id=person, sees_internal=staff, name=f"P{person}")
    hub._watchers[ticket].add(made)
    return made


def test_who_is_told_of_whom() -> None:
    hub = live.Hub()
    alice, bob = watcher(hub, 1, staff=False), watcher(hub, 2, staff=False)
    erin, frank = watcher(hub, 3, staff=True), watcher(hub, 4, staff=True)
    elsewhere = watcher(hub, 5, staff=True, ticket=8)
    hub.show_people([(7, 1, "P1", False), (7, 3, "P3", False), (7, 4, "P4", True)])
    assert alice.people == live.People(("P3",))
    assert bob.people == live.People(("P1", "P3"))
    assert erin.people == live.People(("P1", "P4"))
    assert frank.people == live.People(("P1", "P3"))
    assert elsewhere.people == live.People()
    hub.show_people([])
    assert (alice.people, bob.people) == (live.People(), live.People()), "customers do not see who looks"
    assert erin.people == live.People((), ("P4",))


def people_of(stream: Stream, *, within: float) -> list[dict[str, list[str]]]:
    return [
        json.loads(line.removeprefix("data: ")) for line in stream.lines(within=within) if line.startswith("data: {")
    ]


def test_the_stream_names_who_writes_and_forgets_them(
    server: Server, live_cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "WRITING_SHOWN_SECONDS", 3.0)
    ticket = file_ticket(live_cast)
    customer = server.open(live_cast.alice, ticket, "?after=999999")
    engineer = server.open(live_cast.erin, ticket, "?after=999999")
    customer.lines(within=1.5)
    beat(ticket, live_cast.erin, at=timezone.now())
    beat(ticket, live_cast.frank, at=timezone.now(), is_internal=True)
    seen = people_of(customer, within=6)
    assert [each["writing"] for each in seen] == [["Erin Wu"], []]
    assert [each["looking"] for each in seen] == [[], []]
    assert [each["writing"] for each in people_of(engineer, within=1)] == [["Frank Zhao"], []]
