"""A later reply on a closed ticket: a new ticket, linked to it, with new clocks; the closed one is left alone."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import User
from escalation import sweep
from notifications.fan_out import run as fan_out
from notifications.models import Notice
from tests.cast import NOW, Cast, file_ticket
from tickets import actions
from tickets.errors import ActionRefused
from tickets.models import Clock, ClockSegment, Environment, Follower, Message, Ticket

LATER = NOW + dt.timedelta(days=30)
MOST_QUERIES, MOST_AT_THE_DESK = 15, 21


@pytest.fixture(autouse=True)
def _at_that_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: LATER)


def closed_ticket(cast: Cast, **fields: Any) -> Ticket:
    ticket = file_ticket(cast, **fields)
    actions.take(ticket=ticket, by=cast.erin, now=NOW)
    ticket = actions.resolve(ticket=ticket, by=cast.erin, message="Update", cause="", fix="", prevention="", now=NOW)
    assert ticket.check_at
    assert sweep.run(ticket.check_at).closed == 1
    return Ticket.objects.get(pk=ticket.pk)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def write(user: User, ticket: Ticket, **data: Any):
    values = {"submission_key": str(uuid.uuid4()), "body": "It is back."} | data
    return browser(user).post(reverse("tickets:follow_up", args=[ticket.pk]), values)


def rows_of(ticket: Ticket) -> tuple[Any, ...]:
    """All that must not change of a closed ticket."""
    clocks = list(Clock.objects.filter(ticket=ticket).order_by("pk").values())
    return (
        Ticket.objects.filter(pk=ticket.pk).values().get(),
        clocks,
        list(ClockSegment.objects.filter(clock__ticket=ticket).order_by("pk").values()),
        ticket.messages.count(),
    )


def test_the_new_ticket_is_like_the_old_one_and_its_clocks_begin(cast: Cast) -> None:
    old = closed_ticket(cast, severity="p1")
    before = rows_of(old)

    new = actions.follow_up(ticket=old, by=cast.alice, body="It is back.", submission_key=uuid.uuid4(), now=LATER)

    assert (new.follows, new.app, new.category, new.severity) == (old, old.app, old.category, "p1")
    assert (new.status, new.tier, new.assignee) == ("open", "t1", None)
    assert new.subject == "Re: Video freezes after 30 s"
    assert [each.body for each in new.messages.all()] == ["It is back."]
    assert {each.state for each in new.clocks.all()} == {"running"}
    assert {each.segments.get().at for each in new.clocks.all()} == {LATER}
    was, now = Environment.objects.get(ticket=old), Environment.objects.get(ticket=new)
    assert (now.sdk_version, now.platform, now.channel) == (was.sdk_version, was.platform, was.channel)
    assert rows_of(old) == before


def test_when_it_happened_is_not_taken_over(cast: Cast) -> None:
    facts = actions.EnvironmentFacts(
        occurred_at=NOW, occurred_until=NOW, occurred_zone="Asia/Shanghai", steps="Join, wait"
    )
    old = closed_ticket(cast, environment=facts)
    new = actions.follow_up(ticket=old, by=cast.alice, body="Again", submission_key=uuid.uuid4(), now=LATER)
    environment = Environment.objects.get(ticket=new)
    assert (environment.occurred_at, environment.occurred_zone, environment.steps) == (None, "", "Join, wait")
    assert environment.occurred_until is None


def test_a_subject_stays_within_its_column_and_says_re_once(cast: Cast) -> None:
    first = closed_ticket(cast, subject="x" * 200)
    second = actions.follow_up(ticket=first, by=cast.alice, body="Again", submission_key=uuid.uuid4(), now=LATER)
    assert (len(second.subject), second.subject[:5], second.subject[-1]) == (200, "Re: x", "…")
    Ticket.objects.filter(pk=second.pk).update(status="closed")
    third = actions.follow_up(ticket=second, by=cast.alice, body="Again", submission_key=uuid.uuid4(), now=LATER)
    assert third.subject == second.subject


def test_both_sides_have_an_event_and_the_right_people_hear_of_it(cast: Cast) -> None:
    old = closed_ticket(cast)
    fan_out(LATER)
    Notice.objects.all().delete()

    new = actions.follow_up(ticket=old, by=cast.bob, body="It is back.", submission_key=uuid.uuid4(), now=LATER)
    fan_out(LATER)

    assert new.events.get(kind="followed_up").data == {"follows": old.pk}
    assert old.events.get(kind="followed_up").data == {"followed_by": new.pk}
    told = {(each.recipient.name, each.event.ticket_id, each.event.kind) for each in Notice.objects.all()}
    assert ("Alice Chen", new.pk, "opened") in told  # she filed the old one and follows the new one
    assert ("Erin Wu", old.pk, "followed_up") in told  # she had the old one
    assert {ticket for _name, ticket, kind in told if kind == "followed_up"} == {old.pk}
    assert set(Follower.objects.filter(ticket=new).values_list("user__name", flat=True)) == {"Alice Chen"}


@pytest.mark.parametrize("status", ["open", "in_progress", "waiting_customer", "waiting_internal", "resolved"])
def test_only_a_closed_ticket_is_followed(cast: Cast, status: str) -> None:
    ticket = file_ticket(cast)
    Ticket.objects.filter(pk=ticket.pk).update(status=status)
    with pytest.raises(ActionRefused):
        actions.follow_up(ticket=ticket, by=cast.alice, body="Again", submission_key=uuid.uuid4(), now=LATER)


def test_a_merged_ticket_points_to_the_one_that_goes_on(cast: Cast) -> None:
    old, twin = file_ticket(cast), file_ticket(cast)
    actions.merge(ticket=twin, into=old, by=cast.erin, now=NOW)
    answer = write(cast.alice, twin, body="Typed for long")
    page = answer.content.decode()
    assert answer.status_code == 409
    assert f"merged into #{old.pk}" in page
    assert "Typed for long" in page
    assert Ticket.objects.count() == 2


def test_the_closed_page_says_plainly_what_a_reply_does_and_posting_it_does_that(cast: Cast) -> None:
    old, client = closed_ticket(cast), browser(cast.alice)
    page = client.get(old.get_absolute_url()).content.decode()
    assert "is closed for good. What you write here opens a new ticket that is linked to it" in page
    assert "clocks of its own" in page

    answer = write(cast.alice, old, files=SimpleUploadedFile("a.log", b"x"))

    new = Ticket.objects.get(follows=old)
    assert answer["Location"] == f"{new.get_absolute_url()}#newest"
    assert [each.name for each in new.messages.get().attachments.all()] == ["a.log"]
    theirs = client.get(new.get_absolute_url()).content.decode()
    assert f'Goes on from <a href="{old.get_absolute_url()}">' in theirs
    assert f"This ticket goes on from #{old.pk}, which is closed" in theirs
    ours = client.get(old.get_absolute_url()).content.decode()
    assert f'Goes on in <a href="{new.get_absolute_url()}">' in ours


def test_the_desk_shows_both_links(cast: Cast) -> None:
    old = closed_ticket(cast)
    new = actions.follow_up(ticket=old, by=cast.alice, body="Again", submission_key=uuid.uuid4(), now=LATER)
    client = browser(cast.erin)
    pages = {each: client.get(reverse("admin:tickets_ticket_change", args=[each.pk])) for each in (old, new)}
    assert reverse("admin:tickets_ticket_change", args=[new.pk]) in pages[old].content.decode()
    assert reverse("admin:tickets_ticket_change", args=[old.pk]) in pages[new].content.decode()


def test_a_double_click_files_one_ticket(cast: Cast) -> None:
    old, key = closed_ticket(cast), str(uuid.uuid4())
    first, second = (write(cast.alice, old, submission_key=key) for _click in range(2))
    new = Ticket.objects.get(follows=old)
    assert first["Location"].startswith(new.get_absolute_url())
    assert second["Location"].startswith(new.get_absolute_url())
    assert Message.objects.filter(ticket=new).count() == 1


@pytest.mark.django_db(transaction=True)
def test_five_at_once_file_one_ticket(cast: Cast) -> None:
    old, key, found = closed_ticket(cast), uuid.uuid4(), []

    def click() -> None:
        try:
            new = actions.follow_up(ticket=old, by=cast.alice, body="Again", submission_key=key, now=LATER)
            found.append(new.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=click) for _ in range(5)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found == [Ticket.objects.get(follows=old).pk] * 5
    assert old.events.filter(kind="followed_up").count() == 1


def test_a_key_of_something_else_is_refused_with_nothing_lost(cast: Cast) -> None:
    old, other = closed_ticket(cast), file_ticket(cast)
    answer = write(cast.alice, old, submission_key=str(other.submission_key), body="Typed")
    assert answer.status_code == 409
    assert "Typed" in answer.content.decode()
    assert not Ticket.objects.filter(follows=old).exists()


@pytest.mark.parametrize("body", ["", "  \n"])
def test_nothing_written_files_nothing(cast: Cast, body: str) -> None:
    old = closed_ticket(cast)
    assert write(cast.alice, old, body=body).status_code == 422
    assert not Ticket.objects.filter(follows=old).exists()


def test_whoever_may_not_see_the_closed_ticket_files_nothing(cast: Cast) -> None:
    old = closed_ticket(cast, is_shared=False)
    assert write(cast.mallory, old).status_code == 404
    assert write(cast.bob, old).status_code == 404
    assert write(cast.erin, old).status_code == 302  # staff work at the desk
    assert not Ticket.objects.filter(follows=old).exists()


def test_a_follow_up_of_a_ticket_that_is_not_shared_is_not_shared_either(cast: Cast) -> None:
    old = closed_ticket(cast, is_shared=False)
    new = actions.follow_up(ticket=old, by=cast.olga, body="Again", submission_key=uuid.uuid4(), now=LATER)
    assert not new.is_shared
    assert Ticket.objects.visible_to(cast.alice).filter(pk=new.pk).exists()  # she filed the old one
    assert not Ticket.objects.visible_to(cast.bob).filter(pk=new.pk).exists()


def test_a_reply_to_a_page_that_closed_meanwhile_becomes_a_new_ticket_by_one_more_click(cast: Cast) -> None:
    old, key = closed_ticket(cast), str(uuid.uuid4())
    client = browser(cast.alice)
    data = {"body": "Typed for long", "submission_key": key}
    page = client.post(reverse("tickets:reply", args=[old.pk]), data).content.decode()
    assert "Typed for long" in page
    assert reverse("tickets:follow_up", args=[old.pk]) in page
    assert client.post(reverse("tickets:follow_up", args=[old.pk]), data).status_code == 302
    assert Ticket.objects.get(follows=old).messages.get().body == "Typed for long"


@pytest.mark.parametrize("tickets", [1, 5])
def test_the_closed_page_costs_no_more_however_often_it_was_followed(
    cast: Cast, django_assert_max_num_queries, tickets: int
) -> None:
    old = closed_ticket(cast)
    for _ in range(tickets):
        actions.follow_up(ticket=old, by=cast.alice, body="Again", submission_key=uuid.uuid4(), now=LATER)
    for user, address, most in (
        (cast.alice, old.get_absolute_url(), MOST_QUERIES),
        (cast.erin, reverse("admin:tickets_ticket_change", args=[old.pk]), MOST_AT_THE_DESK),
    ):
        client = browser(user)
        client.get(address)
        with django_assert_max_num_queries(most):
            assert client.get(address).status_code == 200


def test_asking_for_an_escalation_of_a_closed_ticket_is_refused_before_the_form(cast: Cast) -> None:
    old = closed_ticket(cast)
    answer = browser(cast.alice).get(reverse("escalation:ask", args=[old.pk]), follow=True)
    assert answer.redirect_chain == [(old.get_absolute_url(), 302)]
    assert "nothing of it can be escalated" in answer.content.decode()


def test_asking_for_an_escalation_of_a_merged_ticket_names_the_survivor(cast: Cast) -> None:
    old, twin = file_ticket(cast), file_ticket(cast)
    actions.merge(ticket=twin, into=old, by=cast.erin, now=NOW)
    answer = browser(cast.alice).get(reverse("escalation:ask", args=[twin.pk]), follow=True)
    assert f"was merged into #{old.pk}. Ask for an escalation there." in answer.content.decode()
