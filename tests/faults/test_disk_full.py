"""No room for an upload: the page says so, nothing half is left, and everything else works on."""

from __future__ import annotations

import errno
import os
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests.answers import answered
from tests.cast import Cast, file_ticket, make_cast
from tests.faults.processes import CSRF, web
from tickets.models import Attachment, Message, Ticket

pytestmark = pytest.mark.faults
MiB = 1024 * 1024


class FullStorage(FileSystemStorage):
    """Writes half of a file, as a disk does that fills up meanwhile."""

    def _save(self, name: str, content: File[Any]) -> str:
        half = Path(self.path(name))
        half.parent.mkdir(parents=True, exist_ok=True)
        blocks = list(content.chunks())  # which may be of no known length
        half.write_bytes(b"".join(blocks)[: sum(map(len, blocks)) // 2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    field = Attachment._meta.get_field("file")
    monkeypatch.setattr(field, "storage", FullStorage(location=tmp_path))
    return tmp_path


def form(cast: Cast, **changes: str) -> dict[str, Any]:
    return {
        "submission_key": str(uuid.uuid4()), "app": str(cast.app.pk), "category": cast.category.code, "severity": "p2",
        "subject": "No sound after a phone call", "description": "On Android 14 the other side is silent.",
        "files": SimpleUploadedFile("sdk.log", b"line\n" * 10_000),
    } | answered(cast.category.code) | changes  # fmt: skip


@pytest.mark.django_db
def test_a_form_whose_file_has_no_room_says_so_and_keeps_what_was_typed(
    cast: Cast, client: Client, folder: Path
) -> None:
    """AT28"""
    older = file_ticket(cast)
    client.force_login(cast.alice)
    answer = client.post("/tickets/new/", form(cast))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "sdk.log: We could not store it just now." in text
    assert "On Android 14 the other side is silent." in text
    assert Ticket.objects.get() == older
    assert not Attachment.objects.exists()
    assert not [path for path in folder.rglob("*") if path.is_file()]
    assert client.get(older.get_absolute_url()).status_code == 200


@pytest.mark.django_db
def test_nobody_with_everything_down_waits_for_a_disk(cast: Cast, client: Client, folder: Path) -> None:
    client.force_login(cast.alice)
    answer = client.post("/tickets/new/", form(cast, severity="p0"), follow=True)
    assert Ticket.objects.get().severity == "p0"
    assert "sdk.log was not added" in answer.content.decode()
    assert not Attachment.objects.exists()


@pytest.mark.django_db
def test_a_reply_whose_file_has_no_room_says_so(cast: Cast, client: Client, folder: Path) -> None:
    ticket = file_ticket(cast)
    client.force_login(cast.alice)
    page = {"submission_key": str(uuid.uuid4()), "body": "Here is the log.", "files": form(cast)["files"]}
    answer = client.post(reverse("tickets:reply", args=[ticket.pk]), page, follow=True)
    text = answer.content.decode()
    assert answer.status_code in (200, 422)
    assert "We could not store it just now." in text
    assert "Here is the log." in text
    assert not Attachment.objects.exists()
    assert Message.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("excess", [1, 8 * MiB], ids=["by the last piece", "by half"])
def test_no_room_for_a_body_on_its_way_in_is_a_readable_page(tmp_path: Path, excess: int) -> None:
    resource = pytest.importorskip("resource")
    if not hasattr(resource, "prlimit"):
        pytest.skip("no process's room can be limited here")
    cast = make_cast()
    older = file_ticket(cast)
    with web(tmp_path) as site, site.visitor(cast.alice) as alice:
        # No file of the server's may grow past this any more; its database is smaller.
        resource.prlimit(site.process.running.pid, resource.RLIMIT_FSIZE, (12 * MiB, 12 * MiB))
        page = {name: value for name, value in form(cast).items() if name != "files"} | {"csrfmiddlewaretoken": CSRF}
        answer = alice.post("/tickets/new/", data=page, files={"files": ("sdk.log", b"x" * (12 * MiB + excess))})
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "without files" in answer.text
        assert Ticket.objects.get() == older
        assert not Attachment.objects.exists()
        assert alice.get(older.get_absolute_url()).status_code == 200
        answer = alice.post("/tickets/new/", data=page, files={"files": ("sdk.log", b"x" * 1000)})
        assert answer.status_code == 302
