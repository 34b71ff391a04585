"""Whom our engineers may call about a ticket: named by the customer's side, seen by both."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from tests.cast import NOW, Cast, file_ticket
from tickets import actions
from tickets.choices import EventKind
from tickets.errors import ActionRefused
from tickets.models import Ticket, TicketContact
from tickets.models.contacts import MOST_CONTACTS

GIVEN = {"name": "Wang Wei", "phone": "+86 10 5555 0199", "reachable": "weekdays 9 to 18, Beijing"}


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    return file_ticket(cast, severity="p0")


def client_of(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def post(person, ticket: Ticket, **data: object):
    return client_of(person).post(reverse("tickets:contacts", args=[ticket.pk]), data)


def page_of(person, ticket: Ticket) -> str:
    return client_of(person).get(ticket.get_absolute_url()).content.decode()


def test_the_customer_names_somebody_and_both_sides_read_it(cast: Cast, ticket: Ticket) -> None:
    cast.alice.phone = "+86 138 0000 0000"
    cast.alice.save()
    assert post(cast.bob, ticket, **GIVEN).status_code == 302
    desk = client_of(cast.erin).get(f"/admin/tickets/ticket/{ticket.pk}/change/").content.decode()
    for page in (page_of(cast.alice, ticket), desk):
        for words in ("Wang Wei", "tel:+861055550199", "weekdays 9 to 18, Beijing", "+86 138 0000 0000"):
            assert words in page, words
        assert "Bob Li named Wang Wei as somebody to call" in page
    assert "They call us on" in desk
    assert cast.plan.support_phone in desk


def test_whoever_filed_it_without_a_phone_is_led_to_their_profile(cast: Cast, ticket: Ticket) -> None:
    assert "Add your phone to your profile" in page_of(cast.alice, ticket)
    page = page_of(cast.bob, ticket)
    assert "Add your phone" not in page
    assert "No phone given" in page


def test_a_number_that_is_taken_off_is_stored_nowhere(cast: Cast, ticket: Ticket) -> None:
    post(cast.alice, ticket, **GIVEN)
    row = TicketContact.objects.get()
    for _ in range(2):
        assert post(cast.alice, ticket, remove=row.pk).status_code == 302
    assert not TicketContact.objects.exists()
    events = list(ticket.events.filter(kind=EventKind.CONTACTS_CHANGED).order_by("pk").values_list("data", flat=True))
    assert events == [{"added": "Wang Wei"}, {"removed": "Wang Wei"}]


def test_a_double_click_names_them_once(cast: Cast, ticket: Ticket) -> None:
    for reachable in ("any time", "mornings"):
        post(cast.alice, ticket, **(GIVEN | {"reachable": reachable}))
    assert TicketContact.objects.get().reachable == "mornings"
    assert ticket.events.filter(kind=EventKind.CONTACTS_CHANGED).count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"phone": ""}, {"phone": "call me"}, {"phone": "+86"}, {"phone": "tel:+861055550199"}, {"phone": "1" * 41},
        {"phone": "12345\0"}, {"name": ""}, {"name": "x" * 121}, {"reachable": "x" * 121},
    ],
)  # fmt: skip
def test_a_mistake_keeps_what_was_typed(cast: Cast, ticket: Ticket, wrong: dict[str, str]) -> None:
    answer = post(cast.alice, ticket, **(GIVEN | wrong))
    assert answer.status_code == 422
    kept = next(value for name, value in GIVEN.items() if name not in wrong)
    assert kept in answer.content.decode()
    assert not TicketContact.objects.exists()


@pytest.mark.parametrize("phone", ["+86 (10) 5555-0199", "010 5555 0199 转 12", "5555.0199 ext. 3", "110119"])
def test_numbers_as_people_write_them_are_taken(cast: Cast, ticket: Ticket, phone: str) -> None:
    assert post(cast.alice, ticket, **(GIVEN | {"phone": phone})).status_code == 302


def test_more_than_a_few_are_refused_in_words(cast: Cast, ticket: Ticket) -> None:
    for number in range(MOST_CONTACTS):
        post(cast.alice, ticket, **(GIVEN | {"name": f"Person {number}"}))
    answer = post(cast.alice, ticket, **GIVEN)
    assert answer.status_code == 409
    assert "Take one off first" in answer.content.decode()
    assert "Wang Wei" in answer.content.decode()


def test_staff_and_strangers_change_nothing(cast: Cast, ticket: Ticket) -> None:
    post(cast.erin, ticket, **GIVEN)
    assert post(cast.mallory, ticket, **GIVEN).status_code == 404
    assert not TicketContact.objects.exists()
    other = file_ticket(cast, by=cast.mallory, organisation=cast.other, app=None)
    post(cast.mallory, other, **GIVEN)
    post(cast.alice, ticket, remove=TicketContact.objects.get().pk)
    assert TicketContact.objects.count() == 1
    assert post(cast.alice, ticket, remove="x").status_code == 302


def test_a_closed_ticket_keeps_its_people(cast: Cast, ticket: Ticket) -> None:
    post(cast.alice, ticket, **GIVEN)
    later = NOW + dt.timedelta(hours=1)
    actions.confirm_solved(ticket=ticket, by=cast.alice, now=later)
    actions.close(ticket=ticket, by=cast.erin, now=later)
    with pytest.raises(ActionRefused):
        actions.remove_contact(ticket=ticket, by=cast.alice, contact=TicketContact.objects.get().pk, now=later)
    assert "Name somebody else" not in page_of(cast.alice, ticket)
