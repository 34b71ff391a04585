"""The addresses that take a file in parts: who may, what each answer says, and that bad input is never a failure of ours."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

import pytest
from django.conf import settings as site
from django.core.files.storage import FileSystemStorage
from django.http import HttpResponse
from django.test import Client

from accounts.models import SupportPlan
from tests import bad_inputs
from tests.cast import Cast, file_ticket
from tests.tickets.archive_makers import MiB, gzip_of_zeros, lying_zip, slipping_zip, zip_of_zeros
from tickets.actions import uploads as parts_of
from tickets.models import Attachment, Ticket, Upload
from tickets.views import resumable

PART = 1000
BEGIN = "/files/uploads/"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(64)


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch, settings, tmp_path) -> None:
    monkeypatch.setattr(parts_of, "PART_BYTES", PART)
    monkeypatch.setattr(resumable, "PART_BYTES", PART)
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    }


@pytest.fixture
def alice(cast: Cast, client: Client) -> Client:
    client.force_login(cast.alice)
    return client


def signed_in(user: Any, **options: Any) -> Client:
    client = Client(**options)
    client.force_login(user)
    return client


def begin(client: Client, *, name: str = "sdk.log", size: int, **more: Any) -> HttpResponse:
    told = {"key": str(uuid.uuid4()), "draft": str(uuid.uuid4()), "name": name, "size": size}
    return client.post(BEGIN, told | more)


def part(client: Client, address: str, content: bytes, offset: object) -> HttpResponse:
    return client.patch(
        address, content, content_type="application/octet-stream", headers={"Upload-Offset": str(offset)}
    )


def send(client: Client, content: bytes, *, name: str = "sdk.log", draft: str | None = None) -> HttpResponse:
    """The last answer: of keeping it, or of what refused it."""
    draft = draft or str(uuid.uuid4())
    answer = begin(client, name=name, size=len(content), draft=draft)
    if answer.status_code != 201:
        return answer
    address = f"{BEGIN}{answer.json()['key']}/"
    size = answer.json()["part"]
    for offset in range(0, len(content), size):
        answer = part(client, address, content[offset : offset + size], offset)
        if answer.status_code != 200:
            return answer
    return client.post(address, {"draft": draft})


def test_a_file_in_parts_reaches_the_ticket(cast: Cast, alice: Client) -> None:
    content, draft = b"2026-06-08 joined\n" * 150, str(uuid.uuid4())
    told = send(alice, content, draft=draft).json()
    assert (told["state"], told["received"]) == ("kept", len(content))
    assert told["file"]["sha256"] == hashlib.sha256(content).hexdigest()
    page = {"submission_key": draft, "severity": "p0", "subject": "Nobody can join", "description": "Error 110"}
    alice.post("/tickets/new/", page)
    assert Ticket.objects.get().messages.get().attachments.get().name == "sdk.log"
    key = told["key"]
    assert alice.get(f"{BEGIN}{key}/").json()["file"]["is_sent"] is True


def test_a_part_lost_on_the_way_is_asked_for_again(cast: Cast, alice: Client) -> None:
    content = bytes(range(250)) * 10
    told = begin(alice, size=len(content)).json()
    address = f"{BEGIN}{told['key']}/"
    assert part(alice, address, content[:PART], 0).json()["received"] == PART
    for offset in (0, 2 * PART):
        answer = part(alice, address, content[offset : offset + PART], offset)
        assert (answer.status_code, answer.json()["received"]) == (409, PART)
    assert alice.get(address).json()["received"] == PART
    assert alice.post(address, {"draft": str(uuid.uuid4())}).status_code == 409


def test_a_picture_comes_back_with_its_preview(cast: Cast, alice: Client) -> None:
    file = send(alice, PNG, name="shot.png").json()["file"]
    assert alice.get(file["preview"]).headers["Content-Type"] == "image/png"
    assert send(alice, b"text", name="shot.png").json()["file"]["preview"] == ""


@pytest.mark.parametrize("person", ["bob", "olga", "mallory", "erin", "ada"])
def test_nobody_else_finds_it(cast: Cast, alice: Client, person: str) -> None:
    content = b"x" * 2 * PART
    key = begin(alice, size=len(content)).json()["key"]
    address, thief = f"{BEGIN}{key}/", signed_in(getattr(cast, person))
    part(alice, address, content[:PART], 0)
    assert thief.get(address).status_code == 404
    assert part(thief, address, content[PART:], PART).status_code == 404
    assert thief.post(address, {"draft": str(uuid.uuid4())}).status_code == 404
    assert thief.delete(address).status_code == 404
    assert begin(thief, size=1, key=key).status_code == 422
    assert Upload.objects.get().received == PART


def test_whoever_is_signed_out_is_asked_to_sign_in(cast: Cast, alice: Client) -> None:
    address = f"{BEGIN}{begin(alice, size=10).json()['key']}/"
    stranger = Client()
    for answer in (stranger.get(address), part(stranger, address, b"x" * 10, 0), stranger.delete(address)):
        assert answer.status_code == 302
        assert "/accounts/login/" in answer.headers["Location"]


def test_every_change_needs_the_pages_token(cast: Cast) -> None:
    strict = signed_in(cast.alice, enforce_csrf_checks=True)
    address = f"{BEGIN}{uuid.uuid4()}/"
    answers = [begin(strict, size=1), part(strict, address, b"x", 0), strict.delete(address), strict.post(address)]
    assert [answer.status_code for answer in answers] == [403] * 4
    strict.cookies[site.CSRF_COOKIE_NAME] = "a" * 32
    told = {"key": str(uuid.uuid4()), "draft": str(uuid.uuid4()), "name": "a", "size": 1}
    assert strict.post(BEGIN, told, headers={"X-CSRFToken": "a" * 32}).status_code == 201


def test_a_file_for_a_ticket_that_one_may_not_see_is_for_none(cast: Cast, alice: Client) -> None:
    ticket = file_ticket(cast)
    assert begin(alice, size=1, ticket=ticket.pk).status_code == 201
    assert begin(signed_in(cast.mallory), size=1, ticket=ticket.pk).status_code == 404
    assert begin(alice, size=1, ticket=10**12).status_code == 404


@pytest.mark.parametrize(
    "told",
    [
        {"key": "x"}, {"key": ""}, {"draft": "x"}, {"size": "-1"}, {"size": "many"}, {"size": "9" * 40}, {"ticket": "x"},
        {"ticket": "\x00"}, {"key": "\x00" * 32}, {"size": "1e400"}, {"size": "NaN"},
    ],
)  # fmt: skip
def test_nonsense_is_a_bad_request(cast: Cast, alice: Client, told: dict[str, str]) -> None:
    assert begin(alice, **({"size": 1} | told)).status_code == 400
    assert not Upload.objects.exists()


@pytest.mark.parametrize("offset", ["", "x", "-1", "0x10", "٣", "9" * 30, "1.5"])
def test_a_nonsense_offset_is_a_bad_request(cast: Cast, alice: Client, offset: str) -> None:
    address = f"{BEGIN}{begin(alice, size=10).json()['key']}/"
    assert part(alice, address, b"x" * 10, offset).status_code == 400
    assert part(alice, address, b"x" * 10, 10**17).status_code == 409


def test_a_part_that_is_too_large_is_refused_unread(cast: Cast, alice: Client) -> None:
    address = f"{BEGIN}{begin(alice, size=3 * PART).json()['key']}/"
    assert part(alice, address, b"x" * (PART + 1), 0).status_code == 413
    assert part(alice, address, b"x" * (PART - 1), 0).status_code == 422


def test_giving_up_twice_is_no_error_of_ours(cast: Cast, alice: Client) -> None:
    address = f"{BEGIN}{begin(alice, size=10).json()['key']}/"
    assert [alice.delete(address).status_code for _ in range(2)] == [200, 404]
    assert alice.get(address).status_code == 404


def test_a_kept_file_can_be_forgotten_by_its_own_key(cast: Cast, alice: Client) -> None:
    file = send(alice, b"x").json()["file"]
    Upload.objects.all().delete()
    assert signed_in(cast.bob).delete(f"{BEGIN}{file['key']}/").status_code == 404
    assert alice.delete(f"{BEGIN}{file['key']}/").status_code == 200
    assert not Attachment.objects.exists()


def test_no_room_in_the_plan_is_said(cast: Cast, alice: Client) -> None:
    SupportPlan.objects.update(file_room_mb=0)
    answer = send(alice, b"x")
    assert answer.status_code == 422
    assert "Ask your success manager for more room" in answer.json()["why"]
    page = {
        "submission_key": str(uuid.uuid4()),
        "severity": "p2",
        "subject": "s",
        "description": "d",
        "category": "other",
    }
    with (site.BASE_DIR / "manage.py").open("rb") as file:
        answer = alice.post("/tickets/new/", page | {"files": file})
    assert answer.status_code == 422
    assert "manage.py: Your organisation has 0" in answer.content.decode()


def test_a_full_disk_is_said_and_the_part_is_asked_for_again(cast: Cast, alice: Client, monkeypatch) -> None:
    """AT28"""
    address = f"{BEGIN}{begin(alice, size=10).json()['key']}/"

    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(FileSystemStorage, "_save", full)
        answer = part(alice, address, b"x" * 10, 0)
    assert answer.status_code == 507
    assert "no room" in answer.json()["why"]
    assert part(alice, address, b"x" * 10, 0).status_code == 200


class TestBadInputs:
    """The catalogue's attachments, in parts and with the form."""

    @pytest.mark.parametrize(
        ("entry_id", "content", "words"),
        [
            ("AT14", lambda: zip_of_zeros(10 * 1024 * MiB), "a hundred times as large"),
            ("AT17", lambda: gzip_of_zeros(1024 * MiB), "a hundred times as large"),
            ("AT19", lambda: lying_zip(10, 1024 * MiB), "does not agree"),
        ],
    )
    def test_archives_that_do_harm(self, cast: Cast, alice: Client, monkeypatch, entry_id, content, words) -> None:
        monkeypatch.setattr(parts_of, "PART_BYTES", 8 * MiB)
        monkeypatch.setattr(resumable, "PART_BYTES", 8 * MiB)
        assert bad_inputs.entry(entry_id)
        answer = send(alice, content(), name="logs.zip")
        assert answer.status_code == 422
        assert words in answer.json()["why"]
        assert not Attachment.objects.exists()

    def test_names_in_a_zip_are_only_text(self, cast: Cast, alice: Client) -> None:
        """AT16"""
        told = send(alice, slipping_zip(), name="logs.zip").json()
        assert told["file"]["contents"].endswith("../../etc/passwd, /etc/shadow")

    def test_a_name_with_line_breaks_and_quotes(self, cast: Cast, alice: Client) -> None:
        told = send(alice, b"x", name=bad_inputs.entry("AT07")["input"]["filename"]).json()
        answer = alice.get(told["file"]["address"])
        assert answer.status_code == 200
        assert "\n" not in answer.headers["Content-Disposition"]

    def test_a_script_that_looks_like_a_picture_is_only_saved(self, cast: Cast, alice: Client) -> None:
        entry = bad_inputs.entry("AT04")["input"]
        told = send(alice, entry["content"].encode(), name=entry["filename"]).json()
        answer = alice.get(told["file"]["address"])
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"

    def test_a_file_over_the_limit(self, cast: Cast, alice: Client, settings) -> None:
        entry = bad_inputs.entry("AT10")["input"]
        settings.LOG_MAX_BYTES = entry["size"] - 1
        answer = begin(alice, name=entry["filename"], size=entry["size"])
        assert answer.status_code == 422
        assert "larger than 25" in answer.json()["why"]
        assert begin(alice, size=bad_inputs.entry("AT11")["input"]["size"]).status_code == 422

    @pytest.mark.parametrize("entry", bad_inputs.entries("unicode", "long_values"), ids=lambda entry: entry["id"])
    def test_names_of_any_text(self, cast: Cast, alice: Client, entry: dict[str, Any]) -> None:
        name = str(bad_inputs.value(entry))[:100_000]
        answer = send(alice, b"x", name=name)
        assert answer.status_code == 200
        kept = Attachment.objects.get().name
        assert 0 < len(kept) <= 255
        assert kept.isprintable()
        assert alice.get(answer.json()["file"]["address"]).status_code == 200
