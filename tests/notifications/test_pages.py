"""The bell and the list of notices."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import Membership, User
from notifications import fan_out
from notifications.models import Notice
from notifications.templatetags.notifications_tags import bell_context
from tests.cast import NOW, Cast, file_ticket
from tickets import actions
from tickets.models import Ticket

LIST = "/notices/"


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def answered(cast: Cast) -> Ticket:
    """Alice's ticket, answered by Erin three times: three notices for Alice."""
    ticket = file_ticket(cast)
    for minute in range(3):
        actions.reply(ticket=ticket, by=cast.erin, body="Hello.", now=NOW + dt.timedelta(minutes=minute))
    fan_out.run(NOW)
    return ticket


def unread(person: User) -> int:
    return Notice.objects.visible_to(person).unread().count()


def test_the_bell_counts_what_is_unread(cast: Cast, answered: Ticket) -> None:
    page = signed_in(cast.alice).get(reverse("notifications:bell")).content.decode()
    assert 'aria-label="3 unread notices"' in page
    assert ">3</span>" in page
    assert "none unread" in signed_in(cast.bob).get(reverse("notifications:bell")).content.decode()
    assert Client().get(reverse("notifications:bell")).status_code == 204


def test_the_bell_stops_counting_at_99(cast: Cast) -> None:
    ticket = file_ticket(cast)
    for minute in range(105):
        actions.reply(ticket=ticket, by=cast.erin, body="Hello.", now=NOW + dt.timedelta(minutes=minute))
    fan_out.run(NOW)
    assert ">99+</span>" in signed_in(cast.alice).get(reverse("notifications:bell")).content.decode()


def test_the_bell_asks_one_question(cast: Cast, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for person in (cast.alice, cast.erin):
        with django_assert_num_queries(1):
            bell_context(person)


def test_the_list_says_what_happened_newest_first(cast: Cast, answered: Ticket) -> None:
    page = signed_in(cast.alice).get(LIST)
    assert [row.headline for row in page.context["rows"]] == [f"Erin Wu answered #{answered.pk}"] * 3
    at = [row.notice.event.at for row in page.context["rows"]]
    assert at == sorted(at, reverse=True)
    assert page.content.decode().count("is-unread") == 3


def test_the_list_takes_the_same_number_of_queries_for_any_length(
    cast: Cast, answered: Ticket, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(cast.alice)
    client.get(LIST)
    with django_assert_num_queries(7):  # session, person, count, page, newest, unread, bell
        client.get(LIST)
    for minute in range(10, 40):
        actions.reply(ticket=answered, by=cast.erin, body="More.", now=NOW + dt.timedelta(minutes=minute))
    fan_out.run(NOW)
    with django_assert_num_queries(7):
        client.get(LIST)
    assert len(client.get(LIST, {"page": "2"}).context["rows"]) == 8
    for nonsense in ("x", "-1", "99999", "\0"):
        assert client.get(LIST, {"page": nonsense}).status_code == 200


def test_opening_a_notice_leads_to_the_ticket_and_marks_it_and_older_ones_read(cast: Cast, answered: Ticket) -> None:
    _first, second, third = Notice.objects.visible_to(cast.alice).order_by("pk")
    answer = signed_in(cast.alice).get(reverse("notifications:open", args=[second.pk]))
    assert answer.headers["Location"] == f"/tickets/{answered.pk}/"
    assert list(Notice.objects.visible_to(cast.alice).unread()) == [third]


def test_staff_are_led_to_the_desk(cast: Cast) -> None:
    ticket = file_ticket(cast)
    fan_out.run(NOW)
    notice = Notice.objects.visible_to(cast.erin).get()
    answer = signed_in(cast.erin).get(reverse("notifications:open", args=[notice.pk]))
    assert answer.headers["Location"] == reverse("admin:tickets_ticket_change", args=[ticket.pk])


def test_mark_all_read_leaves_what_came_meanwhile(cast: Cast, answered: Ticket) -> None:
    client = signed_in(cast.alice)
    newest = client.get(LIST).context["newest"]
    actions.reply(ticket=answered, by=cast.erin, body="One more.", now=NOW + dt.timedelta(hours=1))
    fan_out.run(NOW)
    assert client.post(reverse("notifications:read_all"), {"until": newest}).status_code == 302
    assert unread(cast.alice) == 1
    for nonsense in ("", "x", "-1", "9" * 30):
        assert client.post(reverse("notifications:read_all"), {"until": nonsense}).status_code == 302
    assert unread(cast.alice) == 1


def test_looking_at_the_ticket_reads_its_notices(cast: Cast, answered: Ticket) -> None:
    client = signed_in(cast.alice)
    first = client.post(reverse("notifications:ticket_read", args=[answered.pk]))
    assert (first.status_code, first.headers.get("HX-Trigger")) == (204, "notices-read")
    assert unread(cast.alice) == 0
    assert "HX-Trigger" not in client.post(reverse("notifications:ticket_read", args=[answered.pk])).headers


def test_nobody_opens_or_reads_the_notices_of_others(cast: Cast, answered: Ticket) -> None:
    notice = Notice.objects.visible_to(cast.alice).first()
    assert notice
    for other in (cast.bob, cast.mallory, cast.erin, cast.ada):
        client = signed_in(other)
        assert client.get(reverse("notifications:open", args=[notice.pk])).status_code == 404
        client.post(reverse("notifications:read_all"), {"until": notice.pk})
    assert signed_in(cast.mallory).post(reverse("notifications:ticket_read", args=[answered.pk])).status_code == 404
    assert unread(cast.alice) == 3


def test_notices_of_tickets_that_one_may_not_see_any_more_are_gone(cast: Cast, answered: Ticket) -> None:
    Membership.objects.filter(user=cast.alice).delete()
    client = signed_in(cast.alice)
    assert client.get(LIST).context["rows"] == []
    assert bell_context(cast.alice) == {"count": 0}


@pytest.mark.parametrize("path", [LIST, "/notices/1/"])
def test_whoever_is_not_signed_in_is_asked_to(client: Client, db: None, path: str) -> None:
    assert client.get(path).status_code == 302


def test_the_tickets_page_says_that_it_is_being_looked_at(cast: Cast, answered: Ticket) -> None:
    page = signed_in(cast.alice).get(answered.get_absolute_url()).content.decode()
    assert f'hx-post="{reverse("notifications:ticket_read", args=[answered.pk])}"' in page
