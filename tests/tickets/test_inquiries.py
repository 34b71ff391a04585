"""What we ask the customer: asked with a letter, answered one by one, and the ticket goes on with the last answer."""

from __future__ import annotations

import datetime as dt
import uuid

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import translation

from notifications.fan_out import run as fan_out
from notifications.models import Notice
from tests.cast import NOW, Cast, file_ticket
from tickets import actions
from tickets.choices import EventKind, InquiryState, Status
from tickets.errors import ActionRefused
from tickets.models import Inquiry, Message, Ticket

LATER = NOW + dt.timedelta(minutes=30)
VERSION, PHONE = "Which SDK version?", "Which phones, and how many of them?"


@pytest.fixture(autouse=True)
def half_past():
    with time_machine.travel(LATER, tick=False), translation.override("en"):
        yield


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    ticket = file_ticket(cast)
    actions.take(ticket=ticket, by=cast.erin, now=NOW)
    return ticket


@pytest.fixture
def asked(cast: Cast, ticket: Ticket) -> Ticket:
    actions.reply_and_wait(
        ticket=ticket,
        by=cast.erin,
        body="Two things first.",
        questions=[VERSION, PHONE],
        now=NOW + dt.timedelta(minutes=5),
    )
    return fresh(ticket)


def client_of(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def kinds(ticket: Ticket) -> list[str]:
    return list(ticket.events.order_by("pk").values_list("kind", flat=True))


def keys(ticket: Ticket) -> list[int]:
    return list(ticket.inquiries.order_by("pk").values_list("pk", flat=True))


def states(ticket: Ticket) -> list[str]:
    return list(ticket.inquiries.order_by("pk").values_list("state", flat=True))


def page_of(person, ticket: Ticket) -> str:
    return client_of(person).get(ticket.get_absolute_url()).content.decode()


def answer(person, ticket: Ticket, key: uuid.UUID | None = None, **data: object):
    given = {"submission_key": key or uuid.uuid4(), **{name.replace("_", "-"): value for name, value in data.items()}}
    return client_of(person).post(reverse("tickets:answers", args=[ticket.pk]), given)


def write(person, ticket: Ticket, act: str = "reply-and-wait", **data: object):
    seen = ticket.events.order_by("-pk").values_list("pk", flat=True).first()
    given = {"submission_key": uuid.uuid4(), "seen": seen, "kind": "public", "body": "", "questions": "", **data}
    return client_of(person).post(f"/admin/tickets/ticket/{ticket.pk}/acts/{act}/", given)


# --- Asking -----------------------------------------------------------------------------------------------------------
def test_questions_are_asked_one_a_line_and_stand_in_the_letter(cast: Cast, ticket: Ticket) -> None:
    answer = write(cast.erin, ticket, body="Two things:", questions=f"1. {VERSION}\n\n- {PHONE}\n{VERSION}\n")
    assert answer.status_code == 302
    assert list(ticket.inquiries.values_list("text", flat=True)) == [VERSION, PHONE]
    assert Message.objects.latest("pk").body == f"Two things:\n\n1. {VERSION}\n2. {PHONE}"
    assert fresh(ticket).status == Status.WAITING_CUSTOMER
    page = page_of(cast.alice, ticket)
    assert "Answer 2 questions below." in page
    assert "The resolution clock stands still since" in page
    assert "we wait for the answers to 2 questions" in page


def test_a_number_that_belongs_to_the_question_stays(cast: Cast, ticket: Ticket) -> None:
    write(cast.erin, ticket, questions="1.5x speed too?\n2) And 2x?\n３、中文问题？")
    assert list(ticket.inquiries.values_list("text", flat=True)) == ["1.5x speed too?", "And 2x?", "中文问题？"]


def test_the_text_of_a_letter_that_waits_is_the_question(cast: Cast, ticket: Ticket) -> None:
    write(cast.erin, ticket, body="Which build was it?")
    assert states(ticket) == [InquiryState.OPEN]
    page = page_of(cast.alice, ticket)
    assert "Erin Wu asked you something." in page
    assert "What we need from you" not in page
    actions.customer_reply(ticket=ticket, by=cast.alice, body="Build 7", now=LATER)
    row = ticket.inquiries.get()
    assert (row.state, row.closed_by, row.reply) == (InquiryState.ANSWERED, cast.alice, Message.objects.latest("pk"))


@pytest.mark.parametrize("body", ["", "  \n"])
def test_waiting_without_a_question_is_refused_in_words(cast: Cast, ticket: Ticket, body: str) -> None:
    answer = write(cast.erin, ticket, body=body)
    assert answer.status_code == 422
    assert "a ticket waits for an answer only" in answer.content.decode()
    with pytest.raises(ActionRefused):
        actions.reply_and_wait(ticket=ticket, by=cast.erin, body=body, now=LATER)
    actions.reply(ticket=ticket, by=cast.erin, body="Looking.", now=LATER)
    with pytest.raises(ActionRefused, match="no open question"):
        actions.wait_on_customer(ticket=ticket, by=cast.erin, now=LATER)
    assert (
        "/acts/wait-on-customer/"
        not in client_of(cast.erin).get(f"/admin/tickets/ticket/{ticket.pk}/change/").content.decode()
    )
    assert fresh(ticket).status == Status.OPEN


@pytest.mark.parametrize(
    ("act", "kind", "questions", "words"),
    [
        ("reply", "public", VERSION, "Questions go out with"),
        ("note", "internal", VERSION, "Questions go out with"),
        ("reply-and-wait", "public", "\n".join(f"Question {n}?" for n in range(11)), "These are 11 questions"),
        ("reply-and-wait", "public", "x" * 501, "A question has at most 500 characters"),
    ],
)
def test_questions_that_cannot_go_out_are_kept(
    cast: Cast, ticket: Ticket, act: str, kind: str, questions: str, words: str
) -> None:
    answer = write(cast.erin, ticket, act, kind=kind, body="My words", questions=questions)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert "My words" in page
    assert questions.splitlines()[0] in page
    assert not Inquiry.objects.exists()


# --- Answering --------------------------------------------------------------------------------------------------------
def test_answers_are_given_one_by_one_and_the_last_one_resumes_the_ticket(cast: Cast, asked: Ticket) -> None:
    first, second = keys(asked)
    assert answer(cast.alice, asked, **{f"answer_{first}": "4.2.1"}).status_code == 302
    assert fresh(asked).status == Status.WAITING_CUSTOMER
    page = page_of(cast.alice, asked)
    assert "Answer 1 question below." in page
    assert f'name="answer-{first}"' not in page
    assert answer(cast.bob, asked, **{f"unknown_{second}": "on"}).status_code == 302
    assert fresh(asked).status == Status.OPEN
    assert kinds(asked)[-3:] == [EventKind.CUSTOMER_REPLIED, EventKind.RESUMED, EventKind.CUSTOMER_REPLIED]
    rows = asked.inquiries.order_by("pk")
    assert [(row.answer, row.is_unknown, row.closed_by) for row in rows] == [
        ("4.2.1", False, cast.alice),
        ("", True, cast.bob),
    ]
    letters = [each.body for each in Message.objects.order_by("-pk")[:2]]
    assert letters == [f"> {PHONE}\n\nI do not know.", f"> {VERSION}\n\n4.2.1"]
    assert "What we need from you" not in page_of(cast.alice, asked)
    desk = client_of(cast.erin).get(f"/admin/tickets/ticket/{asked.pk}/change/").content.decode()
    assert "The customer does not know." in desk


def test_a_double_click_answers_once(cast: Cast, asked: Ticket) -> None:
    first, key = keys(asked)[0], uuid.uuid4()
    for _ in range(2):
        assert answer(cast.alice, asked, key, **{f"answer_{first}": "4.2.1"}).status_code == 302
    assert Message.objects.filter(author=cast.alice).count() == 2  # the description and this


def test_a_mistake_keeps_what_was_typed(cast: Cast, asked: Ticket) -> None:
    first, second = keys(asked)
    wrong = answer(cast.alice, asked, **{f"answer_{first}": "x" * 4001, f"answer_{second}": "Two iPhones"})
    page = wrong.content.decode()
    assert wrong.status_code == 422
    assert "Two iPhones" in page
    assert "x" * 4001 in page
    nothing = answer(cast.alice, asked)
    assert nothing.status_code == 422
    assert "Answer at least one question" in nothing.content.decode()
    assert answer(cast.alice, asked, **{f"answer_{first}": "a\0b"}).status_code == 422
    assert states(asked) == ["open", "open"]


def test_words_for_a_question_that_a_colleague_answered_meanwhile_are_sent_all_the_same(
    cast: Cast, asked: Ticket
) -> None:
    first, second = keys(asked)
    answer(cast.bob, asked, **{f"answer_{first}": "4.2.1"})
    assert answer(cast.alice, asked, **{f"answer_{first}": "4.2.2 by now", f"answer_{second}": ""}).status_code == 302
    assert Message.objects.latest("pk").body == f"> {VERSION}\n\n4.2.2 by now"
    assert asked.inquiries.get(pk=first).answer == "4.2.1"
    assert fresh(asked).status == Status.WAITING_CUSTOMER


def test_a_letter_resumes_the_ticket_and_leaves_the_listed_questions_open(cast: Cast, asked: Ticket) -> None:
    actions.customer_reply(ticket=asked, by=cast.alice, body="I will look it up.", now=LATER)
    assert fresh(asked).status == Status.OPEN
    assert states(asked) == ["open", "open"]
    assert "2 questions to you are still open below." in page_of(cast.alice, asked)
    actions.wait_on_customer(ticket=asked, by=cast.erin, now=LATER)
    assert fresh(asked).status == Status.WAITING_CUSTOMER


def test_an_engineer_takes_back_one_question_and_has_the_answer_to_the_other(cast: Cast, asked: Ticket) -> None:
    first, second = keys(asked)
    desk = client_of(cast.erin)
    act = f"/admin/tickets/ticket/{asked.pk}/acts"
    for _ in range(2):
        assert desk.post(f"{act}/withdraw-question/", {"inquiry": first}).status_code == 302
    assert fresh(asked).status == Status.WAITING_CUSTOMER
    assert desk.post(f"{act}/question-answered/", {"inquiry": second}).status_code == 302
    assert states(asked) == [InquiryState.WITHDRAWN, InquiryState.ANSWERED]
    assert fresh(asked).status == Status.OPEN
    assert kinds(asked)[-3:] == [EventKind.QUESTION_CLOSED, EventKind.QUESTION_CLOSED, EventKind.RESUMED]
    page = page_of(cast.alice, asked)
    assert f"Erin Wu needs no answer any more to “{VERSION}”" in page
    assert f"Erin Wu has the answer to “{PHONE}”" in page
    assert desk.post(f"{act}/withdraw-question/", {"inquiry": "x"}).status_code == 422


def test_a_solved_ticket_needs_no_answers(cast: Cast, asked: Ticket) -> None:
    first = keys(asked)[0]
    actions.resolve(ticket=asked, by=cast.erin, message="Found it.", cause="", fix="", prevention="", now=LATER)
    assert states(asked) == [InquiryState.LAPSED, InquiryState.LAPSED]
    assert answer(cast.alice, asked, **{f"answer_{first}": "4.2.1"}).status_code == 302
    assert fresh(asked).status == Status.OPEN, "what a customer writes on a solved ticket opens it"


def test_a_closed_ticket_refuses_and_keeps_the_words(cast: Cast, asked: Ticket) -> None:
    first = keys(asked)[0]
    actions.confirm_solved(ticket=asked, by=cast.alice, now=LATER)
    actions.close(ticket=asked, by=cast.erin, now=LATER)
    refused = answer(cast.alice, asked, **{f"answer_{first}": "Precious words"})
    assert refused.status_code == 409
    assert "Precious words" in refused.content.decode()


def test_questions_of_another_ticket_are_not_answered(cast: Cast, asked: Ticket) -> None:
    other = file_ticket(cast, by=cast.mallory, organisation=cast.other, app=None)
    actions.reply_and_wait(ticket=other, by=cast.erin, body="", questions=["Yours?"], now=LATER)
    theirs = other.inquiries.get()
    assert answer(cast.alice, asked, **{f"answer_{theirs.pk}": "Mine"}).status_code == 422
    assert answer(cast.alice, other, **{f"answer_{theirs.pk}": "Mine"}).status_code == 404
    assert Inquiry.objects.get(pk=theirs.pk).is_open
    reply = actions.GivenReply(inquiry=theirs.pk, text="Mine")
    with pytest.raises(ActionRefused):
        actions.answer_questions(ticket=asked, by=cast.alice, replies=[reply], now=LATER)


def test_the_engineer_is_told_of_each_answer(cast: Cast, asked: Ticket) -> None:
    fan_out(LATER)
    Notice.objects.all().delete()
    answer(cast.alice, asked, **{f"answer_{keys(asked)[0]}": "4.2.1"})
    fan_out(LATER)
    told = Notice.objects.filter(recipient=cast.erin).values_list("channel", flat=True)
    assert set(told) == {"site", "email"}


def test_the_checklist_is_as_cheap_for_ten_questions(cast: Cast, ticket: Ticket, django_assert_max_num_queries) -> None:
    actions.reply_and_wait(
        ticket=ticket, by=cast.erin, body="", questions=[f"Question {n}?" for n in range(10)], now=LATER
    )
    client = client_of(cast.alice)
    for address in ("tickets:detail", "tickets:parts"):
        with django_assert_max_num_queries(15):
            assert "Question 9?" in client.get(reverse(address, args=[ticket.pk])).content.decode()
