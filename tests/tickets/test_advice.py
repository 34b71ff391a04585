"""The coach on the filing page, and the same figure at the desk."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client

from accounts.models import User
from tests.cast import NOW, Cast, file_ticket
from tickets import actions
from tickets.actions import EnvironmentFacts
from tickets.actions.details import GivenAnswer
from tickets.advice import told_of
from tickets.coach import words
from tickets.coach.aspects import needs
from tickets.models import Category, Question, QuestionChoice, Ticket

NEW, ADVICE = "/tickets/new/", "/tickets/new/advice/"
GOOD = "All viewers see the host freeze 30 s after joining, every time, on Wi-Fi. iPhone 14 Pro."


@pytest.fixture
def alice(cast: Cast, client: Client) -> Client:
    client.force_login(cast.alice)
    return client


def said(client: Client, **typed: Any) -> str:
    answer = client.post(ADVICE, {"category": "stutter_freeze", **typed})
    assert answer.status_code == 200
    return answer.content.decode()


class TestThePanel:
    def test_a_new_page_shows_what_helps_and_an_example(self, alice: Client) -> None:
        page = alice.get(f"{NEW}?category=stutter_freeze").content.decode()
        assert 'id="coach"' in page
        assert "Ready: 0 of 6" in page
        assert "30 s after joining, the host’s video freezes" in page

    def test_it_counts_what_is_said_and_asks_for_what_is_not(self, alice: Client) -> None:
        panel = said(alice, description="It stutters on Wi-Fi")
        assert "Ready: 1 of 6" in panel
        assert "At what time did it happen" in panel
        assert panel.count("coach-question") == 2

    def test_what_the_first_question_asks_is_not_asked_again_beside_it(self, alice: Client) -> None:
        """Unless nobody wrote one for this kind."""
        page = alice.get(f"{NEW}?category=stutter_freeze").content.decode()
        assert "All viewers or one?" in page
        for shown in (page, said(alice)):
            assert "Do all viewers see it, or some?" not in shown
            assert "Who sees it" in shown
        Category.objects.update(first_question_en="", first_question_zh="")
        page = alice.get(f"{NEW}?category=stutter_freeze").content.decode()
        for shown in (page, said(alice)):
            assert "Do all viewers see it, or some?" in shown

    def test_each_kind_with_a_like_first_question_exists(self, db: None) -> None:
        codes = set(Category.objects.exclude(first_question_en="").values_list("code", flat=True))
        assert set(words.ASKED_FIRST) <= codes
        assert all(aspect in needs(code) for code, aspect in words.ASKED_FIRST.items())

    def test_fields_and_files_answer_too(self, alice: Client) -> None:
        panel = said(
            alice, description="It stutters", network="wifi", device="Pixel 9", frequency="often", file_count="2"
        )
        assert "Ready: 4 of 6" in panel

    def test_so_do_the_answers_to_the_kinds_questions_and_not_knowing(self, alice: Client) -> None:
        assert "Ready: 0 of 6" in said(alice, category="join_failure", description="Nothing happens")
        panel = said(
            alice, category="join_failure", description="Nothing happens", q_error_code="110", q_scope="all",
            sdk_version_unknown="on", q_uses_token="yes", q_nonsense="1",
        )  # fmt: skip
        assert "Ready: 3 of 6" in panel

    def test_whoever_said_all_is_thanked_and_asked_nothing(self, alice: Client) -> None:
        panel = said(alice, description=GOOD, file_count="1")
        assert "Ready: 6 of 6" in panel
        assert "an engineer can start" in panel
        assert "coach-question" not in panel

    def test_a_p0_is_told_to_send_it(self, alice: Client) -> None:
        panel = said(alice, description="Down", severity="p0")
        assert "Send it as it is" in panel
        assert panel.count("coach-question") <= 1

    def test_it_speaks_the_readers_language(self, cast: Cast, alice: Client) -> None:
        User.objects.filter(pk=cast.alice.pk).update(language="zh-hans")
        panel = said(alice, category="no_audio", description="没声音")
        assert "司机能听到乘客" in panel
        assert "The driver" not in panel

    @pytest.mark.parametrize(
        "typed",
        [
            {}, {"category": "no such"}, {"description": "\x00" * 50}, {"description": "<script>alert(1)</script>" * 2000},
            {"file_count": "-1"}, {"file_count": "9" * 400}, {"file_count": "二"}, {"severity": "p9", "subject": "x" * 100_000},
            {"occurred_at": "never", "device": "\ud800".encode("utf-8", "surrogatepass")},
        ],
        ids=lambda typed: "-".join(typed) or "nothing",
    )  # fmt: skip
    def test_whatever_is_typed_gets_an_answer(self, alice: Client, typed: dict[str, Any]) -> None:
        answer = alice.post(ADVICE, typed)
        assert answer.status_code == 200
        assert "<script>" not in answer.content.decode()

    def test_it_asks_the_database_only_who_is_there_and_the_kind(
        self, alice: Client, django_assert_max_num_queries
    ) -> None:
        said(alice)
        with django_assert_max_num_queries(3):
            said(alice, description=GOOD)

    def test_a_form_that_comes_back_is_judged_as_it_was_typed(self, cast: Cast, alice: Client) -> None:
        page = alice.post(NEW, {"category": "stutter_freeze", "description": GOOD, "severity": "p2"})
        assert page.status_code == 422
        assert "Ready: 5 of 6" in page.content.decode()

    def test_staff_are_led_to_the_desk(self, cast: Cast, client: Client) -> None:
        client.force_login(cast.erin)
        assert client.post(ADVICE, {}).headers["Location"] == "/admin/tickets/ticket/"


def told(ticket: Ticket) -> tuple[int, int] | None:
    ticket.refresh_from_db()
    found = told_of(ticket)
    return (found.answered, found.needed) if found else None


class TestTheTicket:
    def test_it_is_judged_when_it_is_filed(self, cast: Cast) -> None:
        ticket = file_ticket(cast, subject="It stutters", description="Please fix", environment=EnvironmentFacts())
        assert told(ticket) == (0, 6)
        ticket = file_ticket(cast, description=GOOD, environment=EnvironmentFacts())
        assert told(ticket) == (5, 6)

    def test_its_environment_and_its_files_count(self, cast: Cast) -> None:
        key = uuid.uuid4()
        actions.store_file(upload=SimpleUploadedFile("sdk.log", b"line"), by=cast.alice, draft_key=key, now=NOW)
        facts = EnvironmentFacts(network="wifi", device="Pixel 9")
        ticket = file_ticket(cast, subject="It stutters", description="Bad", environment=facts, submission_key=key)
        assert told(ticket) == (3, 6)

    def test_an_answer_of_the_customer_makes_it_readier(self, cast: Cast) -> None:
        ticket = file_ticket(cast, subject="It stutters", description="Bad", environment=EnvironmentFacts())
        actions.reply_and_wait(ticket=ticket, by=cast.erin, body="On Wi-Fi? All viewers? Every time?", now=NOW)
        assert told(ticket) == (0, 6)
        actions.customer_reply(ticket=ticket, by=cast.bob, body="All viewers, every time, on Wi-Fi.", now=NOW)
        assert told(ticket) == (3, 6)

    def test_so_does_what_is_said_when_it_is_reopened(self, cast: Cast) -> None:
        ticket = file_ticket(cast, subject="It stutters", description="Bad", environment=EnvironmentFacts())
        actions.confirm_solved(ticket=ticket, by=cast.alice, now=NOW)
        actions.reopen(ticket=ticket, by=cast.alice, reason="Again, on Wi-Fi only", now=NOW)
        assert told(ticket) == (1, 6)

    def test_a_kind_that_needs_little_is_soon_ready(self, cast: Cast) -> None:
        billing = Category.objects.get(code="billing_console")
        ticket = file_ticket(
            cast, category=billing, subject="Invoice for May", environment=EnvironmentFacts(),
            description="The May invoice lists 1.2 million HD minutes for project live-prod, we counted fewer.",
        )  # fmt: skip
        assert told(ticket) == (2, 2)

    def test_details_that_are_added_later_count(self, cast: Cast) -> None:
        ticket = file_ticket(cast, subject="It stutters", description="Bad", environment=EnvironmentFacts())
        actions.add_details(
            ticket=ticket, by=cast.alice, environment=EnvironmentFacts(network="wifi"), told={"network"}, now=NOW,
            answers=[
                GivenAnswer(
                    question=Question.objects.get(code="stutter_who"),
                    choice=QuestionChoice.objects.get(question__code="stutter_who", code="all"),
                )
            ],
        )  # fmt: skip
        assert told(ticket) == (2, 6)


class TestTheDesk:
    def test_queue_and_page_show_the_same_figure(self, cast: Cast, client: Client) -> None:
        ticket = file_ticket(cast, subject="It stutters", description="On Wi-Fi", environment=EnvironmentFacts())
        client.force_login(cast.erin)
        queue = client.get("/admin/tickets/ticket/").content.decode()
        page = client.get(f"/admin/tickets/ticket/{ticket.pk}/change/").content.decode()
        assert "Ready: 1 of 6" in queue
        assert "Ready: 1 of 6" in page
        assert "Who sees it" in page

    def test_a_ticket_of_before_has_no_figure_in_the_queue(self, cast: Cast, client: Client) -> None:
        file_ticket(cast)
        Ticket.objects.update(readiness=None, lacking="")
        client.force_login(cast.erin)
        assert "queue-ready" not in client.get("/admin/tickets/ticket/").content.decode()


class TestTicketsOfBefore:
    def test_each_is_judged_once_and_nothing_else_changes(self, cast: Cast) -> None:
        ids = [file_ticket(cast, description=GOOD).pk for _ in range(3)]
        Ticket.objects.update(readiness=None, lacking="")
        stood = list(Ticket.objects.order_by("pk").values_list("pk", "updated_at", "check_at"))
        assert list(actions.judge_unjudged(batch=2)) == [2, 3]
        assert list(actions.judge_unjudged(batch=2)) == []
        assert list(Ticket.objects.order_by("pk").values_list("pk", "updated_at", "check_at")) == stood
        assert {told_of(each).answered for each in Ticket.objects.filter(pk__in=ids)} == {5}

    def test_the_command_says_how_many(self, cast: Cast, capsys: pytest.CaptureFixture[str]) -> None:
        file_ticket(cast)
        Ticket.objects.update(readiness=None)
        call_command("judge_tickets")
        call_command("judge_tickets")
        assert capsys.readouterr().out.splitlines() == ["1 tickets judged", "Every ticket is judged."]
