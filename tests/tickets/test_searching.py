"""Customers find tickets by words: in both languages, of what they may see alone, by an index."""

from __future__ import annotations

import importlib
import re
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.cast import NOW, Cast, file_ticket
from textsearch import engine
from textsearch.models import Document
from tickets import actions
from tickets.models import Question, Ticket
from tickets.searching import TALK, find

migration = importlib.import_module("tickets.migrations.0025_searched_talk")


@pytest.fixture
def alice(cast: Cast, client: Client) -> Client:
    client.force_login(cast.alice)
    return client


def found(client: Client, words: str, more: str = "") -> set[int]:
    answer = client.get(f"/tickets/?show=all&q={quote(words)}{more}")
    assert answer.status_code == 200
    return {int(pk) for pk in re.findall(r'class="row-title" href="/tickets/(\d+)/"', answer.content.decode())}


def test_subject_messages_answers_and_ids_are_found_in_both_languages(cast: Cast, alice: Client) -> None:
    answers = [actions.GivenAnswer(question=Question.objects.get(code="user_local"), text="host_8841")]
    facts = actions.EnvironmentFacts(channel="Live-Room-77", device="小米 14 Pro")
    ticket = file_ticket(
        cast, subject="Echo in big rooms", description="扬声器外放时有回声", environment=facts, answers=answers
    )
    file_ticket(cast, subject="Another", environment=actions.EnvironmentFacts())
    actions.reply(ticket=ticket, by=cast.erin, body="Please set AEC to **high**. 请更新到 4.2.7。", now=NOW)
    actions.customer_reply(ticket=ticket, by=cast.bob, body="We tried: onError 1027", now=NOW)
    for words in (
        "echo", "ECHO big", "room", "回声", "扬声器", "live-room-77", "live-roo", "host_8841", "8841", "小米", "aec", "4.2.7",
        "更新", "1027", "onerror", "echo 回声 8841 1027", f"#{ticket.pk}",
    ):  # fmt: skip
        assert found(alice, words) == {ticket.pk}, words
    for words in ("echo nosuchword", "卡顿", "8842", "💥"):
        assert found(alice, words) == set(), words


def test_internal_notes_are_found_by_no_customer(cast: Cast, alice: Client) -> None:
    """ID04: neither in the index nor through it."""
    ticket = file_ticket(cast)
    actions.note(ticket=ticket, by=cast.erin, body="Customer overpaid, secretword 内部机密", now=NOW)
    assert found(alice, "secretword") == set()
    assert found(alice, "内部机密") == set()
    list(actions.rebuild_search())
    assert found(alice, "secretword") == set()
    assert not Document.objects.filter(kind=TALK, body__contains="tsecretword").exists()


def test_nothing_is_found_that_the_person_may_not_see(cast: Cast, client: Client) -> None:
    theirs = file_ticket(cast, subject="Whisper", by=cast.mallory, organisation=cast.other, app=None)
    private = file_ticket(cast, subject="Whisper", is_shared=False)
    for person, sees in (
        (cast.bob, set()),
        (cast.alice, {private.pk}),
        (cast.olga, {private.pk}),
        (cast.mallory, {theirs.pk}),
    ):
        client.force_login(person)
        assert found(client, "whisper") == sees, person
        for number in ({private.pk, theirs.pk}) - sees:
            assert number not in found(client, f"#{number}") | found(client, str(number)), person


def test_what_is_added_later_is_found_and_what_it_replaced_is_not(cast: Cast, alice: Client) -> None:
    ticket = file_ticket(cast, environment=actions.EnvironmentFacts(channel="oldroom"), description="Choppy")
    facts = actions.EnvironmentFacts(channel="newroom")
    actions.add_details(ticket=ticket, by=cast.bob, environment=facts, told={"channel"}, answers=(), now=NOW)
    assert found(alice, "newroom choppy") == {ticket.pk}
    assert found(alice, "oldroom") == set()


def test_words_go_with_the_other_filters(cast: Cast, alice: Client) -> None:
    ticket = file_ticket(cast, subject="Echo", severity="p1")
    file_ticket(cast, subject="Echo", severity="p2")
    assert found(alice, "echo", "&severity=p1") == {ticket.pk}


def test_of_many_the_newest_are_looked_at_and_the_page_says_so(cast: Cast, alice: Client, monkeypatch) -> None:
    monkeypatch.setattr(engine, "MOST_RECENT", 3)
    made = [file_ticket(cast, subject="Echo").pk for _ in range(5)]
    assert found(alice, "echo") == set(made[2:])
    assert "only the newest were looked at" in alice.get("/tickets/?q=echo").content.decode()
    assert "only the newest" not in alice.get(f"/tickets/?q=%23{made[0]}").content.decode()


@pytest.mark.parametrize(
    "words", ["'\" OR 1=1 --", "a\x00b", "NEAR(a b) AND", "stalk1", "k:ktalk", "*" * 100, "x" * 200]
)
def test_any_words_are_only_words(cast: Cast, alice: Client, words: str) -> None:
    theirs = file_ticket(cast, by=cast.mallory, organisation=cast.other, app=None)
    assert theirs.pk not in found(alice, words)


def test_the_scope_is_not_a_word_that_can_be_typed(cast: Cast) -> None:
    file_ticket(cast)
    assert find(f"stalk{cast.acme.pk}", organisations=[cast.acme.pk]).ids == ()


def test_a_search_costs_one_query_more_whatever_it_finds(cast: Cast, alice: Client) -> None:
    for _ in range(12):
        file_ticket(cast, subject="Echo")
    alice.get("/tickets/")
    with CaptureQueriesContext(connection) as without:
        alice.get("/tickets/?show=all")
    with CaptureQueriesContext(connection) as asked:
        assert len(found(alice, "echo")) == 12
    assert len(asked) == len(without) + 1


def test_a_message_of_any_length_can_be_indexed(cast: Cast, alice: Client) -> None:
    ticket = file_ticket(cast)
    for number in range(3):
        body = " ".join(f"w{number}x{each}" for each in range(5000))
        actions.reply(ticket=ticket, by=cast.erin, body=body, now=NOW)
    actions.reply(ticket=ticket, by=cast.erin, body="汉" * 3 + "".join(map(chr, range(0x4E00, 0x9FFF))), now=NOW)
    assert found(alice, "w0x17") == {ticket.pk}


def test_the_index_can_be_made_anew(cast: Cast, alice: Client, capsys) -> None:
    tickets = [file_ticket(cast, subject=f"Echo {number}") for number in range(3)]
    actions.reply(ticket=tickets[0], by=cast.erin, body="Loudspeaker", now=NOW)
    before = contents()
    Document.objects.filter(kind=TALK).update(title="", body="")
    call_command("rebuild_ticket_search")
    assert "3 tickets indexed" in capsys.readouterr().out
    assert contents() == before
    assert found(alice, "echo") == {each.pk for each in tickets}
    assert found(alice, "loudspeaker") == {tickets[0].pk}


def test_tickets_of_before_become_findable_and_it_can_be_taken_back(cast: Cast, alice: Client) -> None:
    answers = [actions.GivenAnswer(question=Question.objects.get(code="user_local"), text="host_8841")]
    ticket = file_ticket(cast, subject="Echo", answers=answers)
    actions.reply(ticket=ticket, by=cast.erin, body="Loudspeaker", now=NOW)
    actions.note(ticket=ticket, by=cast.erin, body="secretword", now=NOW)
    before = contents()
    editor = SimpleNamespace(connection=connection, execute=connection.cursor().execute)
    migration.forget(apps, editor)
    assert found(alice, "echo") == set()
    migration.fill(apps, editor)
    assert contents() == before
    assert found(alice, "echo loudspeaker 8841") == {ticket.pk}


def test_the_search_has_its_index(cast: Cast) -> None:
    plan = []
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {engine._POSTGRES_NEWEST}", ["stalk1 & techo", 5])
        else:
            cursor.execute(f"EXPLAIN QUERY PLAN {engine._SQLITE_NEWEST}", ["stalk1 AND techo", 5])
        plan = str(cursor.fetchall())
    assert ("document_tokens" if connection.vendor == "postgresql" else "VIRTUAL TABLE INDEX") in plan
    assert Ticket.objects.count() == 0


def contents() -> set[tuple[int, frozenset[str], frozenset[str]]]:
    rows = Document.objects.filter(kind=TALK).values_list("object_id", "title", "body")
    return {(pk, frozenset(title.split()), frozenset(body.split())) for pk, title, body in rows}
