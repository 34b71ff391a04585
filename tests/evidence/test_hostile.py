"""Bundles of tickets in which somebody wrote to break them, and scripts run over bundles that somebody made up."""

from __future__ import annotations

import hashlib
import io
import json
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from accounts.models import Membership
from evidence.actions import ask_for_bundle, build
from evidence.bundle import CHECKER
from evidence.models import Export
from evidence.pdf import pdf_of
from tests.cast import Cast, file_ticket
from tests.evidence.test_bundles import LATER, made, run, send, unpacked
from tickets.models import Ticket

SCRIPT = "</title><script>alert(1)</script><img src='/etc/passwd'/> &amp;"
BODIES = (
    "<para><font size=9999><img src='/etc/passwd' width=1 height=1/></para>",
    "`</para>` <b>x</i></b> **a *b** c* ~~x~~ <seq/> <onDraw name=a label=b/> <unichar code='1'/> &nbsp; &#0; &bogus;",
    '```\n<img src="file:///etc/passwd"/>\n</para></font>\n```',
    "[a](javascript:alert(1)) [b](file:///etc/passwd) [c](data:text/html,x) ![d](https://evil.example/x.png)",
    "a ]]> <!-- -- > <![CDATA[ x ]]> <?php ?> \u202egnp.exe \u2028\x85\x7f👩‍👩‍👧 한국어 العربية",
    "> " * 60 + "deep\n\n" + "".join("  " * depth + "- x\n" for depth in range(60)),
    "**a" * 2000 + "[" * 5000 + "~~" * 2000,
)


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def root(cast: Cast, tmp_path: Path) -> Path:
    ticket = file_ticket(cast)
    send(ticket, cast.alice, "Here it is", ("a.log", b"1" * 1000))
    return unpacked(made(ticket, cast.alice), tmp_path)


@pytest.mark.django_db
@pytest.mark.parametrize("body", BODIES)
def test_what_people_write_is_text_on_every_page_and_breaks_none(cast: Cast, tmp_path: Path, body: str) -> None:
    ticket = file_ticket(cast, subject=SCRIPT)
    send(ticket, cast.alice, body, ("<img src=x onerror=alert(1)>.log", b"1"), ("😀" * 60 + ".log", b"2"))
    root = unpacked(made(ticket, cast.alice), tmp_path)
    assert run(str(root / "verify_evidence.py")).returncode == 0
    for name in ("transcript.html", "receipt.html"):
        page = (root / name).read_text(encoding="utf-8").lower()
        assert "default-src 'none'" in page
        for danger in ("<script", "<img", '<a href="javascript', '<a href="file:', '<a href="data', 'onerror="'):
            assert danger not in page


@pytest.mark.parametrize("page", [
    "<pre>" + "中文 a\tb  c\n" * 5000 + "</pre>",
    "<pre>" + "x" * 50_000 + "</pre>",
    "<p><strong>" + "粗体，" * 15_000 + "</strong></p>",
    "<p>" + "<strong>a<em>" * 2000 + "x" * 20_000 + "</p>",
])  # fmt: skip
def test_one_long_text_takes_the_pdf_seconds(page: str) -> None:
    began = time.process_time()
    assert pdf_of(page, title=SCRIPT).startswith(b"%PDF")
    assert time.process_time() - began < 10


@pytest.mark.django_db
def test_much_text_is_built_by_a_worker(cast: Cast, monkeypatch) -> None:
    monkeypatch.setattr("evidence.actions.AT_ONCE_TEXT", 10)
    client = Client()
    client.force_login(cast.alice)
    assert b"data-pending" in client.post(f"/evidence/tickets/{file_ticket(cast).pk}/", follow=True).content


@pytest.mark.django_db
def test_the_key_of_another_bundle_makes_a_new_one(cast: Cast) -> None:
    ticket, other = file_ticket(cast), file_ticket(cast)
    key, client = str(uuid.uuid4()), Client()
    for who, wanted in ((cast.alice, ticket), (cast.bob, ticket), (cast.alice, other)):
        client.force_login(who)
        assert client.post(f"/evidence/tickets/{wanted.pk}/", {"key": key}).status_code == 302
    made_for = Export.objects.order_by("pk").values_list("by", "ticket")
    assert list(made_for) == [(cast.alice.pk, ticket.pk), (cast.bob.pk, ticket.pk), (cast.alice.pk, other.pk)]


@pytest.mark.django_db
def test_whoever_left_meanwhile_takes_nothing_along_and_the_bundle_is_whole(cast: Cast, tmp_path: Path) -> None:
    ticket: Ticket = file_ticket(cast)
    export = ask_for_bundle(ticket=ticket, by=cast.alice, key=uuid.uuid4(), now=LATER)
    Membership.objects.filter(user=cast.alice).delete()
    assert build(key=export.key, now=LATER)
    export.refresh_from_db()
    page = (unpacked(export, tmp_path) / "transcript.html").read_text(encoding="utf-8")
    assert "It freezes on Wi-Fi" in page
    client = Client()
    for who, expected in ((cast.alice, 404), (cast.bob, 200)):
        client.force_login(who)
        assert client.get(f"/evidence/{export.key}/file/").status_code == expected


OUTSIDE = {"size": 3, "sha256": hashlib.sha256(b"out").hexdigest()}
FORGERIES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a path that leads up": lambda it: it["files"].append({"path": "../x.txt", **OUTSIDE}),
    "a path from the root": lambda it: it["files"].append({"path": "/etc/hostname", **OUTSIDE}),
    "a device that never ends": lambda it: it["files"].append({"path": "/dev/zero", **OUTSIDE}),
    "a NUL": lambda it: it["files"].append({"path": "a\0", **OUTSIDE}),
    "half a character": lambda it: it["files"].append({"path": "\ud800", **OUTSIDE}),
    "a folder": lambda it: it["files"].append({"path": "files", **OUTSIDE}),
    "a file twice": lambda it: it["files"].insert(0, it["files"][0] | {"sha256": "0"}),
    "a path that is none": lambda it: it["files"].append({"path": ["x"], **OUTSIDE}),
    "another number of events": lambda it: it["chain"].update(events=10**400),
    "an earlier bundle that counts backwards": lambda it: it["earlier"].append(
        {"events": -1, "head": it["chain"]["head"], "exported_at": ""}
    ),
    "an earlier bundle beyond all numbers": lambda it: it["earlier"].append(
        {"events": -(10**30), "head": "", "exported_at": ""}
    ),
    "a lost file without a name": lambda it: it["missing"].append({"sha256": "x"}),
    "a lost file that is a word": lambda it: it["missing"].append("x"),
    "nothing of a list": lambda it: it.pop("missing") and None,
}  # fmt: skip
TEXTS = {"deep": b"[" * 100_000, "huge": b'{"files": 1' + b"0" * 5000 + b"}", "null": b"null", "no text": b"\xff\xfe"}


def sealed(root: Path, manifest: bytes) -> None:
    (root / "manifest.json").write_bytes(manifest)
    (root / "manifest.sha256").write_bytes(f"{hashlib.sha256(manifest).hexdigest()}  manifest.json\n".encode())


def is_refused_cleanly(*arguments: str) -> bool:
    told = run(str(CHECKER), *arguments)
    return told.returncode == 1 and "NOT VERIFIED" in told.stdout and not told.stderr


@pytest.mark.django_db
def test_a_manifest_that_was_made_up_is_not_verified_and_opens_nothing_outside(root: Path) -> None:
    original = json.loads((root / "manifest.json").read_text(encoding="utf-8"))
    (root.parent / "x.txt").write_bytes(b"out")
    for name, forge in FORGERIES.items():
        manifest = json.loads(json.dumps(original))
        forge(manifest)
        sealed(root, json.dumps(manifest).encode())
        assert is_refused_cleanly(str(root)), name
    for name, text in TEXTS.items():
        sealed(root, text)
        assert is_refused_cleanly(str(root)), name


@pytest.mark.django_db
def test_a_damaged_zip_is_not_verified_in_words(cast: Cast, tmp_path: Path) -> None:
    packed, content = tmp_path / "e.zip", made(file_ticket(cast), cast.alice).file.open("rb").read()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        data = [each.header_offset + 30 + len(each.filename) + 1 for each in archive.infolist()]
    directory = content.index(b"PK\1\2")
    damaged = [content[:at] + bytes([content[at] ^ 0xFF]) + content[at + 1 :] for at in (*data, directory + 10)]
    locked = content[: directory + 8] + b"\1" + content[directory + 9 :]
    for number, each in enumerate((*damaged, locked, content[: len(content) // 2], b"", b"PK")):
        packed.write_bytes(each)
        assert is_refused_cleanly(str(packed)), number


@pytest.mark.django_db
def test_what_a_system_leaves_in_a_folder_is_no_forgery_and_a_hidden_folder_is(root: Path) -> None:
    for litter in (root / ".DS_Store", root / "desktop.ini", root / "files/Thumbs.db"):
        litter.write_bytes(b"x")
    assert run(str(root / "verify_evidence.py")).returncode == 0
    (root / "__pycache__").mkdir()
    (root / "__pycache__/transcript.html").write_text("Another history")
    assert is_refused_cleanly(str(root))
