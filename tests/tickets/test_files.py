"""Files: who gets them, and that no browser ever runs one."""

from __future__ import annotations

import asyncio
import datetime as dt
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import AsyncClient, Client, TestCase
from django.urls import reverse

from accounts.models import User
from tests.bad_inputs import entry
from tests.cast import NOW, Cast, file_ticket
from tickets import actions
from tickets.models import Attachment, Ticket

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    + b"\0" * 64
)
HTML = b"<!doctype html><script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def ticket_with(cast: Cast, name: str, content: bytes, **fields) -> tuple[Ticket, Attachment]:
    key = uuid.uuid4()
    file = actions.store_file(upload=SimpleUploadedFile(name, content), by=cast.alice, draft_key=key, now=NOW)
    ticket = file_ticket(cast, submission_key=key, **fields)
    file.refresh_from_db()
    return ticket, file


def status_for(user: User | None, file: Attachment, address: str = "tickets:file") -> int:
    client = Client()
    if user:
        client.force_login(user)
    return client.get(reverse(address, args=[file.key])).status_code


def fetched(user: User, file: Attachment, address: str = "tickets:file"):
    client = Client()
    client.force_login(user)
    return client.get(reverse(address, args=[file.key]))


@pytest.mark.parametrize("address", ["tickets:file", "tickets:file_preview"])
@pytest.mark.parametrize(
    ("reader", "is_shared", "expected"),
    [
        ("alice", True, 200), ("bob", True, 200), ("erin", True, 200), ("mallory", True, 404), (None, True, 302),
        ("alice", False, 200), ("bob", False, 404), ("olga", False, 200),
    ],
)  # fmt: skip
def test_a_file_goes_to_whoever_sees_its_message(
    cast: Cast, address: str, reader: str | None, is_shared: bool, expected: int
) -> None:
    _ticket, file = ticket_with(cast, "a.png", PNG, is_shared=is_shared)
    assert status_for(getattr(cast, reader) if reader else None, file, address) == expected


@pytest.mark.parametrize(("reader", "expected"), [("alice", 200), ("bob", 404), ("erin", 404), ("mallory", 404)])
def test_a_file_that_is_not_sent_yet_is_its_senders_alone(cast: Cast, reader: str, expected: int) -> None:
    file = actions.store_file(upload=SimpleUploadedFile("a.log", b"x"), by=cast.alice, draft_key=uuid.uuid4(), now=NOW)
    assert status_for(getattr(cast, reader), file) == expected


def test_a_file_of_an_internal_note_is_for_staff(cast: Cast) -> None:
    ticket, key = file_ticket(cast), uuid.uuid4()
    file = actions.store_file(upload=SimpleUploadedFile("a.log", b"x"), by=cast.erin, draft_key=key, now=NOW)
    actions.note(ticket=ticket, by=cast.erin, body="", submission_key=key, now=NOW)
    assert (status_for(cast.alice, file), status_for(cast.frank, file)) == (404, 200)


@pytest.mark.parametrize(("name", "content"), [("a.html", HTML), ("a.svg", SVG), ("a.png", PNG), ("a.png", HTML)])
def test_a_download_is_something_to_save_and_never_to_run(cast: Cast, name: str, content: bytes) -> None:
    _ticket, file = ticket_with(cast, name, content)
    response = fetched(cast.alice, file)
    assert b"".join(response.streaming_content) == content
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "private, no-store"
    assert response["Content-Length"] == str(len(content))


def test_what_a_scanner_would_stop_is_handed_out_to_save_only(cast: Cast) -> None:
    """AT24: there is no scanner here; whoever wants one puts it behind the storage."""
    content = entry("AT24")["input"]["content"].encode()
    _ticket, file = ticket_with(cast, "eicar.com", content)
    response = fetched(cast.alice, file)
    assert b"".join(response.streaming_content) == content
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert status_for(cast.alice, file, "tickets:file_preview") == 404


def flooded(kind: str, wide: int, high: int) -> bytes:
    """The first bytes of a picture that says it is so large."""
    low = wide.to_bytes(2, "little") + high.to_bytes(2, "little")
    three = (wide - 1).to_bytes(3, "little") + (high - 1).to_bytes(3, "little")
    start = {
        "png": PNG[:16] + wide.to_bytes(4, "big") + high.to_bytes(4, "big") + PNG[24:],
        "gif": b"GIF89a" + low + b"\x80\x00\x00",
        "jpg": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
        + b"\xff\xc0\x00\x11\x08" + high.to_bytes(2, "big") + wide.to_bytes(2, "big") + b"\x03\x01\x22\x00",
        "webp": b"RIFF\x64\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00" + three,
    }  # fmt: skip
    return start[kind] + bytes(64)


@pytest.mark.parametrize("kind", ["png", "gif", "jpg", "webp"])
def test_a_picture_that_would_fill_a_readers_memory_is_kept_and_not_shown(cast: Cast, kind: str) -> None:
    """AT20: nothing here decodes a picture, so it is the reader's browser that is spared."""
    size = entry("AT20")["input"]
    _ticket, shown = ticket_with(cast, f"shot.{kind}", flooded(kind, 4000, 3000))
    ticket, flood = ticket_with(cast, f"flood.{kind}", flooded(kind, size["w"], size["h"]))
    assert status_for(cast.alice, shown, "tickets:file_preview") == 200
    assert status_for(cast.alice, flood, "tickets:file_preview") == 404
    assert status_for(cast.alice, flood) == 200
    assert reverse("tickets:file_preview", args=[flood.key]) not in fetched_page(cast, ticket)


@pytest.mark.parametrize(("name", "content"), [("a.html", HTML), ("a.svg", SVG), ("a.png", HTML), ("a.txt", b"hello")])
def test_only_what_is_an_image_by_its_content_is_shown(cast: Cast, name: str, content: bytes) -> None:
    ticket, file = ticket_with(cast, name, content)
    assert status_for(cast.alice, file, "tickets:file_preview") == 404
    assert reverse("tickets:file_preview", args=[file.key]) not in fetched_page(cast, ticket)


def test_an_image_is_shown_as_what_it_is_in_a_sandbox(cast: Cast) -> None:
    ticket, file = ticket_with(cast, "shot.html", PNG)
    response = fetched(cast.alice, file, "tickets:file_preview")
    assert response["Content-Type"] == "image/png"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["Content-Disposition"].startswith("inline")
    assert reverse("tickets:file_preview", args=[file.key]) in fetched_page(cast, ticket)


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("日志 1.log", "attachment; filename*=utf-8''%E6%97%A5%E5%BF%97%201.log"),
        ('a"b.log', 'attachment; filename="a\\"b.log"'),
        ("a\r\nSet-Cookie: x=1.log", 'attachment; filename="aSet-Cookie: x=1.log"'),
    ],
)
def test_names_arrive_whole_and_break_no_header(cast: Cast, name: str, header: str) -> None:
    _ticket, file = ticket_with(cast, "a.log", b"x")
    Attachment.objects.filter(pk=file.pk).update(name=name)
    assert fetched(cast.alice, file)["Content-Disposition"] == header


@pytest.mark.parametrize("address", ["tickets:file", "tickets:file_preview"])
def test_a_file_that_the_storage_lost_is_a_clear_page(
    cast: Cast, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    """AT30: the ticket opens and names it, and whoever runs the site learns of it."""
    ticket, file = ticket_with(cast, "a.png", PNG)
    Path(file.file.path).unlink()
    response = fetched(cast.alice, file, address)
    assert response.status_code == 410
    assert "This file is not available any more" in response.content.decode()
    assert [each.levelname for each in caplog.records if f"attachment {file.pk}" in each.message] == ["ERROR"]
    assert ticket.get_absolute_url() in response.content.decode()
    assert fetched_page(cast, ticket)


def test_the_page_says_that_a_file_is_lost_and_offers_to_add_it_again(cast: Cast, client: Client) -> None:
    """Once anybody, or the hourly look, found it missing; and no more once its bytes are back."""
    ticket, file = ticket_with(cast, "a.png", PNG)
    path = Path(file.file.path)
    path.rename(path.with_suffix(".away"))
    client.force_login(cast.alice)
    assert "that is our fault" not in client.get(ticket.get_absolute_url()).content.decode()
    assert actions.look_for_lost_files(now=NOW) == 1
    page = client.get(ticket.get_absolute_url()).content.decode()
    assert "a.png" in page
    assert "that is our fault" in page
    assert '<a href="#id_files">Add it again</a>' in page
    assert reverse("tickets:file", args=[file.key]) not in page
    client.force_login(cast.erin)
    desk = client.get(reverse("admin:tickets_ticket_change", args=[ticket.pk])).content.decode()
    assert desk.count("The storage does not have this file any more.") == 2  # in its letter and among all files
    assert "Add it again" not in client.get(ticket.get_absolute_url()).content.decode()
    path.with_suffix(".away").rename(path)
    assert actions.look_for_lost_files(now=NOW) == 0
    client.force_login(cast.alice)
    assert "that is our fault" not in client.get(ticket.get_absolute_url()).content.decode()


def test_a_closed_ticket_says_that_a_file_is_lost_and_asks_for_nothing(cast: Cast, client: Client) -> None:
    ticket, file = ticket_with(cast, "a.log", b"x")
    Path(file.file.path).unlink()
    assert fetched(cast.alice, file).status_code == 410
    actions.confirm_solved(ticket=ticket, by=cast.alice, now=NOW)
    client.force_login(cast.alice)
    page = client.get(ticket.get_absolute_url()).content.decode()
    assert "that is our fault" in page
    assert "Add it again" not in page


def test_a_file_that_was_lost_and_is_there_again_is_given_and_noted(cast: Cast) -> None:
    _ticket, file = ticket_with(cast, "a.log", b"x")
    Attachment.objects.filter(pk=file.pk).update(lost_at=NOW)
    assert fetched(cast.alice, file).status_code == 200
    file.refresh_from_db()
    assert file.lost_at is None


def test_a_storage_that_only_fails_now_has_lost_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    _ticket, file = ticket_with(cast, "a.log", b"x")

    def away(*_args: object) -> None:
        raise PermissionError

    monkeypatch.setattr("django.core.files.storage.FileSystemStorage._open", away)
    assert fetched(cast.alice, file).status_code == 410
    file.refresh_from_db()
    assert file.lost_at is None


@pytest.mark.django_db(transaction=True)
def test_an_async_server_streams_without_blocking_others(cast: Cast, recwarn: pytest.WarningsRecorder) -> None:
    _ticket, file = ticket_with(cast, "a.log", b"line\n" * 50_000)
    client = AsyncClient()
    client.force_login(cast.alice)

    async def download() -> bytes:
        response = await client.get(reverse("tickets:file", args=[file.key]))
        assert response.is_async
        return b"".join([chunk async for chunk in response.streaming_content])

    # In a thread of its own: a browser's test may have left an event loop in this one.
    with ThreadPoolExecutor(1) as thread:
        content = thread.submit(lambda: asyncio.run(download())).result(20)
    assert content == b"line\n" * 50_000
    assert not [each for each in recwarn if "StreamingHttpResponse" in str(each.message)]


def fetched_page(cast: Cast, ticket: Ticket) -> str:
    client = Client()
    client.force_login(cast.alice)
    response = client.get(ticket.get_absolute_url())
    assert response.status_code == 200
    return response.content.decode()


def unsent_of(cast: Cast, name: str, *, now: dt.datetime = NOW) -> Attachment:
    return actions.store_file(upload=SimpleUploadedFile(name, b"x"), by=cast.alice, draft_key=uuid.uuid4(), now=now)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"), ("log\u202efdp.exe", "logfdp.exe"), ("a\x00b.log", "ab.log"),
        ("\ud800.log", ".log"), ("\u202e", "file"), ("日志.log", "日志.log"),
    ],
)  # fmt: skip
def test_a_name_that_hides_or_turns_is_told_plainly(cast: Cast, name: str, kept: str) -> None:
    assert unsent_of(cast, name).name == kept


def test_a_name_of_any_length_keeps_its_ending(cast: Cast) -> None:
    name = unsent_of(cast, "图" * 300 + ".log").name
    assert len(name) <= 255
    assert name.endswith(".log")


def test_files_of_a_draft_that_was_given_up_go_after_a_day_and_sent_ones_stay(cast: Cast) -> None:
    _ticket, sent = ticket_with(cast, "sent.log", b"y")
    old, young = unsent_of(cast, "old.log"), unsent_of(cast, "young.log", now=NOW + dt.timedelta(hours=2))
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert actions.sweep_unsent(now=NOW + dt.timedelta(hours=25)) == 1
    assert set(Attachment.objects.values_list("name", flat=True)) == {"sent.log", "young.log"}
    assert not Path(old.file.path).exists()
    assert Path(sent.file.path).exists()
    assert Path(young.file.path).exists()


def test_the_clock_has_given_up_files_swept() -> None:
    tasks = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    current_app.loader.import_default_modules()
    assert "tickets.tasks.sweep_unsent" in tasks
    assert tasks <= set(current_app.tasks), "an entry that no worker knows"
