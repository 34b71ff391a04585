"""The queue narrowed by what tickets were told: platform, SDK version, answers. By an index, whatever the number of tickets."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.db.models.query import QuerySet as Rows
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.cast import Cast, file_ticket
from tickets import actions
from tickets.admin import queue
from tickets.forms.desk import QueueForm
from tickets.models import Answer, Environment, Question, QuestionChoice, Ticket

QUEUE = "/admin/tickets/ticket/"


@pytest.fixture
def at_desk(cast: Cast, client: Client) -> Client:
    client.force_login(cast.erin)
    return client


def filed(cast: Cast, platform: str, version: str, **answers: str) -> int:
    given = [
        actions.GivenAnswer(
            question=Question.objects.get(code=code),
            choice=QuestionChoice.objects.get(question__code=code, code=choice),
        )
        for code, choice in answers.items()
    ]
    facts = actions.EnvironmentFacts(platform=platform, sdk_version=version)
    return file_ticket(cast, environment=facts, answers=given, submission_key=uuid.uuid4()).pk


def choice(code: str, answer: str) -> int:
    return QuestionChoice.objects.get(question__code=code, code=answer).pk


def shown(client: Client, **query: object) -> set[int]:
    page = client.get(QUEUE, query)
    assert page.status_code == 200
    return {row.ticket.pk for row in page.context["page"].rows}


def test_platform_and_version_narrow_the_queue_together(cast: Cast, at_desk: Client) -> None:
    wanted = {filed(cast, "android", version) for version in ("4.2.0", "4.2.9", "4.2.1-beta.1")}
    others = {filed(cast, "android", "4.20.0"), filed(cast, "android", "4.1.9"), filed(cast, "android", "")}
    apple = filed(cast, "ios", "4.2.5")
    assert shown(at_desk, platform="android", sdk="4.2.x") == wanted
    assert shown(at_desk, sdk="4.2") == wanted | {apple}
    assert shown(at_desk, platform="android") == wanted | others
    assert shown(at_desk, platform="android", sdk="4.2.x", severity="p0") == set()
    assert shown(at_desk, platform="android", sdk="4.2.x", view="all") == wanted


def test_answers_narrow_the_queue_and_several_narrow_it_further(cast: Cast, at_desk: Client) -> None:
    both = filed(cast, "ios", "4.2", stutter_what="both", stutter_who="all")
    one = filed(cast, "ios", "4.2", stutter_what="both", stutter_who="one")
    filed(cast, "ios", "4.2", stutter_what="audio", stutter_who="all")
    assert shown(at_desk, answer=choice("stutter_what", "both")) == {both, one}
    assert shown(at_desk, answer=[choice("stutter_what", "both"), "", choice("stutter_who", "all")]) == {both}
    page = at_desk.get(QUEUE, {"answer": choice("stutter_what", "both")}).content.decode()
    assert page.count('name="answer"') == 2
    assert f'<option value="{choice("stutter_what", "both")}" selected>' in page


def test_a_category_offers_its_own_answers_alone(cast: Cast, at_desk: Client) -> None:
    page = at_desk.get(QUEUE, {"category": cast.category.pk}).content.decode()
    assert "What stutters" in page
    assert "Recording mode" not in page
    assert "Recording mode" in at_desk.get(QUEUE).content.decode()


@pytest.mark.parametrize(
    "query",
    [
        {"platform": "zz"}, {"platform": "\x00"}, {"sdk": "latest"}, {"sdk": "4.\x00"}, {"answer": "x"},
        {"answer": "9" * 30}, {"answer": ["", "", ""]}, {"answer": "-1"}, {"category": "²"}, {"sdk": "x" * 5000},
    ],
)  # fmt: skip
def test_a_filter_that_is_not_understood_is_left_out(cast: Cast, at_desk: Client, query: dict[str, object]) -> None:
    ticket = file_ticket(cast)
    assert shown(at_desk, **query) == {ticket.pk}
    assert at_desk.get(f"{QUEUE}pulse/", query).status_code == 200


def test_the_narrowed_queue_asks_no_more_than_the_whole(cast: Cast, at_desk: Client) -> None:
    for number in range(30):
        filed(cast, "android", f"4.2.{number}", stutter_what="both")
    query = {
        "platform": "android",
        "sdk": "4.2.x",
        "answer": choice("stutter_what", "both"),
        "category": cast.category.pk,
    }
    at_desk.get(QUEUE, query)
    with CaptureQueriesContext(connection) as asked:
        assert len(shown(at_desk, **query)) == 30
    assert len(asked) <= 20


def explained(rows: Rows) -> str:
    """How the database would answer, were its tables long: PostgreSQL reads short ones through whatever index there is."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    return rows.explain()


def test_platform_with_version_and_answers_have_their_index(cast: Cast) -> None:
    form = QueueForm({"platform": "android", "sdk": "4.2.x"})
    found: QuerySet[Environment] = queue._built_with(form.accepted())
    assert "environment_sdk" in explained(found.values("ticket"))
    answers = Answer.objects.filter(choice=choice("stutter_what", "both")).order_by()
    assert "answer_choice" in explained(answers.values("ticket"))
    assert Ticket.objects.filter(pk__in=answers.values("ticket")).count() == 0
