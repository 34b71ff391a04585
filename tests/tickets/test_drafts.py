"""Drafts: what was typed outlives a closed tab and goes on elsewhere, and nobody writes over anybody unseen."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.answers import answered
from tests.cast import NOW, Cast, file_ticket
from tickets import actions
from tickets.actions import intake
from tickets.models import Attachment, Draft, Ticket

NEW = "/tickets/new/"
DAY = dt.timedelta(days=1)


@pytest.fixture
def alice(cast: Cast, client: Client) -> Client:
    client.force_login(cast.alice)
    return client


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


class Tab:
    """An open page of the form: its key, which page it is, and what it saw last."""

    def __init__(self, client: Client, key: uuid.UUID | None = None, revision: int = 0) -> None:
        self.client, self.key, self.revision = client, key or uuid.uuid4(), revision
        self.page, self.step = uuid.uuid4(), 0
        self.address = f"/tickets/drafts/{self.key}/"

    def form(self, **typed: Any) -> dict[str, Any]:
        self.step += 1
        return typed | {
            "submission_key": str(self.key), "draft_revision": str(self.revision), "draft_page": str(self.page),
            "draft_step": str(self.step),
        }  # fmt: skip

    def keep(self, **typed: Any) -> HttpResponse:
        answer = self.client.post(self.address, self.form(**typed))
        if answer.status_code == 200:
            self.revision = answer.json()["revision"]
        return answer


def values(cast: Cast, **changes: Any) -> dict[str, Any]:
    return {
        "app": str(cast.app.pk), "category": "no_audio", "severity": "p2", "subject": "No sound after a phone call",
        "description": "On Android 14 the other side is silent.",
    } | changes  # fmt: skip


class TestKeeping:
    def test_every_field_comes_back_on_any_device(self, cast: Cast, alice: Client) -> None:
        tab = Tab(alice)
        told = values(cast, device="Pixel 9 <b>", occurred_at="2026-06-01T10:58", q_room=["a", "b"])
        answer = tab.keep(**told)
        assert (answer.status_code, answer.json()["revision"]) == (200, 1)
        assert "Kept as a draft" in answer.json()["words"]
        assert Draft.objects.get().typed["q_room"] == ["a", "b"]
        page = signed_in(cast.alice).get(f"{NEW}?draft={tab.key}").content.decode()
        for kept in ("No sound after a phone call", "Pixel 9 &lt;b&gt;", "2026-06-01T10:58", str(tab.key)):
            assert kept in page
        assert 'value="no_audio" checked' in page
        assert 'name="draft_revision" value="1"' in page

    def test_the_form_lists_what_was_begun_and_not_what_is_open(self, cast: Cast, alice: Client) -> None:
        first, second = Tab(alice), Tab(alice)
        first.keep(subject="The first one")
        second.keep(description="Only a description")
        page = alice.get(NEW).content.decode()
        assert page.index("Only a description") < page.index("The first one")
        assert f'href="{NEW}?draft={first.key}"' in page
        opened = alice.get(f"{NEW}?draft={first.key}").content.decode()
        assert f'href="{NEW}?draft={first.key}"' not in opened
        assert "Only a description" in opened

    def test_what_the_form_came_with_is_no_draft(self, cast: Cast, alice: Client) -> None:
        answer = Tab(alice).keep(app=str(cast.app.pk), severity="p1", category="echo", subject=" ")
        assert answer.json() == {"revision": 0, "words": ""}
        assert not Draft.objects.exists()

    def test_without_a_script_a_button_keeps_it_with_its_files(self, cast: Cast, alice: Client) -> None:
        tab = Tab(alice)
        log = SimpleUploadedFile("sdk.log", b"joined")
        answer = alice.post(NEW, tab.form(**values(cast, subject=""), save_draft="1", files=[log]))
        assert answer.headers["Location"] == f"{NEW}?draft={tab.key}"
        page = alice.get(answer.headers["Location"]).content.decode()
        assert "for 30 days" in page
        assert "sdk.log" in page
        assert "the other side is silent" in page
        assert not Ticket.objects.exists()

    @pytest.mark.parametrize(
        "text", ["\x00", "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"), "\\u0000", "‮"]
    )
    def test_any_text_can_be_kept(self, cast: Cast, alice: Client, text: str) -> None:
        tab = Tab(alice)
        assert tab.keep(subject=f"x{text}y", **{f"q{text}": "z"}).status_code == 200
        assert alice.get(f"{NEW}?draft={tab.key}").status_code == 200

    def test_a_field_sent_twice_breaks_no_page(self, cast: Cast, alice: Client) -> None:
        tab, ticket = Tab(alice), file_ticket(cast)
        tab.keep(**{name: [value, value] for name, value in values(cast, occurred_at="x", q_steps="1").items()})
        page = alice.get(f"{NEW}?draft={tab.key}")
        assert page.status_code == 200
        assert 'value="No sound after a phone call"' in page.content.decode()
        alice.get(ticket.get_absolute_url())
        alice.post(f"{ticket.get_absolute_url()}drafts/{uuid.uuid4()}/", {"body": ["a", "letter"]})
        assert "letter</textarea>" in alice.get(ticket.get_absolute_url()).content.decode()

    def test_too_much_is_refused_in_words_and_the_last_state_stays(self, cast: Cast, alice: Client) -> None:
        tab = Tab(alice)
        tab.keep(subject="Kept")
        answer = tab.keep(subject="Kept", description="x" * 200_001)
        assert answer.status_code == 422
        assert "200000 characters" in answer.json()["words"].replace(",", "")
        assert Draft.objects.get().typed == {"subject": "Kept"}

    def test_a_person_has_twenty_and_is_told_so(self, cast: Cast, alice: Client) -> None:
        for _ in range(20):
            assert Tab(alice).keep(subject="x").status_code == 200
        answer = Tab(alice).keep(subject="x")
        assert (answer.status_code, Draft.objects.count()) == (422, 20)
        assert "20 already" in answer.json()["words"]
        assert Tab(signed_in(cast.bob)).keep(subject="x").status_code == 200

    def test_a_key_in_the_address_that_is_none_is_404(self, alice: Client, cast: Cast) -> None:
        for key in ("", "x", "0", uuid.uuid4(), "' or 1=1", "\x00"):
            assert alice.get(NEW, {"draft": key}).status_code == 404


class TestTwoTabs:
    def test_another_tab_is_told_and_not_written_over(self, cast: Cast, alice: Client) -> None:
        first = Tab(alice)
        first.keep(subject="At the desk")
        second = Tab(signed_in(cast.alice), first.key, revision=1)
        assert second.keep(subject="On the phone").json()["revision"] == 2
        answer = first.keep(subject="At the desk again")
        assert answer.status_code == 409
        assert "another tab or on another device" in answer.json()["words"]
        assert answer.json()["url"] == f"{NEW}?draft={first.key}"
        assert Draft.objects.get().typed == {"subject": "On the phone"}

    def test_she_can_keep_hers_all_the_same(self, cast: Cast, alice: Client) -> None:
        first = Tab(alice)
        first.keep(subject="a")
        Tab(alice, first.key, revision=1).keep(subject="b")
        first.revision = first.keep(subject="c").json()["revision"]
        assert first.keep(subject="c").status_code == 200
        assert Draft.objects.get().typed == {"subject": "c"}

    def test_a_page_may_overtake_itself(self, cast: Cast, alice: Client) -> None:
        tab = Tab(alice)
        early = tab.form(subject="early")
        late = tab.form(subject="late")  # sent on leaving, before the first was answered
        assert alice.post(tab.address, late).status_code == 200
        assert alice.post(tab.address, early).status_code == 200
        assert Draft.objects.get().typed == {"subject": "late"}

    def test_without_a_script_the_page_comes_back_and_a_second_press_replaces(self, cast: Cast, alice: Client) -> None:
        tab = Tab(alice)
        tab.keep(subject="here")
        Tab(alice, tab.key, revision=1).keep(subject="there")
        answer = alice.post(NEW, tab.form(subject="here <i>", save_draft="1"))
        page = answer.content.decode()
        assert answer.status_code == 200
        assert "changed in another tab" in page
        assert "here &lt;i&gt;" in page
        assert 'name="draft_revision" value="2"' in page
        tab.revision = 2
        alice.post(NEW, tab.form(subject="here <i>", save_draft="1"))
        assert Draft.objects.get().typed["subject"] == "here <i>"

    def test_what_was_discarded_elsewhere_does_not_come_back_by_itself(self, cast: Cast, alice: Client) -> None:
        tab = Tab(alice)
        tab.keep(subject="a")
        alice.post(f"{tab.address}discard/")
        answer = tab.keep(subject="ab")
        assert (answer.status_code, answer.json()["revision"], answer.json()["url"]) == (409, 0, "")
        assert not Draft.objects.exists()
        tab.revision = 0
        assert tab.keep(subject="ab").status_code == 200

    def test_what_was_sent_elsewhere_says_so(self, cast: Cast, alice: Client) -> None:
        tab = Tab(alice)
        tab.keep(**values(cast))
        alice.post(NEW, tab.form(**values(cast), **answered("no_audio")))
        ticket = Ticket.objects.get()
        answer = tab.keep(**values(cast, subject="later"))
        assert answer.status_code == 409
        assert answer.json()["revision"] is None
        assert answer.json()["url"] == ticket.get_absolute_url()
        assert not Draft.objects.exists()
        assert alice.get(f"{NEW}?draft={tab.key}").headers["Location"] == ticket.get_absolute_url()

    def test_a_mistake_in_the_form_keeps_its_place(self, cast: Cast, alice: Client) -> None:
        tab = Tab(alice)
        tab.keep(**values(cast, subject=""))
        page = alice.post(NEW, tab.form(**values(cast, subject=""))).content.decode()
        for name, value in (("revision", "1"), ("page", tab.page), ("step", tab.step)):
            assert f'name="draft_{name}" value="{value}"' in page
        assert Draft.objects.exists()


class TestSending:
    def test_filing_consumes_it_with_its_files(self, cast: Cast, alice: Client) -> None:
        tab = Tab(alice)
        alice.post(NEW, tab.form(**values(cast, subject=""), save_draft="1", files=[SimpleUploadedFile("a.log", b"x")]))
        other = Tab(alice)
        other.keep(subject="Stays")
        alice.post(NEW, tab.form(**values(cast), **answered("no_audio")))
        assert Ticket.objects.get().messages.get().attachments.get().name == "a.log"
        assert Draft.objects.get().key == other.key

    def test_a_filing_that_fails_keeps_it(self, cast: Cast, alice: Client, monkeypatch) -> None:
        tab = Tab(alice)
        tab.keep(**values(cast))

        def broken(*args: object, **kwargs: object) -> None:
            raise IntegrityError("no")

        monkeypatch.setattr(intake, "settle", broken)
        with pytest.raises(IntegrityError):
            alice.post(NEW, tab.form(**values(cast), **answered("no_audio")))
        assert Draft.objects.get().typed["subject"] == "No sound after a phone call"
        assert not Ticket.objects.exists()


class TestOthers:
    def test_nobody_else_sees_writes_or_discards_it(self, cast: Cast, alice: Client) -> None:
        tab = Tab(alice)
        tab.keep(subject="Between me and me")
        for person in (cast.bob, cast.olga, cast.mallory, cast.erin, cast.ada):
            client = signed_in(person)
            assert client.post(tab.address, {"subject": "x", "draft_revision": "1"}).status_code == 404
            assert client.post(f"{tab.address}discard/").status_code == 404
            if not person.is_staff:
                assert client.get(f"{NEW}?draft={tab.key}").status_code == 404
                assert "Between me" not in client.get(NEW).content.decode()
        assert Draft.objects.get().typed == {"subject": "Between me and me"}

    def test_a_stranger_is_asked_to_sign_in(self, cast: Cast, client: Client) -> None:
        for address in (f"/tickets/drafts/{uuid.uuid4()}/", f"/tickets/drafts/{uuid.uuid4()}/discard/"):
            assert "/accounts/login/" in client.post(address).headers["Location"]

    def test_staff_and_people_without_organisation_keep_none(self, cast: Cast, alice: Client) -> None:
        assert Tab(signed_in(cast.erin)).keep(subject="x").status_code == 404
        cast.alice.memberships.all().delete()
        assert Tab(alice).keep(subject="x").status_code == 404
        assert not Draft.objects.exists()


class TestGoing:
    def test_discarding_takes_its_files_and_can_be_done_twice(self, cast: Cast, alice: Client) -> None:
        tab = Tab(alice)
        alice.post(NEW, tab.form(subject="x", save_draft="1", files=[SimpleUploadedFile("a.log", b"x")]))
        for _ in range(2):
            assert alice.post(f"{tab.address}discard/").headers["Location"] == NEW
        assert not Draft.objects.exists()
        assert not Attachment.objects.exists()

    def test_after_thirty_days_it_is_swept_and_its_files_after_it(self, cast: Cast, alice: Client) -> None:
        tab, young = Tab(alice), Tab(alice)
        alice.post(NEW, tab.form(subject="x", save_draft="1", files=[SimpleUploadedFile("a.log", b"x")]))
        young.keep(subject="young")
        now = timezone.now()
        assert actions.sweep_unsent(now=now + 20 * DAY) == 0  # a draft's files wait with it
        assert actions.sweep_drafts(now=now + 29 * DAY) == 0
        Draft.objects.filter(key=young.key).update(updated_at=now + 10 * DAY)
        assert actions.sweep_drafts(now=now + 31 * DAY) == 1
        assert actions.sweep_drafts(now=now + 31 * DAY) == 0
        assert actions.sweep_unsent(now=now + 31 * DAY) == 1
        assert Draft.objects.get().key == young.key

    def test_a_sweep_takes_a_bounded_number(self, cast: Cast, alice: Client) -> None:
        for _ in range(5):
            Tab(alice).keep(subject="x")
        later = timezone.now() + 31 * DAY
        assert [actions.sweep_drafts(now=later, most=2) for _ in range(4)] == [2, 2, 1, 0]


def test_the_list_costs_one_query_however_long_it_is(cast: Cast, alice: Client, django_assert_num_queries) -> None:
    file_ticket(cast, now=NOW)
    alice.get(NEW)
    with CaptureQueriesContext(connection) as few:
        alice.get(NEW)
    before = len(few)
    for number in range(20):
        Tab(alice).keep(subject=f"Draft {number}", description="long " * 2000)
    with django_assert_num_queries(before):
        page = alice.get(NEW)
    assert len(page.content) < 150_000


def test_keeping_is_cheap(cast: Cast, alice: Client) -> None:
    tab = Tab(alice)
    tab.keep(subject="x")
    with CaptureQueriesContext(connection) as asked:
        tab.keep(subject="xy")
    assert len([each for each in asked if "SAVEPOINT" not in each["sql"]]) <= 5


class TestLetters:
    """Drafts of letters on a ticket: one a person and ticket."""

    def tab(self, client: Client, ticket: Ticket, key: uuid.UUID | None = None, revision: int = 0) -> Tab:
        tab = Tab(client, key, revision)
        tab.address = f"{ticket.get_absolute_url()}drafts/{tab.key}/"
        client.get(ticket.get_absolute_url())
        return tab

    def test_it_stands_in_the_box_again_on_any_device(self, cast: Cast, alice: Client) -> None:
        ticket = file_ticket(cast)
        tab = self.tab(alice, ticket)
        assert tab.keep(body="Half a <thought>").json()["revision"] == 1
        for address in ("", "parts/"):
            page = signed_in(cast.alice).get(f"{ticket.get_absolute_url()}{address}").content.decode()
            assert "Half a &lt;thought&gt;" in page
            assert str(tab.key) in page
        other = signed_in(cast.bob).get(ticket.get_absolute_url()).content.decode()
        assert "Half a" not in other
        assert "Half a" not in alice.get(NEW).content.decode()

    def test_sending_it_consumes_it(self, cast: Cast, alice: Client) -> None:
        ticket = file_ticket(cast)
        tab = self.tab(alice, ticket)
        tab.keep(body="Half")
        assert alice.post(f"{ticket.get_absolute_url()}replies/", tab.form(body="Half, and whole")).status_code == 302
        assert not Draft.objects.exists()
        assert tab.keep(body="late").status_code == 409
        actions.confirm_solved(ticket=ticket, by=cast.alice, now=timezone.now())
        again = self.tab(alice, ticket)
        again.keep(body="Not solved")
        alice.post(f"{ticket.get_absolute_url()}reopenings/", again.form(body="Not solved yet"))
        ticket.refresh_from_db()
        assert ticket.status == "open"
        assert not Draft.objects.exists()

    def test_a_second_tab_is_told_of_the_letter_begun_in_the_first(self, cast: Cast, alice: Client) -> None:
        ticket = file_ticket(cast)
        first, second = self.tab(alice, ticket), self.tab(alice, ticket)
        first.keep(body="first")
        answer = second.keep(body="second")
        assert (answer.status_code, answer.json()["revision"]) == (409, 1)
        assert answer.json()["url"] == f"{ticket.get_absolute_url()}#part-composer"
        second.revision = 1
        assert second.keep(body="second").status_code == 200
        assert Draft.objects.get().key == second.key
        assert first.keep(body="first again").status_code == 409

    def test_without_a_script_a_button_keeps_it_with_its_files(self, cast: Cast, alice: Client) -> None:
        ticket = file_ticket(cast)
        tab = self.tab(alice, ticket)
        form = tab.form(body="Here is the log", save_draft="1", files=[SimpleUploadedFile("sdk.log", b"x")])
        answer = alice.post(f"{ticket.get_absolute_url()}replies/", form)
        assert answer.headers["Location"] == f"{ticket.get_absolute_url()}#part-composer"
        page = alice.get(ticket.get_absolute_url()).content.decode()
        assert "Here is the log" in page
        assert "sdk.log" in page
        assert ticket.messages.count() == 1
        self.tab(alice, ticket, tab.key, 1).keep(body="There")
        page = alice.post(f"{ticket.get_absolute_url()}replies/", form).content.decode()
        assert "changed in another tab" in page
        assert "Here is the log" in page

    def test_nobody_keeps_one_on_a_ticket_they_do_not_see(self, cast: Cast, alice: Client) -> None:
        ticket = file_ticket(cast, is_shared=False)
        for person in (cast.mallory, cast.bob, cast.erin):
            assert self.tab(signed_in(person), ticket).keep(body="x").status_code == 404
        assert not Draft.objects.exists()

    def test_a_new_tickets_key_is_no_letters(self, cast: Cast, alice: Client) -> None:
        ticket, new = file_ticket(cast), Tab(alice)
        new.keep(subject="x")
        assert self.tab(alice, ticket, new.key, 1).keep(body="x").status_code == 404
        letter = self.tab(alice, ticket)
        letter.keep(body="x")
        assert Tab(alice, letter.key, 1).keep(subject="x").status_code == 404
        assert alice.get(f"{NEW}?draft={letter.key}").status_code == 404

    def test_a_key_that_is_none_breaks_nothing(self, cast: Cast, alice: Client) -> None:
        ticket = file_ticket(cast)
        answer = alice.post(
            f"{ticket.get_absolute_url()}replies/", {"body": "x", "submission_key": "no", "save_draft": "1"}
        )
        assert answer.status_code == 422
