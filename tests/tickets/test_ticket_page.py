"""The customer's page of a ticket: what it shows, to whom, and at what cost."""

from __future__ import annotations

import datetime as dt
import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from escalation.actions import escalate
from escalation.choices import Target, Trigger
from tests.bad_inputs import entry, value
from tests.cast import NOW, Cast, file_ticket
from tickets import actions
from tickets.forms.conversation import BODY_MAX_CHARACTERS
from tickets.models import Ticket, TicketVisit

SECRET = "INTERNAL-ONLY-7f3a"
MOST_QUERIES = 15


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def at(minutes: float) -> dt.datetime:
    return NOW + dt.timedelta(minutes=minutes)


def busy_ticket(cast: Cast, letters: int, **fields) -> Ticket:
    """A ticket with that many letters by both sides, a file in each, internal notes, followers and an escalation."""
    ticket = file_ticket(cast, **fields)
    actions.take(ticket=ticket, by=cast.erin, now=at(1))
    for number in range(letters - 1):
        key = uuid.uuid4()
        by = cast.erin if number % 2 else cast.bob
        actions.store_file(
            upload=SimpleUploadedFile(f"{number}.log", b"line"), by=by, draft_key=key, now=at(2 + number)
        )
        write = actions.reply if by.is_staff else actions.customer_reply
        write(ticket=ticket, by=by, body=f"Letter {number}", now=at(2 + number), submission_key=key)
        actions.note(ticket=ticket, by=cast.erin, body=SECRET, now=at(2 + number))
    ticket.refresh_from_db()
    escalate(
        ticket=ticket,
        target=Target.T2,
        trigger=Trigger.ENGINEER,
        now=at(90),
        check_at=None,
        reason="Codec",
        by=cast.erin,
    )
    return ticket


def page_of(user: User, ticket: Ticket, query: str = "") -> str:
    response = signed_in(user).get(ticket.get_absolute_url() + query)
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch):
    """Views read the time here."""

    def set_to(now: dt.datetime) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: now)

    return set_to


@pytest.mark.parametrize("letters", [3, 60])
@pytest.mark.parametrize("address", ["tickets:detail", "tickets:parts"])
def test_a_page_asks_the_database_as_often_for_three_letters_as_for_sixty(
    cast: Cast, django_assert_max_num_queries, letters: int, address: str
) -> None:
    ticket = busy_ticket(cast, letters)
    client = signed_in(cast.alice)
    with django_assert_max_num_queries(MOST_QUERIES):
        response = client.get(reverse(address, args=[ticket.pk]))
    assert "Letter 1" in response.content.decode()


@pytest.mark.parametrize("reader", ["alice", "olga", "erin"])
def test_internal_notes_are_in_no_byte_of_the_customers_page(cast: Cast, reader: str) -> None:
    ticket = busy_ticket(cast, 3)
    actions.note(ticket=ticket, by=cast.erin, body=SECRET, now=at(200))
    client = signed_in(getattr(cast, reader))
    for address in ("tickets:detail", "tickets:parts"):
        page = client.get(reverse(address, args=[ticket.pk])).content.decode()
        assert "Letter 1" in page
        assert SECRET not in page
        assert "nternal note" not in page


@pytest.mark.parametrize(
    ("severity", "minute", "words"),
    [("p0", 1, "An engineer answers by"), ("p0", 20, "You should have had an answer by")],
)
def test_the_first_sentence_says_whose_turn_it_is_and_until_when(
    cast: Cast, later, severity: str, minute: int, words: str
) -> None:
    ticket = file_ticket(cast, severity=severity)
    later(at(minute))
    page = page_of(cast.alice, ticket)
    assert words in page
    assert "8 Jun 2026, 10:15 (Asia/Shanghai)" in page


def test_an_owner_is_named_only_while_there_is_one(cast: Cast) -> None:
    ticket = file_ticket(cast)
    assert "Tier 1, being assigned" in page_of(cast.alice, ticket)
    actions.take(ticket=ticket, by=cast.erin, now=at(1))
    page = page_of(cast.alice, ticket)
    assert "Erin Wu, Tier 1" in page
    assert "being assigned" not in page.split('id="letters"')[0]
    ticket.refresh_from_db()
    escalate(ticket=ticket, target=Target.RND, trigger=Trigger.CLOCK, now=at(2), check_at=None)
    page = page_of(cast.alice, ticket)
    assert "R&amp;D, being assigned" in page
    assert "The resolution was not reached in time." in page


@pytest.mark.parametrize(
    ("severity", "words"), [("p1", "promised within 8 h."), ("p2", "promised within 2 working days.")]
)
def test_a_clock_repeats_its_promise_in_the_words_in_which_it_was_made(cast: Cast, severity: str, words: str) -> None:
    assert words in page_of(cast.alice, file_ticket(cast, severity=severity))


def test_a_paused_clock_says_why_and_has_no_due(cast: Cast, later) -> None:
    ticket = file_ticket(cast)
    actions.reply_and_wait(ticket=ticket, by=cast.erin, body="Which build?", now=at(30))
    later(at(60))
    page = page_of(cast.alice, ticket)
    assert "Your turn." in page
    assert "we asked you something and wait for your answer" in page
    assert "30 min counted; 1 h since you filed it." in page


def test_what_is_new_stands_under_a_line_once(cast: Cast) -> None:
    ticket = file_ticket(cast)
    assert "New since you were here" not in page_of(cast.alice, ticket)
    actions.reply(ticket=ticket, by=cast.erin, body="Here is news", now=at(5))
    page = page_of(cast.alice, ticket)
    assert page.index("New since you were here") < page.index("Here is news")
    assert "New since you were here" not in page_of(cast.alice, ticket)


def test_ones_own_letter_is_no_news(cast: Cast) -> None:
    ticket = file_ticket(cast)
    page_of(cast.alice, ticket)
    actions.customer_reply(ticket=ticket, by=cast.alice, body="More", now=at(5))
    assert "New since you were here" not in page_of(cast.alice, ticket)


def test_seen_never_goes_back(cast: Cast) -> None:
    ticket = file_ticket(cast)
    for event_id in (7, 3):
        actions.mark_seen(ticket=ticket, by=cast.alice, event_id=event_id)
    assert TicketVisit.objects.get(ticket=ticket, user=cast.alice).seen_event_id == 7


def test_a_long_conversation_comes_in_pages_under_its_opening_letter(cast: Cast) -> None:
    ticket = file_ticket(cast)
    for number in range(130):
        actions.customer_reply(ticket=ticket, by=cast.bob, body=f"Letter {number:03}.", now=at(number))
    shown, page = [], page_of(cast.alice, ticket)
    while True:
        assert "It freezes on Wi-Fi" in page
        shown += [number for number in range(130) if f"Letter {number:03}." in page]
        if 'href="?before=' not in page:
            break
        page = page_of(cast.alice, ticket, "?before=" + page.split('href="?before=')[1].split('"')[0])
    assert sorted(shown) == list(range(130))


@pytest.mark.parametrize("query", ["?before=abc", "?before=-1", "?before=" + "9" * 40, "?before=1%00", "?before=0"])
def test_a_page_number_that_makes_no_sense_is_no_error(cast: Cast, query: str) -> None:
    assert "It freezes on Wi-Fi" in page_of(cast.alice, file_ticket(cast), query)


def test_many_changes_in_a_row_are_folded_and_few_are_not(cast: Cast) -> None:
    ticket = file_ticket(cast)
    actions.take(ticket=ticket, by=cast.erin, now=at(1))
    actions.start(ticket=ticket, by=cast.erin, now=at(2))
    assert '<details class="events">' not in page_of(cast.alice, ticket)
    actions.wait_internally(ticket=ticket, by=cast.erin, now=at(3))
    assert "3 changes" in page_of(cast.bob, ticket)


def test_the_parts_carry_only_what_came_after(cast: Cast) -> None:
    ticket = file_ticket(cast)
    first = signed_in(cast.alice).get(ticket.get_absolute_url()).context["thread"].latest
    actions.reply(ticket=ticket, by=cast.erin, body="Fresh words", now=at(5))
    response = signed_in(cast.alice).get(reverse("tickets:parts", args=[ticket.pk]), {"after": first})
    assert "Fresh words" in response.content.decode()
    assert "It freezes on Wi-Fi" not in response.content.decode()
    again = signed_in(cast.alice).get(
        reverse("tickets:parts", args=[ticket.pk]), {"after": response.context["thread"].latest}
    )
    assert "Fresh words" not in again.content.decode()


def test_staff_read_the_customers_page_with_a_way_to_the_desk_and_no_reply_box(cast: Cast) -> None:
    page = page_of(cast.erin, file_ticket(cast))
    assert "Answer it at the desk" in page
    assert "<textarea" not in page


def test_what_people_write_is_never_markup(cast: Cast) -> None:
    ticket = file_ticket(cast, subject="<b>x</b>{{ 7 }}", description="<script>alert(1)</script> **bold**")
    page = page_of(cast.alice, ticket)
    assert "<script>alert" not in page
    assert "&lt;b&gt;x&lt;/b&gt;{{ 7 }}" in page
    assert "<strong>bold</strong>" in page


def test_a_resolution_shows_cause_fix_and_prevention(cast: Cast) -> None:
    ticket = file_ticket(cast)
    actions.resolve(
        ticket=ticket,
        by=cast.erin,
        message="Fixed in 4.2.2",
        cause="Key frame lost",
        fix="Update",
        prevention="Pin it",
        now=at(9),
    )
    page = page_of(cast.alice, ticket)
    for words in (
        "Key frame lost",
        "Update",
        "Pin it",
        "Solved.",
        "This is solved",
        "What is still wrong?",
        "Open it again",
    ):
        assert words in page
    assert page.count("Key frame lost") == 1
    assert page.index("It is not solved</summary>") < page.index("What is still wrong?")


def test_only_an_open_p0_says_whom_to_phone(cast: Cast) -> None:
    urgent, normal = file_ticket(cast, severity="p0"), file_ticket(cast)
    assert cast.plan.support_phone in page_of(cast.alice, urgent)
    assert cast.plan.support_phone not in page_of(cast.alice, normal)
    actions.confirm_solved(ticket=urgent, by=cast.alice, now=at(1))
    assert cast.plan.support_phone not in page_of(cast.alice, urgent)


@pytest.mark.parametrize("entry_id", ["MD01", "MD02", "MD04", "MD06", "MD07", "MD08", "MD16"])
def test_no_letter_of_the_catalogue_breaks_the_page_or_leads_to_a_script(cast: Cast, entry_id: str) -> None:
    text = value(entry(entry_id))[:BODY_MAX_CHARACTERS]
    ticket = file_ticket(cast, description=text)
    actions.reply(ticket=ticket, by=cast.erin, body=text, now=NOW)
    page = page_of(cast.alice, ticket).lower()
    links = re.findall(r"<a\b[^>]*>", page)
    assert links
    assert not [link for link in links if re.search(r"href=\"\s*(java\s*script|data):", link)]
    assert "<svg><a" not in page
