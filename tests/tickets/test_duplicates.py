"""“Your colleague filed this ten minutes ago”: shown while typing, asked once before filing, never in the way of a P0."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.choices import Platform
from accounts.models import App, Membership
from notifications import fan_out
from notifications.models import Notice
from tests.answers import answered
from tests.cast import Cast, file_ticket
from tickets import actions
from tickets.choices import EventKind
from tickets.models import Draft, Follower, Ticket, TicketEvent

NEW, SIMILAR = "/tickets/new/", "/tickets/new/similar/"
SUBJECT = "Video freezes half a minute after joining, error 1107"


@pytest.fixture
def alice(cast: Cast, client: Client) -> Client:
    client.force_login(cast.alice)
    return client


def ago(**span: float) -> dt.datetime:
    return timezone.now() - dt.timedelta(**span)


def bobs(cast: Cast, **fields: Any) -> Ticket:
    values = {
        "by": cast.bob, "subject": "Picture stutters after joining", "description": "The log says 1107.",
        "now": ago(minutes=10),
    }  # fmt: skip
    return file_ticket(cast, **values | fields)


def form(cast: Cast, **changes: Any) -> dict[str, Any]:
    return {
        "submission_key": str(uuid.uuid4()), "app": str(cast.app.pk), "category": "stutter_freeze", "severity": "p2",
        "subject": SUBJECT, "description": "On every iPhone.",
    } | answered("stutter_freeze") | changes  # fmt: skip


class TestWhileTyping:
    def ask(self, cast: Cast, client: Client, **typed: str) -> str:
        answer = client.post(SIMILAR, {"app": str(cast.app.pk), "subject": SUBJECT} | typed)
        assert answer.status_code == 200
        return answer.content.decode()

    def test_a_colleagues_ticket_is_shown_with_who_and_when(self, cast: Cast, alice: Client) -> None:
        ticket = bobs(cast)
        part = self.ask(cast, alice)
        assert f'href="{ticket.get_absolute_url()}"' in part
        assert "Bob Li filed it 10 min ago" in part
        assert "You filed it" in self.ask(cast, signed_in(cast.bob))

    def test_the_other_language_finds_it_too(self, cast: Cast, alice: Client) -> None:
        ticket = bobs(cast)
        assert ticket.number in self.ask(cast, alice, subject="观众端卡顿，报错 1107")

    def test_the_description_alone_finds_it(self, cast: Cast, alice: Client) -> None:
        assert bobs(cast).number in self.ask(
            cast, alice, subject="Help", description="We see error 1107 and it stutters."
        )

    def test_only_what_the_person_may_see_of_that_app_open_and_recent(self, cast: Cast, alice: Client) -> None:
        other_app = App.objects.create(
            organisation=cast.acme, name="Web", app_id="w", platform=Platform.WEB, product=cast.app.product
        )
        bobs(cast, is_shared=False)
        bobs(cast, app=other_app)
        bobs(cast, app=None)
        bobs(cast, now=ago(days=15))
        bobs(cast, by=cast.mallory, organisation=cast.other, app=None)
        solved = bobs(cast)
        actions.confirm_solved(ticket=solved, by=cast.bob, now=timezone.now())
        assert "href" not in self.ask(cast, alice)
        assert "href" in self.ask(cast, alice, app=str(other_app.pk))

    def test_an_internal_note_leads_nowhere(self, cast: Cast, alice: Client) -> None:
        ticket = bobs(cast, subject="Hello", description="World")
        actions.note(ticket=ticket, by=cast.erin, body=SUBJECT, now=timezone.now())
        assert "href" not in self.ask(cast, alice)

    def test_a_strangers_app_shows_nothing_of_theirs(self, cast: Cast) -> None:
        bobs(cast)
        assert "href" not in self.ask(cast, signed_in(cast.mallory))

    @pytest.mark.parametrize("bad", ["", "\x00", "x" * 100_000, "<script>", "']--", "‮"])
    def test_any_text_is_an_answer(self, cast: Cast, alice: Client, bad: str) -> None:
        bobs(cast)
        self.ask(cast, alice, subject=bad, description=bad, app=bad)

    def test_staff_strangers_and_people_without_organisation_get_none(self, cast: Cast, alice: Client) -> None:
        assert "/accounts/login/" in Client().post(SIMILAR).headers["Location"]
        assert signed_in(cast.erin).post(SIMILAR).status_code == 404
        cast.alice.memberships.all().delete()
        assert alice.post(SIMILAR).status_code == 404
        assert alice.get(SIMILAR).status_code == 405

    def test_it_costs_the_same_however_many_tickets_there_are(
        self, cast: Cast, alice: Client, django_assert_num_queries
    ) -> None:
        bobs(cast)
        self.ask(cast, alice)
        with CaptureQueriesContext(connection) as few:
            self.ask(cast, alice)
        before = len(few)
        for _ in range(60):
            bobs(cast)
        with django_assert_num_queries(before):
            assert self.ask(cast, alice).count("<li>") == 3
        assert before <= 8


class TestBeforeFiling:
    def send(self, client: Client, page: dict[str, Any]) -> HttpResponse:
        return client.post(NEW, page)

    def test_it_is_asked_once_and_nothing_typed_is_lost(self, cast: Cast, alice: Client) -> None:
        ticket = bobs(cast)
        page = form(cast)
        answer = self.send(alice, page | {"files": [SimpleUploadedFile("sdk.log", b"x")]})
        body = answer.content.decode()
        assert answer.status_code == 409
        assert "Is this reported already?" in body
        assert f'name="follow" value="{ticket.pk}"' in body
        for kept in (SUBJECT, "On every iPhone.", "sdk.log", page["submission_key"]):
            assert kept in body
        assert Ticket.objects.count() == 1
        assert self.send(alice, page | {"similar_asked": "1"}).status_code == 302
        assert Ticket.objects.latest("pk").messages.get().attachments.get().name == "sdk.log"

    def test_a_p0_is_never_held_up(self, cast: Cast, alice: Client) -> None:
        bobs(cast)
        assert self.send(alice, form(cast, severity="p0")).status_code == 302

    def test_what_is_only_a_little_alike_is_not_asked_about(self, cast: Cast, alice: Client) -> None:
        bobs(cast, subject="Echo on the speaker", description="x")
        assert self.send(alice, form(cast)).status_code == 302

    def test_mistakes_come_first(self, cast: Cast, alice: Client) -> None:
        bobs(cast)
        answer = self.send(alice, form(cast, category=""))
        assert answer.status_code == 422
        assert "Is this reported already?" not in answer.content.decode()


class TestFollowing:
    def follow(self, client: Client, cast: Cast, ticket: Ticket, **changes: Any) -> HttpResponse:
        return client.post(NEW, form(cast, follow=str(ticket.pk), **changes), follow=True)

    def test_she_follows_and_her_words_wait_there_as_a_letter(self, cast: Cast, alice: Client) -> None:
        ticket = bobs(cast)
        page = self.follow(alice, cast, ticket, files=[SimpleUploadedFile("sdk.log", b"x")]).content.decode()
        assert f"You follow {ticket.number} now" in page
        assert f"{SUBJECT}\n\nOn every iPhone.</textarea>" in page
        assert "sdk.log" in page
        assert Follower.objects.get().user == cast.alice
        assert Ticket.objects.count() == 1
        assert ticket.messages.count() == 1  # nothing was sent for her
        event = TicketEvent.objects.get(kind=EventKind.FOLLOWED)
        assert (event.actor, event.is_public) == (cast.alice, True)
        assert "Alice Chen has the same problem and follows this ticket" in page

    def test_her_draft_of_a_new_ticket_becomes_that_letter(self, cast: Cast, alice: Client) -> None:
        ticket, key = bobs(cast), uuid.uuid4()
        alice.post(f"/tickets/drafts/{key}/", form(cast, submission_key=str(key)))
        self.follow(alice, cast, ticket, submission_key=str(key))
        assert Draft.objects.get().ticket == ticket

    def test_a_letter_she_began_there_stays(self, cast: Cast, alice: Client) -> None:
        ticket = bobs(cast)
        alice.get(ticket.get_absolute_url())
        alice.post(f"{ticket.get_absolute_url()}drafts/{uuid.uuid4()}/", {"body": "Begun before"})
        page = self.follow(alice, cast, ticket).content.decode()
        assert "Begun before" in page
        assert "What you wrote stands below" not in page

    def test_twice_is_once_and_whoever_filed_it_follows_anyway(self, cast: Cast, alice: Client) -> None:
        ticket = bobs(cast)
        for _ in range(2):
            self.follow(alice, cast, ticket)
        self.follow(signed_in(cast.bob), cast, ticket)
        assert Follower.objects.count() == 1
        assert TicketEvent.objects.filter(kind=EventKind.FOLLOWED).count() == 1

    def test_the_one_who_has_it_and_the_one_who_filed_it_are_told(self, cast: Cast, alice: Client) -> None:
        ticket = bobs(cast)
        actions.take(ticket=ticket, by=cast.erin, now=timezone.now())
        fan_out.run(timezone.now())
        before = Notice.objects.count()
        self.follow(alice, cast, ticket)
        fan_out.run(timezone.now())
        told = Notice.objects.order_by("pk")[before:]
        assert {(each.recipient, each.channel) for each in told} == {(cast.erin, "site"), (cast.bob, "site")}

    @pytest.mark.parametrize("bad", ["", "x", "0", "-1", "9" * 30, "²", "\x00"])
    def test_a_number_that_is_no_ticket_is_404(self, cast: Cast, alice: Client, bad: str) -> None:
        assert alice.post(NEW, form(cast, follow=bad)).status_code == 404

    def test_nobody_follows_what_they_do_not_see(self, cast: Cast, alice: Client) -> None:
        private, theirs = bobs(cast, is_shared=False), bobs(cast, by=cast.mallory, organisation=cast.other, app=None)
        for ticket in (private, theirs):
            assert self.follow(alice, cast, ticket).status_code == 404
        assert not Follower.objects.exists()

    def test_somebody_elses_key_is_left_alone(self, cast: Cast, alice: Client) -> None:
        ticket, key = bobs(cast), uuid.uuid4()
        alice.post(f"/tickets/drafts/{key}/", form(cast, submission_key=str(key)))
        olga = signed_in(cast.olga)
        assert self.follow(olga, cast, ticket, submission_key=str(key)).status_code == 200
        assert Draft.objects.get().owner == cast.alice


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def test_with_two_organisations_each_keeps_its_own(cast: Cast, alice: Client) -> None:
    Membership.objects.create(organisation=cast.other, user=cast.alice)
    bobs(cast)
    answer = alice.post(SIMILAR, {"app": f"organisation-{cast.other.pk}", "subject": SUBJECT})
    assert "href" not in answer.content.decode()
