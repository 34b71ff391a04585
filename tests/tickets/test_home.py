"""The customers' first page."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Membership
from tests.cast import Cast, file_ticket
from tickets import actions
from tickets.models import TicketEvent


@pytest.fixture
def alice(cast: Cast, client: Client) -> Client:
    client.force_login(cast.alice)
    return client


def page_of(client: Client) -> str:
    response = client.get("/")
    assert response.status_code == 200
    return response.content.decode()


def ago(**span: float) -> dt.datetime:
    return timezone.now() - dt.timedelta(**span)


def test_a_stranger_is_asked_to_sign_in(cast: Cast, client: Client) -> None:
    assert client.get("/").headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("who", ["erin", "mona", "max", "ada"])
def test_staff_are_led_to_the_queue(cast: Cast, client: Client, who: str) -> None:
    client.force_login(getattr(cast, who))
    assert client.get("/").headers["Location"] == "/admin/tickets/ticket/"


def test_a_person_without_organisation_is_told_what_to_do(cast: Cast, alice: Client) -> None:
    cast.alice.memberships.all().delete()
    page = page_of(alice)
    assert "do not belong to an organisation" in page
    assert cast.alice.email in page


def test_an_empty_home_says_what_to_do(cast: Cast, alice: Client) -> None:
    page = page_of(alice)
    assert "Nothing is open" in page
    assert 'href="/tickets/new/"' in page
    assert "Acme Live" in page
    assert "Standard plan" in page


def test_the_success_manager_can_be_reached(cast: Cast, alice: Client) -> None:
    cast.max.phone = "+86 21 5550 4471"
    cast.max.save()
    cast.acme.success_manager = cast.max
    cast.acme.save()
    page = page_of(alice)
    for words in ("Max Lin", 'href="tel:+862155504471"', 'href="mailto:max@example.test"'):
        assert words in page


def test_what_waits_on_the_customer_stands_first(cast: Cast, alice: Client) -> None:
    ours = file_ticket(cast, severity="p1", subject="With us", now=ago(minutes=10))
    theirs = file_ticket(cast, severity="p3", subject="With them", now=ago(hours=2))
    actions.take(ticket=theirs, by=cast.erin, now=ago(hours=1))
    actions.reply_and_wait(ticket=theirs, by=cast.erin, body="Which version?", now=ago(hours=1))
    page = page_of(alice)
    assert page.index("With them") < page.index(">With us<")
    assert f"Erin Wu needs an answer from you on {theirs.number}" in page
    assert ours.get_absolute_url() in page


def test_we_say_it_when_we_are_late(cast: Cast, alice: Client) -> None:
    file_ticket(cast, severity="p0", now=ago(minutes=40))
    assert "We are late on one ticket" in page_of(alice)


def test_else_it_says_what_is_due_next(cast: Cast, alice: Client) -> None:
    ticket = file_ticket(cast, severity="p0", now=ago(minutes=1))
    page = page_of(alice)
    assert f"First response on {ticket.number} by" in page
    assert "late" not in page


def test_only_visible_open_tickets_stand_there(cast: Cast, alice: Client) -> None:
    file_ticket(cast, subject="Bob keeps this to himself", by=cast.bob, is_shared=False)
    file_ticket(cast, subject="Of another company", by=cast.mallory, organisation=cast.other, app=None)
    solved = file_ticket(cast, subject="Solved long ago")
    actions.confirm_solved(ticket=solved, by=cast.alice, now=timezone.now())
    page = page_of(alice)
    for subject in ("Bob keeps this to himself", "Of another company", "Solved long ago"):
        assert subject not in page


def test_what_happened_since_the_last_visit_is_marked(cast: Cast, alice: Client) -> None:
    ticket = file_ticket(cast, now=ago(hours=1))
    assert "is-unread" not in page_of(alice)
    actions.note(ticket=ticket, by=cast.erin, body="internal", now=ago(minutes=50))
    assert "is-unread" not in page_of(alice)
    actions.reply(ticket=ticket, by=cast.erin, body="We look into it.", now=ago(minutes=30))
    assert "is-unread" in page_of(alice)
    actions.mark_seen(ticket=ticket, by=cast.alice, event_id=TicketEvent.objects.latest("pk").pk)
    assert "is-unread" not in page_of(alice)


def test_a_ticket_begun_elsewhere_is_found_and_can_be_discarded(cast: Cast, alice: Client) -> None:
    assert "Your drafts" not in page_of(alice)
    key = uuid.uuid4()
    kept = alice.post(f"/tickets/drafts/{key}/", {"subject": "Begun on the phone", "draft_revision": "0"})
    assert kept.status_code == 200
    page = page_of(alice)
    assert "Begun on the phone" in page
    assert f"/tickets/new/?draft={key}" in page
    assert alice.post(f"/tickets/drafts/{key}/discard/", {"back": "home"}).headers["Location"] == "/"
    assert "Begun on the phone" not in page_of(alice)


def test_two_organisations_are_told_apart(cast: Cast, alice: Client) -> None:
    Membership.objects.create(organisation=cast.other, user=cast.alice, welcomed_at=timezone.now())
    file_ticket(cast, by=cast.mallory, organisation=cast.other, app=None)
    page = page_of(alice)
    assert page.count("Other Corp") == 2


def test_the_page_costs_the_same_with_one_ticket_and_with_sixty(
    cast: Cast, alice: Client, django_assert_num_queries
) -> None:
    file_ticket(cast, now=ago(hours=1))
    waiting = file_ticket(cast, now=ago(hours=1))
    actions.reply_and_wait(ticket=waiting, by=cast.erin, body="Which version?", now=ago(minutes=9))
    page_of(alice)
    with CaptureQueriesContext(connection) as few:
        page_of(alice)
    for _ in range(60):
        file_ticket(cast, now=ago(hours=1))
    assert len(few) <= 15
    with django_assert_num_queries(len(few)):
        page = page_of(alice)
    assert page.count('class="row-item') == 21
    assert len(page) < 150_000
