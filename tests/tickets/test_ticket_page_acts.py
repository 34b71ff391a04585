"""What a customer does on the ticket's page: it happens once, or is refused in words with nothing lost."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from escalation import sweep
from tests.cast import NOW, Cast, file_ticket
from tickets import actions
from tickets.choices import Status
from tickets.models import Attachment, Message, Ticket, TicketEvent

ACTS = {
    "tickets:reply": {"body": "More words"},
    "tickets:raise_severity": {"severity": "p0", "reason": "All users are hit"},
    "tickets:solved": {},
    "tickets:reopen": {"body": "It came back"},
}


def post(user: User | None, address: str, ticket: Ticket, **data: Any):
    client = Client()
    if user:
        client.force_login(user)
    values = {"submission_key": str(uuid.uuid4())} | data
    return client.post(reverse(address, args=[ticket.pk]), values)


def resolved(cast: Cast) -> Ticket:
    ticket = file_ticket(cast)
    return actions.resolve(ticket=ticket, by=cast.erin, message="Update", cause="", fix="", prevention="", now=NOW)


def closed(cast: Cast) -> Ticket:
    ticket = resolved(cast)
    assert ticket.check_at
    assert sweep.run(ticket.check_at).closed == 1
    ticket.refresh_from_db()
    return ticket


@pytest.mark.parametrize("address", ACTS)
@pytest.mark.parametrize(("reader", "is_shared"), [("mallory", True), ("bob", False), (None, True)])
def test_whoever_may_not_see_the_ticket_changes_nothing(
    cast: Cast, address: str, reader: str | None, is_shared: bool
) -> None:
    ticket = file_ticket(cast, is_shared=is_shared)
    before = (TicketEvent.objects.count(), Message.objects.count(), Attachment.objects.count())
    upload = {"files": SimpleUploadedFile("a.log", b"x")}
    response = post(getattr(cast, reader) if reader else None, address, ticket, **ACTS[address], **upload)
    assert response.status_code == (404 if reader else 302)
    assert (TicketEvent.objects.count(), Message.objects.count(), Attachment.objects.count()) == before


@pytest.mark.parametrize("address", ["tickets:detail", "tickets:parts", "tickets:solved"])
@pytest.mark.parametrize(("reader", "is_shared"), [("mallory", True), ("bob", False)])
def test_whoever_may_not_see_the_ticket_finds_no_page(cast: Cast, address: str, reader: str, is_shared: bool) -> None:
    client = Client()
    client.force_login(getattr(cast, reader))
    assert client.get(reverse(address, args=[file_ticket(cast, is_shared=is_shared).pk])).status_code == 404


@pytest.mark.parametrize("address", ACTS)
def test_an_address_of_an_act_that_is_only_opened_leads_to_the_ticket(cast: Cast, address: str) -> None:
    ticket = resolved(cast)
    client = Client()
    client.force_login(cast.alice)
    response = client.get(reverse(address, args=[ticket.pk]))
    assert (response.status_code, response["Location"]) == (302, ticket.get_absolute_url())


def test_a_reply_with_a_file_is_sent_once_however_often_it_is_clicked(cast: Cast) -> None:
    ticket, key = file_ticket(cast), str(uuid.uuid4())
    for _click in range(2):
        upload = SimpleUploadedFile("a.log", b"x")
        response = post(cast.alice, "tickets:reply", ticket, body="More words", submission_key=key, files=upload)
        assert response.status_code == 302
    message = Message.objects.get(submission_key=key)
    assert message.body == "More words"
    assert [file.name for file in message.attachments.all()] == ["a.log"]
    assert Attachment.objects.count() == 1


def test_a_file_alone_is_a_reply(cast: Cast) -> None:
    ticket = file_ticket(cast)
    assert (
        post(cast.alice, "tickets:reply", ticket, body=" ", files=SimpleUploadedFile("a.log", b"x")).status_code == 302
    )
    assert ticket.messages.count() == 2


def test_an_empty_reply_is_asked_for_words(cast: Cast) -> None:
    ticket = file_ticket(cast)
    response = post(cast.alice, "tickets:reply", ticket, body=" \n")
    assert (response.status_code, ticket.messages.count()) == (422, 1)
    assert "Write a message or add a file first." in response.content.decode()


def test_a_refused_file_keeps_the_words_and_the_other_files(cast: Cast, settings) -> None:
    settings.LOG_MAX_BYTES = 10
    ticket, key = file_ticket(cast), str(uuid.uuid4())
    files = [
        SimpleUploadedFile("big.log", b"x" * 11),
        SimpleUploadedFile("good.log", b"x"),
        SimpleUploadedFile("empty.log", b""),
    ]
    response = post(cast.alice, "tickets:reply", ticket, body="Typed <words>", submission_key=key, files=files)
    page = response.content.decode()
    assert (response.status_code, ticket.messages.count()) == (422, 1)
    assert "Typed &lt;words&gt;" in page
    assert "larger than" in page
    assert "This file is empty." in page
    assert key in page
    # Sent again as it stands: the kept file goes with it.
    assert post(cast.alice, "tickets:reply", ticket, body="Typed <words>", submission_key=key).status_code == 302
    assert [file.name for file in Message.objects.get(submission_key=key).attachments.all()] == ["good.log"]


def test_a_kept_file_is_taken_off_and_the_words_stay(cast: Cast) -> None:
    ticket, key = file_ticket(cast), uuid.uuid4()
    file = actions.store_file(upload=SimpleUploadedFile("a.log", b"x"), by=cast.alice, draft_key=key, now=NOW)
    response = post(cast.alice, "tickets:reply", ticket, body="Typed", submission_key=str(key), discard=str(file.key))
    assert "Typed" in response.content.decode()
    assert not Attachment.objects.exists()
    assert ticket.messages.count() == 1


@pytest.mark.parametrize("discard", ["not-a-key", "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"])
def test_taking_off_a_file_that_is_not_there_is_no_error(cast: Cast, discard: str) -> None:
    response = post(cast.alice, "tickets:reply", file_ticket(cast), body="Typed", discard=discard)
    assert "Typed" in response.content.decode()


def test_nobody_takes_off_somebody_elses_file(cast: Cast) -> None:
    ticket, key = file_ticket(cast), uuid.uuid4()
    file = actions.store_file(upload=SimpleUploadedFile("a.log", b"x"), by=cast.bob, draft_key=key, now=NOW)
    post(cast.alice, "tickets:reply", ticket, body="Typed", submission_key=str(key), discard=str(file.key))
    assert Attachment.objects.filter(pk=file.pk).exists()


@pytest.mark.parametrize("key", ["", "abc", "0" * 31])
def test_a_broken_submission_key_loses_no_words(cast: Cast, key: str) -> None:
    response = post(cast.alice, "tickets:reply", file_ticket(cast), body="Typed words", submission_key=key)
    assert response.status_code == 422
    assert "Typed words" in response.content.decode()


def test_a_key_used_on_another_ticket_is_refused_in_words(cast: Cast) -> None:
    first, second, key = file_ticket(cast), file_ticket(cast), str(uuid.uuid4())
    post(cast.alice, "tickets:reply", first, body="Words", submission_key=key)
    response = post(cast.alice, "tickets:reply", second, body="Other words", submission_key=key)
    assert response.status_code == 422
    assert "Other words" in response.content.decode()


@pytest.mark.parametrize("body", ["a\x00b", "x" * 50_001, "‮reversed", "😀" * 1000, "\r\n".join(["line"] * 500)])
def test_strange_text_is_sent_or_refused_and_never_an_error(cast: Cast, body: str) -> None:
    assert post(cast.alice, "tickets:reply", file_ticket(cast), body=body).status_code in (302, 422)


def test_a_reply_from_a_page_that_did_not_know_it_was_solved_says_that_it_opened_it(cast: Cast) -> None:
    ticket = resolved(cast)
    client = Client()
    client.force_login(cast.alice)
    values = {"body": "Still broken", "submission_key": str(uuid.uuid4())}
    page = client.post(reverse("tickets:reply", args=[ticket.pk]), values, follow=True).content.decode()
    assert "your message opened it again" in page
    ticket.refresh_from_db()
    assert ticket.status == Status.OPEN


@pytest.mark.parametrize("address", ["tickets:reply", "tickets:reopen"])
def test_a_closed_ticket_refuses_and_keeps_what_was_typed(cast: Cast, address: str) -> None:
    ticket = closed(cast)
    response = post(cast.alice, address, ticket, body="Typed for long")
    page = response.content.decode()
    assert response.status_code == 409
    assert "This ticket is now “Closed”" in page
    assert "Typed for long" in page
    assert not ticket.messages.filter(body="Typed for long").exists()


def test_a_reason_is_needed_to_reopen(cast: Cast) -> None:
    ticket = resolved(cast)
    response = post(cast.alice, "tickets:reopen", ticket, body=" ")
    assert "Say in a sentence what is still wrong." in response.content.decode()
    assert post(cast.alice, "tickets:reopen", ticket, body="It came back").status_code == 302
    ticket.refresh_from_db()
    assert ticket.status == Status.OPEN
    assert ticket.messages.filter(body="It came back").count() == 1


def test_the_second_tab_that_reopens_loses_nothing(cast: Cast) -> None:
    ticket, key = resolved(cast), str(uuid.uuid4())
    assert post(cast.alice, "tickets:reopen", ticket, body="It came back", submission_key=key).status_code == 302
    assert post(cast.alice, "tickets:reopen", ticket, body="It came back", submission_key=key).status_code == 302
    response = post(cast.bob, "tickets:reopen", ticket, body="For me too")
    assert response.status_code == 409
    assert "For me too" in response.content.decode()
    assert ticket.messages.filter(body="It came back").count() == 1


def test_only_more_urgent_severities_are_offered_each_with_its_promise(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.alice)
    page = client.get(file_ticket(cast, severity="p1").get_absolute_url()).content.decode()
    assert "P0 Urgent: an answer within 15 min, a solution within 4 h, around the clock" in page
    assert 'value="p2"' not in page
    assert "Is it more urgent?" not in client.get(file_ticket(cast, severity="p0").get_absolute_url()).content.decode()


def test_raising_needs_a_reason_and_lowering_is_not_offered(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p2")
    for data in (
        {"severity": "p1", "reason": ""},
        {"severity": "p3", "reason": "Because"},
        {"severity": "p9", "reason": "x"},
        {},
    ):
        response = post(cast.alice, "tickets:raise_severity", ticket, **data)
        assert response.status_code == 422
        if data.get("reason"):
            assert data["reason"] in response.content.decode()
    ticket.refresh_from_db()
    assert ticket.severity == "p2"
    assert post(cast.alice, "tickets:raise_severity", ticket, severity="p1", reason="Many users").status_code == 302
    ticket.refresh_from_db()
    assert ticket.severity == "p1"


def test_a_second_tab_that_raises_to_what_it_is_already_gets_a_clear_sentence(cast: Cast) -> None:
    ticket = file_ticket(cast, severity="p2")
    post(cast.alice, "tickets:raise_severity", ticket, severity="p0", reason="All users")
    page = post(cast.bob, "tickets:raise_severity", ticket, severity="p1", reason="Some of ours").content.decode()
    assert "This ticket is P0 Urgent by now." in page
    assert "Some of ours" in page


def test_raising_a_ticket_that_was_solved_meanwhile_is_refused_in_words(cast: Cast) -> None:
    response = post(cast.alice, "tickets:raise_severity", resolved(cast), severity="p0", reason="All of them")
    assert response.status_code == 409
    page = response.content.decode()
    assert "This ticket is now “Resolved”" in page
    assert "All of them" in page


def test_solved_is_asked_once_and_twice_is_harmless(cast: Cast) -> None:
    ticket = file_ticket(cast)
    client = Client()
    client.force_login(cast.alice)
    assert "Yes, it is solved" in client.get(reverse("tickets:solved", args=[ticket.pk])).content.decode()
    for _click in range(2):
        assert client.post(reverse("tickets:solved", args=[ticket.pk])).status_code == 302
    ticket.refresh_from_db()
    assert ticket.status == Status.RESOLVED
    assert ticket.events.filter(kind="resolved").count() == 1


def test_solving_a_closed_ticket_is_refused_in_words(cast: Cast) -> None:
    ticket = closed(cast)
    client = Client()
    client.force_login(cast.alice)
    page = client.post(reverse("tickets:solved", args=[ticket.pk]), follow=True).content.decode()
    assert "This ticket is now “Closed”" in page


def test_a_word_on_a_ticket_that_was_merged_meanwhile_is_kept_and_led_on(cast: Cast) -> None:
    """RA06"""
    ticket, into = file_ticket(cast), file_ticket(cast)
    actions.merge(ticket=ticket, into=into, by=cast.erin, now=NOW)
    response = post(cast.alice, "tickets:reply", ticket, body="All of them")
    page = response.content.decode()
    assert response.status_code == 409
    assert f"This ticket was merged into #{into.pk}: write there" in page
    assert "All of them" in page


@pytest.mark.parametrize("address", ["tickets:reply", "tickets:reopen", "tickets:raise_severity", "tickets:solved"])
def test_staff_do_not_act_as_the_customer(cast: Cast, address: str) -> None:
    ticket = file_ticket(cast) if address != "tickets:reopen" else resolved(cast)
    events = ticket.events.count()
    assert post(cast.erin, address, ticket, **ACTS[address]).status_code == 302
    assert ticket.events.count() == events


def test_a_form_of_another_site_does_nothing(cast: Cast) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.alice)
    ticket = file_ticket(cast)
    assert client.post(reverse("tickets:solved", args=[ticket.pk])).status_code == 403
    assert Ticket.objects.get().status == Status.OPEN
