"""The queue's search box finds a ticket by what it was told: by an index, whatever the number of tickets."""

from __future__ import annotations

import importlib
import uuid
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.cast import NOW, Cast, file_ticket
from textsearch.models import Document
from tickets import actions
from tickets.models import Question, Ticket
from tickets.told import TOLD, told

QUEUE = "/admin/tickets/ticket/"
findable = importlib.import_module("tickets.migrations.0020_findable")


@pytest.fixture
def at_desk(cast: Cast, client: Client) -> Client:
    client.force_login(cast.erin)
    return client


def answer(code: str, text: str) -> actions.GivenAnswer:
    return actions.GivenAnswer(question=Question.objects.get(code=code), text=text)


def filed(cast: Cast, *answers: actions.GivenAnswer, **facts: str) -> int:
    environment = actions.EnvironmentFacts(**facts)
    return file_ticket(cast, environment=environment, answers=answers, submission_key=uuid.uuid4()).pk


def shown(client: Client, **query: object) -> set[int]:
    page = client.get(QUEUE, query)
    assert page.status_code == 200
    return {row.ticket.pk for row in page.context["page"].rows}


def test_channels_users_versions_and_texts_are_found(cast: Cast, at_desk: Client) -> None:
    ids = filed(cast, answer("user_local", "host_8841"), channel="Live-Room-77", platform="android")
    device = filed(cast, answer("crash_stack", "at io.agora.rtc.RtcEngine"), device="小米 14 Pro", sdk_version="4.2.7")
    for words in ("live-room-77", "LIVE-ROOM", "host_8841", "8841", "room host_8841", "android"):
        assert shown(at_desk, q=words) == {ids}, words
    for words in ("4.2.7", "4.2", "小米", "rtcengine", "小米 4.2.7", "io.agora"):
        assert shown(at_desk, q=words) == {device}, words
    assert shown(at_desk, q="host_8842") == set()
    assert shown(at_desk, q="host_8841", severity="p0") == set()


def test_what_is_added_later_is_found_and_what_it_replaced_is_not(cast: Cast, at_desk: Client) -> None:
    ticket = file_ticket(cast, environment=actions.EnvironmentFacts(channel="oldroom"))
    facts = actions.EnvironmentFacts(channel="newroom")
    actions.add_details(ticket=ticket, by=cast.bob, environment=facts, told={"channel"}, answers=(), now=NOW)
    assert shown(at_desk, q="newroom") == {ticket.pk}
    assert shown(at_desk, q="oldroom") == set()


def test_a_secret_is_found_by_nobody(cast: Cast) -> None:
    secret = "0123456789abcdef0123456789abcdef"
    filed(cast, channel="here", steps=f"certificate: {secret}")
    document = Document.objects.get(kind=TOLD)
    assert "thex72x" not in document.body
    assert secret not in document.body
    assert "tmasked" in document.body


def test_what_nobody_may_see_is_not_found(cast: Cast) -> None:
    pk = filed(cast, channel="myroom")
    found = Ticket.objects.filter(pk__in=told("myroom"))
    assert [each.pk for each in found.visible_to(cast.alice)] == [pk]
    assert not found.visible_to(cast.mallory)
    Ticket.objects.filter(pk=pk).update(is_canary=True)
    assert not found.visible_to(cast.erin)


@pytest.mark.parametrize(
    "words", ["", "  ", "…", "'\" OR 1=1 --", "a\x00b", "NEAR(a b) AND", "k:kticket", "*" * 100, "x" * 5000]
)
def test_any_words_are_only_words(cast: Cast, at_desk: Client, words: str) -> None:
    file_ticket(cast)
    assert at_desk.get(QUEUE, {"q": words}).status_code == 200


def test_a_search_asks_no_more_than_no_search(cast: Cast, at_desk: Client) -> None:
    for number in range(12):
        filed(cast, channel=f"room-{number}", platform="android")
    at_desk.get(QUEUE)
    with CaptureQueriesContext(connection) as without:
        at_desk.get(QUEUE)
    with CaptureQueriesContext(connection) as asked:
        assert len(shown(at_desk, q="android")) == 12
    assert len(asked) == len(without)


def test_the_search_has_its_index(cast: Cast) -> None:
    holders = told("room")
    assert holders is not None
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {holders.sql}", holders.params)
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {holders.sql}", holders.params)
        plan = str(cursor.fetchall())
    assert ("document_tokens" if connection.vendor == "postgresql" else "VIRTUAL TABLE INDEX") in plan


def test_tickets_of_before_become_findable_and_it_can_be_taken_back(cast: Cast, at_desk: Client) -> None:
    pk = filed(cast, answer("user_local", "host_8841"), channel="oldroom")
    expected = Document.objects.get(kind=TOLD).body
    editor = SimpleNamespace(connection=connection, execute=connection.cursor().execute)
    findable.forget(apps, editor)
    assert shown(at_desk, q="host_8841") == set()
    findable.fill(apps, editor)
    assert shown(at_desk, q="oldroom host_8841") == {pk}
    assert Document.objects.get(kind=TOLD).body == expected
