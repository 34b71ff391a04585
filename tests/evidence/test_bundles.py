"""A ticket's bundle: what is in it and what is not, who gets it, and that it proves itself."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import uuid
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from escalation.actions import hand_up
from evidence.actions import KEPT_FOR, SILENT_AFTER, ask_for_bundle, build, build_due, sweep_bundles
from evidence.bundle import CHECKER, safe_name
from evidence.choices import ExportState
from evidence.models import Export
from evidence.verify_evidence import Folder, Packed, check
from tests.cast import NOW, Cast, file_ticket
from tickets import actions
from tickets.models import Attachment, Ticket

INTERNAL = "nobody outside may read of the kernel oops"
LATER = NOW + timedelta(hours=2)


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def send(ticket: Ticket, by, body: str, *files: tuple[str, bytes]) -> None:
    key = uuid.uuid4()
    for name, content in files:
        actions.store_file(
            by=by, draft_key=key, upload=SimpleUploadedFile(name, content), organisation=ticket.organisation, now=NOW
        )
    write = actions.reply if by.is_staff else actions.customer_reply
    write(ticket=ticket, by=by, body=body, now=NOW + timedelta(minutes=5), submission_key=key)


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    """A ticket with letters in both languages, files, an internal note, a step up, and an end."""
    ticket = file_ticket(cast)
    send(
        ticket,
        cast.alice,
        "日志见附件 🎥 **重要** <b>x</b>",
        ("rtc 日志.log", b"line one\nline two\n"),
        ("../a.log", b"1"),
    )
    send(
        ticket,
        cast.erin,
        "Thank you.\n\n```\n10:58  [E] decoder stalled\n```\n\n1. One\n2. Two\n\n| a | b |\n|---|---|\n| 1 | 2 |",
    )
    actions.note(ticket=ticket, by=cast.erin, body=INTERNAL, now=NOW + timedelta(minutes=6))
    hand_up(
        ticket=ticket,
        by=cast.erin,
        reason="It is in the codec",
        tried=INTERNAL,
        ask=INTERNAL,
        now=NOW + timedelta(minutes=7),
    )
    actions.resolve(
        ticket=ticket,
        by=cast.frank,
        message="Fixed in 4.2.2.",
        cause="A race",
        fix="4.2.2",
        prevention="A test",
        now=LATER,
    )
    return ticket


def made(ticket: Ticket, by, now=LATER) -> Export:
    export = ask_for_bundle(ticket=ticket, by=by, key=uuid.uuid4(), now=now)
    assert build(key=export.key, now=now)
    export.refresh_from_db()
    assert export.state == ExportState.READY
    return export


def opened(export: Export) -> zipfile.ZipFile:
    with export.file.open("rb") as stored:
        return zipfile.ZipFile(io.BytesIO(stored.read()))


def unpacked(export: Export, folder: Path) -> Path:
    opened(export).extractall(folder)
    return folder / f"ticket-{export.ticket_id}-evidence"


def parts(root: Path) -> list[Path]:
    return sorted(each for each in root.rglob("*") if each.is_file())


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False, encoding="utf-8")


@pytest.mark.django_db
def test_the_bundle_holds_all_that_its_customer_may_read(ticket: Ticket, cast: Cast, tmp_path: Path) -> None:
    root = unpacked(made(ticket, cast.alice), tmp_path)
    names = {each.relative_to(root).as_posix() for each in parts(root)}
    assert names == {
        "README.txt", "transcript.html", "transcript.pdf", "receipt.html", "receipt.pdf", "ticket.json", "events.json",
        "manifest.json", "manifest.sha256", "verify_evidence.py", "files/0001-rtc 日志.log", "files/0002-a.log",
    }  # fmt: skip
    assert (root / "files/0001-rtc 日志.log").read_bytes() == b"line one\nline two\n"
    page = (root / "transcript.html").read_text(encoding="utf-8")
    for words in (
        "日志见附件 🎥",
        "decoder stalled",
        "It is in the codec",
        "A race",
        "Alice Chen",
        "files/0001-rtc%20",
    ):
        assert words in page
    record = json.loads((root / "ticket.json").read_text(encoding="utf-8"))
    assert [each["body"] for each in record["messages"]][1].startswith("日志见附件 🎥")
    assert record["escalations"][0]["reason"] == "It is in the codec"
    assert {each["name"] for each in record["people"]} >= {"Alice Chen", "Erin Wu", "Frank Zhao"}
    assert [each["kind"] for each in record["clocks"]] == ["first_response", "resolution"]


@pytest.mark.django_db
@pytest.mark.parametrize("reader", ["alice", "erin"])
def test_nothing_internal_leaves_whoever_asks(ticket: Ticket, cast: Cast, tmp_path: Path, reader: str) -> None:
    root = unpacked(made(ticket, getattr(cast, reader)), tmp_path)
    for each in parts(root):
        if each.suffix != ".pdf":
            assert INTERNAL.encode() not in each.read_bytes(), each.name
    kinds = {row["event"]["kind"] for row in json.loads((root / "events.json").read_text())}
    assert "noted" not in kinds


@pytest.mark.django_db
def test_the_script_in_the_bundle_verifies_it_packed_and_unpacked(ticket: Ticket, cast: Cast, tmp_path: Path) -> None:
    export = made(ticket, cast.alice)
    root = unpacked(export, tmp_path)
    packed = tmp_path / "evidence.zip"
    packed.write_bytes(export.file.open("rb").read())
    for arguments in ((str(root / "verify_evidence.py"),), (str(root / "verify_evidence.py"), str(packed))):
        told = run("-I", *arguments, "--digest", export.digest)
        assert told.returncode == 0, told.stdout + told.stderr
        assert told.stdout.startswith("VERIFIED: 10 files and ")
    assert run(str(root / "verify_evidence.py"), "--digest", "0" * 64).returncode == 1
    assert run(str(root / "verify_evidence.py"), str(root / "README.txt")).returncode == 1


@pytest.mark.django_db
def test_one_altered_byte_of_any_part_is_found(ticket: Ticket, cast: Cast, tmp_path: Path) -> None:
    root = unpacked(made(ticket, cast.alice), tmp_path)
    assert check(Folder(root)) == []
    for part in parts(root):
        content = part.read_bytes()
        for place in {0, len(content) // 2, len(content) - 1}:
            part.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
            assert check(Folder(root)), f"{part.name} at {place}"
        part.write_bytes(content)
        part.rename(part.with_name("away"))
        assert check(Folder(root)), f"{part.name} is missing"
        part.with_name("away").rename(part)
    (root / "files/0003-new.log").write_bytes(b"")
    assert check(Folder(root)) == ["files/0003-new.log was added: the manifest does not list it"]


@pytest.mark.django_db
def test_one_altered_byte_of_the_packed_bundle_is_found(ticket: Ticket, cast: Cast, tmp_path: Path) -> None:
    """Whatever of the archive holds content; its dates and file modes are no part of what was exported."""
    packed = tmp_path / "evidence.zip"
    content = made(ticket, cast.alice).file.open("rb").read()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        places = [_first_byte(content, each) + each.compress_size // 2 for each in archive.infolist()]
    assert len(places) == 12
    for place in places:
        packed.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        assert run(str(CHECKER), str(packed)).returncode == 1, place


def _first_byte(content: bytes, entry: zipfile.ZipInfo) -> int:
    """Where the entry's data begins: behind its header, its name and what else the header brings."""
    name, more = struct.unpack("<HH", content[entry.header_offset + 26 : entry.header_offset + 30])
    return entry.header_offset + 30 + name + more


@pytest.mark.django_db
def test_a_history_rewritten_between_two_bundles_is_found_though_all_hashes_fit(
    ticket: Ticket, cast: Cast, tmp_path: Path
) -> None:
    first = made(ticket, cast.alice)
    actions.reopen(ticket=ticket, by=cast.alice, reason="Again", now=LATER + timedelta(hours=1))
    second = made(ticket, cast.bob, now=LATER + timedelta(hours=2))
    root = unpacked(second, tmp_path / "honest")
    assert second.events > first.events
    assert check(Folder(root)) == []
    ticket.events.filter(kind="opened").update(at=NOW - timedelta(days=1))
    root = unpacked(made(ticket, cast.bob, now=LATER + timedelta(hours=3)), tmp_path / "rewritten")
    assert len(check(Folder(root))) == 2
    assert "was altered since" in check(Folder(root))[0]


@pytest.mark.django_db
def test_a_file_that_the_storage_lost_is_told_of(ticket: Ticket, cast: Cast, tmp_path: Path) -> None:
    lost = Attachment.objects.order_by("pk").first()
    assert lost
    lost.file.storage.delete(lost.file.name)
    root = unpacked(made(ticket, cast.alice), tmp_path)
    told = run(str(root / "verify_evidence.py"))
    assert told.returncode == 0
    assert "not included, the portal had lost it: rtc 日志.log" in told.stdout
    assert "lost by the portal, not included" in (root / "transcript.html").read_text(encoding="utf-8")


@pytest.mark.django_db
def test_a_customer_gets_it_in_one_click_and_a_stranger_not_at_all(ticket: Ticket, cast: Cast) -> None:
    client = Client()
    client.force_login(cast.bob)
    key = str(uuid.uuid4())
    shown = client.post(f"/evidence/tickets/{ticket.pk}/", {"key": key}, follow=True)
    assert b"Download the ZIP" in shown.content
    again = client.post(f"/evidence/tickets/{ticket.pk}/", {"key": key})
    export = Export.objects.get()
    assert again.headers["Location"] == export.get_absolute_url()
    sent = client.get(f"/evidence/{export.key}/file/")
    assert check(Packed(io.BytesIO(b"".join(sent)))) == []  # type: ignore[arg-type]
    assert "attachment" in sent.headers["Content-Disposition"]
    client.force_login(cast.mallory)
    for address in (f"/evidence/tickets/{ticket.pk}/", f"/evidence/{export.key}/", f"/evidence/{export.key}/file/"):
        assert client.get(address).status_code == 404
    assert client.post(f"/evidence/tickets/{ticket.pk}/").status_code == 404


@pytest.mark.django_db
def test_a_large_one_is_owed_and_built_by_a_worker(ticket: Ticket, cast: Cast, monkeypatch) -> None:
    monkeypatch.setattr("evidence.actions.AT_ONCE", 3)
    client = Client()
    client.force_login(cast.alice)
    shown = client.post(f"/evidence/tickets/{ticket.pk}/", {"key": str(uuid.uuid4())}, follow=True)
    assert b"data-pending" in shown.content
    assert b"<progress" in shown.content
    assert build_due(now=LATER) == 1
    assert build_due(now=LATER) == 0
    assert b"Download the ZIP" in client.get(shown.request["PATH_INFO"]).content


@pytest.mark.django_db
def test_a_builder_that_died_is_followed_by_another_and_failures_end(ticket: Ticket, cast: Cast, monkeypatch) -> None:
    export = ask_for_bundle(ticket=ticket, by=cast.alice, key=uuid.uuid4(), now=NOW)
    Export.objects.update(state=ExportState.BUILDING, tried_at=NOW, attempts=1)
    assert build_due(now=NOW + SILENT_AFTER) == 0
    monkeypatch.setattr("evidence.actions.write_bundle", _broken)
    for _ in range(3):
        build_due(now=NOW + 2 * SILENT_AFTER)
    export.refresh_from_db()
    assert export.state == ExportState.FAILED
    client = Client()
    client.force_login(cast.alice)
    assert b"we are sorry" in client.get(export.get_absolute_url()).content
    monkeypatch.undo()
    assert made(ticket, cast.alice).pk != export.pk


def _broken(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


@pytest.mark.django_db
def test_old_bundles_lose_their_file_and_keep_their_digest(ticket: Ticket, cast: Cast) -> None:
    first = made(ticket, cast.alice)
    second = made(ticket, cast.alice, now=LATER + timedelta(hours=1))
    first.refresh_from_db()
    assert (first.state, bool(first.digest)) == (ExportState.GONE, True)
    assert sweep_bundles(now=LATER + KEPT_FOR) == 0
    assert sweep_bundles(now=LATER + KEPT_FOR + timedelta(hours=2)) == 1
    stored = second.file
    second.refresh_from_db()
    assert second.state == ExportState.GONE
    assert not stored.storage.exists(stored.name)
    client = Client()
    client.force_login(cast.alice)
    assert client.get(f"/evidence/{second.key}/file/").status_code == 404
    assert second.digest.encode() in client.get(second.get_absolute_url()).content


@pytest.mark.parametrize(("name", "expected"), [
    ("app.log", "files/0007-app.log"),
    ("../../etc/passwd", "files/0007-_.._etc_passwd"),
    ("a\u202egnp.exe", "files/0007-a_gnp.exe"),
    ("...", "files/0007-file"),
    ("x" * 250 + ".log", "files/0007-" + "x" * 196 + ".log"),
    ("😀" * 60 + ".log", "files/0007-" + "😀" * 49 + ".log"),
    ("a" * 199 + " b", "files/0007-" + "a" * 199),
    ("日志" * 60, "files/0007-" + "日志" * 33),
    (".log", "files/0007-log"),
])  # fmt: skip
def test_names_of_files_are_safe(name: str, expected: str) -> None:
    assert safe_name(7, name) == expected


@pytest.mark.django_db
def test_a_long_one_is_owed_as_well_and_its_builder_shows_that_it_lives(
    ticket: Ticket, cast: Cast, monkeypatch
) -> None:
    monkeypatch.setattr("evidence.actions.AT_ONCE_EVENTS", 3)
    client = Client()
    client.force_login(cast.alice)
    assert b"data-pending" in client.post(f"/evidence/tickets/{ticket.pk}/", follow=True).content
    Attachment.objects.all().delete()  # so that only the pages are left to tell of
    told: list[int] = []
    monkeypatch.setattr("evidence.actions._tell", lambda export, done: told.append(done))
    assert build_due(now=LATER) == 1
    assert told


@pytest.mark.django_db
def test_a_bundle_that_the_storage_lost_can_be_made_anew(ticket: Ticket, cast: Cast) -> None:
    export = made(ticket, cast.alice)
    export.file.storage.delete(export.file.name)
    client = Client()
    client.force_login(cast.alice)
    shown = client.get(f"/evidence/{export.key}/file/", follow=True)
    assert shown.redirect_chain == [(export.get_absolute_url(), 302)]
    assert b"Make a new one" in shown.content
    assert export.digest.encode() in shown.content
