"""The customer's list as a CSV file: safe in spreadsheets, in the reader's words and time, streamed."""

from __future__ import annotations

import asyncio
import csv
import io
from array import array
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import AsyncClient, AsyncRequestFactory, Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts.models import User
from tests import bad_inputs
from tests.cast import NOW, Cast, file_ticket
from tickets import actions, exporting
from tickets.cells import cell, lines, text_of
from tickets.models import Ticket
from tickets.views import exporting as exporting_view

URL = "/tickets/export/"
EXECUTED = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@pytest.fixture
def alice(cast: Cast, client: Client) -> Client:
    client.force_login(cast.alice)
    return client


def table(client: Client, query: str = "") -> list[list[str]]:
    answer = client.get(URL + query)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="tickets-')
    written = b"".join(answer.streaming_content)
    assert written.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(written.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("entry_id", ["EX02", "EX05", "EX06", "EX07", "EX08", "EX10"])
def test_no_cell_of_the_catalogue_is_a_formula_and_each_reads_back(cast: Cast, alice: Client, entry_id: str) -> None:
    text = bad_inputs.entry(entry_id)["input"]
    ticket = file_ticket(cast)
    Ticket.objects.filter(pk=ticket.pk).update(subject=text)
    User.objects.filter(pk=cast.alice.pk).update(name=text)
    row = table(alice)[1]
    assert not any(each.startswith(EXECUTED) for each in row)
    assert row[1] == row[7] == f"'{text}"
    assert text_of(row[1]) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "plain",
        "'quoted'",
        "''",
        "=1",
        "'=1",
        " =1",
        "\u3000=1",
        "-3319",
        "a=1",
        "a\n=1",
        "\n",
        "#1",
        "“q”",
        'say "x"',
        "a;=1",
    ],
)
def test_every_text_reads_back_the_same(text: str) -> None:
    assert text_of(cell(text)) == text
    [[read]] = csv.reader(io.StringIO(lines([[text]]), newline=""))
    assert text_of(read) == text
    assert not read.lstrip(" \u3000").startswith(EXECUTED) or read.startswith("'")


def test_a_row_tells_the_ticket_in_the_readers_language_and_zone(cast: Cast, alice: Client) -> None:
    ticket = file_ticket(cast, subject="卡顿 freeze", severity="p1")
    actions.take(ticket=ticket, by=cast.erin, now=NOW)
    actions.reply_and_wait(ticket=ticket, by=cast.erin, body="?", now=NOW)
    head, row = table(alice)
    told = dict(zip(head, row, strict=True))
    assert (told["Number"], told["Subject"], told["Status"]) == (str(ticket.pk), "卡顿 freeze", "Waiting on you")
    assert (told["Severity"], told["Requester"], told["Engineer"]) == ("P1 Severe", "Alice Chen", "Erin Wu")
    assert told["Filed (Asia/Shanghai)"] == told["First response (Asia/Shanghai)"] == "2026-06-08 10:00"
    assert told["Closed (Asia/Shanghai)"] == ""
    User.objects.filter(pk=cast.alice.pk).update(language="zh-hans", time_zone="America/New_York")
    head, row = table(alice)
    assert "严重程度" in head
    assert "2026-06-07 22:00" in row


def test_the_file_holds_what_the_list_holds_all_pages_of_it(cast: Cast, alice: Client, monkeypatch) -> None:
    monkeypatch.setattr(exporting, "BATCH", 4)
    made = [file_ticket(cast, subject=f"t{number}", severity="p3").pk for number in range(10)]
    file_ticket(cast, severity="p1")
    file_ticket(cast, by=cast.bob, is_shared=False, severity="p3")
    file_ticket(cast, by=cast.mallory, organisation=cast.other, app=None, severity="p3")
    assert [int(row[0]) for row in table(alice, "?severity=p3")[1:]] == made[::-1]
    assert [row[1] for row in table(alice, "?q=t7")[1:]] == ["t7"]
    assert len(table(alice, "?show=closed")) == 1


def test_a_batch_costs_the_same_queries_whatever_it_holds(cast: Cast, alice: Client) -> None:
    file_ticket(cast)
    table(alice)
    with CaptureQueriesContext(connection) as few:
        table(alice)
    for _ in range(20):
        file_ticket(cast)
    with CaptureQueriesContext(connection) as many:
        assert len(table(alice)) == 22
    assert len(many) == len(few)


def test_a_person_without_organisation_gets_an_empty_table(cast: Cast, client: Client) -> None:
    cast.mallory.memberships.all().delete()
    client.force_login(cast.mallory)
    assert len(table(client)) == 1


@pytest.mark.django_db
def test_it_is_written_while_it_is_read_and_ends_when_the_reader_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    """EX14: of a long list nothing is read that nobody waits for; memory and time are measured on a running site."""
    read: list[int] = []

    def counted(_tickets, keys, _table):
        read.extend(keys)
        return "row\r\n"

    monkeypatch.setattr(exporting, "BATCH", 1)
    monkeypatch.setattr(exporting, "keys_of", lambda _tickets: array("q", range(1_000_000)))
    monkeypatch.setattr(exporting_view, "_batch", counted)
    request = AsyncRequestFactory().get(URL)
    with translation.override("en"), timezone.override("UTC"):
        answer = exporting_view.sent_as_csv(request, Ticket.objects.none())

    async def leave_early() -> list[bytes]:
        written = aiter(answer)
        parts = [await anext(written) for _ in range(3)]
        await written.aclose()
        return parts

    with ThreadPoolExecutor(1) as thread:
        parts = thread.submit(lambda: asyncio.run(leave_early())).result(20)
    assert parts[0].startswith("\ufeff".encode())
    assert parts[1:] == [b"row\r\n"] * 2
    assert read == [0, 1]


@pytest.mark.django_db(transaction=True)
def test_an_async_server_sends_the_same_file(cast: Cast, recwarn: pytest.WarningsRecorder) -> None:
    for _ in range(3):
        file_ticket(cast)
    plain, client = Client(), AsyncClient()
    plain.force_login(cast.alice)
    client.force_login(cast.alice)

    async def download() -> bytes:
        response = await client.get(URL)
        assert response.is_async
        return b"".join([chunk async for chunk in response.streaming_content])

    with ThreadPoolExecutor(1) as thread:
        content = thread.submit(lambda: asyncio.run(download())).result(20)
    assert content == b"".join(plain.get(URL).streaming_content)
    assert content.count(b"\r\n") == 4
    assert not [each for each in recwarn if "StreamingHttpResponse" in str(each.message)]
