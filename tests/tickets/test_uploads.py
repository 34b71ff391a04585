"""Files in parts: what is taken, what is refused, and that nothing is lost or kept twice."""

from __future__ import annotations

import datetime as dt
import errno
import gzip
import hashlib
import io
import os
import uuid
from typing import Any

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.test import TestCase

from accounts.models import Membership, SupportPlan
from tests.cast import NOW, Cast, file_ticket
from tests.tickets.archive_makers import MiB, lying_zip, zip_of_zeros, zipped
from tickets import actions
from tickets.actions import uploads as parts_of
from tickets.actions.keeping import Stored
from tickets.choices import UploadState
from tickets.errors import ActionRefused, BeingKept, WrongOffset
from tickets.models import Attachment, MaskedSecret, Upload, UploadPart

PART = 1000
LATER = NOW + dt.timedelta(hours=25)


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch, settings, tmp_path) -> None:
    """Parts of a kilobyte, in a storage of the test's own."""
    monkeypatch.setattr(parts_of, "PART_BYTES", PART)
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    }


def begun(cast: Cast, content: bytes, *, name: str = "sdk.log", **fields: Any) -> Upload:
    values: dict[str, Any] = {
        "key": uuid.uuid4(), "name": name, "size": len(content), "draft_key": uuid.uuid4(), "by": cast.alice, "now": NOW,
    }  # fmt: skip
    return actions.begin_upload(**(values | fields))


def take(upload: Upload, content: bytes, offset: int, *, now: dt.datetime = NOW) -> Upload:
    piece = content[offset : offset + PART]
    return actions.take_part(upload=upload, offset=offset, length=len(piece), content=io.BytesIO(piece), now=now)


def sent(cast: Cast, content: bytes, **fields: Any) -> Upload:
    upload = begun(cast, content, **fields)
    for offset in range(0, len(content), PART):
        upload = take(upload, content, offset)
    return upload


def kept(cast: Cast, content: bytes, *, draft: uuid.UUID | None = None, **fields: Any) -> Attachment:
    return actions.finish_upload(upload=sent(cast, content, **fields), draft_key=draft or uuid.uuid4(), now=NOW)


def stored_files() -> list[str]:
    """Every object of the storage, by name."""
    found, to_look = [], [""]
    while to_look:
        folder = to_look.pop()
        try:
            folders, files = default_storage.listdir(folder)
        except FileNotFoundError:
            continue
        found += [f"{folder}/{name}".lstrip("/") for name in files]
        to_look += [f"{folder}/{name}".lstrip("/") for name in folders]
    return found


def read(attachment: Attachment) -> bytes:
    with attachment.file.storage.open(attachment.file.name) as stored:
        return stored.read()


@pytest.mark.parametrize("size", [1, PART - 1, PART, PART + 1, 3 * PART, 3 * PART + 7])
def test_the_parts_become_one_file_with_its_checksum(cast: Cast, size: int) -> None:
    content = (b"2026-06-08 joined\n" * 200)[:size]
    attachment = kept(cast, content)
    assert read(attachment) == content
    assert (attachment.size, attachment.sha256) == (size, hashlib.sha256(content).hexdigest())
    assert (attachment.name, attachment.content_type, attachment.uploaded_by) == ("sdk.log", "text/plain", cast.alice)
    assert stored_files() == [attachment.file.name]
    assert not UploadPart.objects.exists()


def test_what_arrived_outlives_the_process(cast: Cast) -> None:
    content = os.urandom(3 * PART + 5)
    upload = begun(cast, content)
    take(upload, content, 0)
    again = Upload.objects.get(pk=upload.pk)  # all that another process has
    assert again.received == PART
    for offset in range(PART, len(content), PART):
        take(Upload.objects.get(pk=upload.pk), content, offset)
    attachment = actions.finish_upload(upload=Upload.objects.get(pk=upload.pk), draft_key=uuid.uuid4(), now=NOW)
    assert attachment.sha256 == hashlib.sha256(content).hexdigest()


def test_asking_twice_begins_once(cast: Cast) -> None:
    key = uuid.uuid4()
    first, second = begun(cast, b"x", key=key), begun(cast, b"x", key=key)
    assert first.pk == second.pk
    with pytest.raises(ActionRefused):
        begun(cast, b"x", key=key, by=cast.bob)


@pytest.mark.parametrize("offset", [0, 2 * PART, 1, PART + 1])
def test_a_part_at_the_wrong_place_learns_the_right_one(cast: Cast, offset: int) -> None:
    content = b"x" * 4 * PART
    upload = take(begun(cast, content), content, 0)
    with pytest.raises(WrongOffset) as wrong:
        take(upload, content, offset)
    assert wrong.value.received == PART


def test_a_part_of_another_size_is_refused(cast: Cast) -> None:
    upload = begun(cast, b"x" * 3 * PART)
    for length in (0, 1, PART - 1, PART + 1):
        with pytest.raises(ActionRefused):
            actions.take_part(upload=upload, offset=0, length=length, content=io.BytesIO(b"x" * length), now=NOW)
    assert stored_files() == []


def test_of_two_tabs_that_send_the_same_part_one_counts(cast: Cast) -> None:
    content = b"ab" * PART
    first, second = begun(cast, content), None
    second = Upload.objects.get(pk=first.pk)
    take(first, content, 0)
    with pytest.raises(WrongOffset) as wrong:
        take(second, content, 0)
    assert wrong.value.received == PART
    assert len(stored_files()) == 1
    take(second, content, PART) if second.received else take(Upload.objects.get(pk=first.pk), content, PART)
    attachment = actions.finish_upload(upload=Upload.objects.get(pk=first.pk), draft_key=uuid.uuid4(), now=NOW)
    assert read(attachment) == content


def test_a_connection_cut_within_a_part_leaves_nothing_of_it(cast: Cast) -> None:
    upload = begun(cast, b"x" * 2 * PART)
    with pytest.raises(WrongOffset):
        actions.take_part(upload=upload, offset=0, length=PART, content=io.BytesIO(b"x" * 10), now=NOW)
    assert stored_files() == []
    assert take(upload, b"x" * 2 * PART, 0).received == PART


def test_secrets_in_a_log_are_masked_across_the_border_of_parts(cast: Cast) -> None:
    secret = "0123456789abcdef" * 2
    line = f"app certificate: {secret}\n".encode()
    content = b"x" * (PART - 26) + b"\n" + line + b"joined\n" * 300
    attachment = kept(cast, content)
    stored = read(attachment)
    assert secret.encode() not in stored
    assert b"{masked}" in stored
    assert (attachment.size, attachment.sha256) == (len(stored), hashlib.sha256(stored).hexdigest())
    assert MaskedSecret.objects.get().attachment == attachment


def test_finishing_early_learns_what_is_missing(cast: Cast) -> None:
    content = b"x" * 2 * PART
    upload = take(begun(cast, content), content, 0)
    with pytest.raises(WrongOffset):
        actions.finish_upload(upload=upload, draft_key=uuid.uuid4(), now=NOW)


def test_finishing_twice_gives_the_same_file_and_moves_it_to_the_new_draft(cast: Cast) -> None:
    upload, draft, other = sent(cast, b"x" * PART), uuid.uuid4(), uuid.uuid4()
    first = actions.finish_upload(upload=upload, draft_key=draft, now=NOW)
    again = actions.finish_upload(upload=Upload.objects.get(pk=upload.pk), draft_key=other, now=NOW)
    assert first.pk == again.pk
    assert again.draft_key == other


def test_a_file_that_was_sent_stays_where_it_was_sent(cast: Cast) -> None:
    upload, draft = sent(cast, b"x" * PART), uuid.uuid4()
    actions.finish_upload(upload=upload, draft_key=draft, now=NOW)
    file_ticket(cast, submission_key=draft)
    again = actions.finish_upload(upload=Upload.objects.get(pk=upload.pk), draft_key=uuid.uuid4(), now=NOW)
    assert again.draft_key == draft
    assert again.message is not None
    actions.abandon_upload(upload=Upload.objects.get(pk=upload.pk), by=cast.alice)
    assert Attachment.objects.filter(pk=again.pk).exists()


def test_the_same_file_twice_in_a_draft_is_kept_once(cast: Cast) -> None:
    draft = uuid.uuid4()
    first, second = (kept(cast, b"same" * 400, draft=draft) for _ in range(2))
    assert first.pk == second.pk
    assert stored_files() == [first.file.name]


def test_while_one_worker_puts_it_together_another_does_not(cast: Cast) -> None:
    upload = sent(cast, b"x" * PART)
    parts_of._claim(upload, NOW)
    with pytest.raises(BeingKept):
        actions.finish_upload(upload=Upload.objects.get(pk=upload.pk), draft_key=uuid.uuid4(), now=NOW)


def test_after_a_worker_that_died_another_puts_it_together(cast: Cast) -> None:
    content = b"y" * (2 * PART + 3)
    upload = sent(cast, content)
    parts_of._claim(upload, NOW)
    default_storage.save(Attachment(key=upload.attempt).file.field.generate_filename(Attachment(key=upload.attempt), ""),
                         io.BytesIO(b"half"))  # fmt: skip
    later = NOW + dt.timedelta(minutes=6)
    again = actions.finish_upload(upload=Upload.objects.get(pk=upload.pk), draft_key=uuid.uuid4(), now=later)
    assert read(again) == content
    assert stored_files() == [again.file.name]


def test_one_that_was_only_slow_gives_way(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = sent(cast, b"y" * PART)
    whole = parts_of.put_away

    def put_away_late(*args: Any, **values: Any) -> Stored:
        done = whole(*args, **values)
        monkeypatch.setattr(parts_of, "put_away", whole)
        quick = Upload.objects.get(pk=slow.pk)
        actions.finish_upload(upload=quick, draft_key=uuid.uuid4(), now=NOW + dt.timedelta(minutes=6))
        return done

    monkeypatch.setattr(parts_of, "put_away", put_away_late)
    with pytest.raises(BeingKept):
        actions.finish_upload(upload=slow, draft_key=uuid.uuid4(), now=NOW)
    assert Upload.objects.get().state == UploadState.KEPT
    assert stored_files() == [Attachment.objects.get().file.name]


def test_one_that_is_still_at_it_keeps_its_claim(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts_of, "CLAIM_RENEWED_EVERY", -1)
    upload = sent(cast, b"y" * PART)
    actions.finish_upload(upload=upload, draft_key=uuid.uuid4(), now=NOW)
    claimed_at = Upload.objects.get().claimed_at
    assert claimed_at is not None
    assert claimed_at > NOW


def test_one_that_was_given_up_stops(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts_of, "CLAIM_RENEWED_EVERY", -1)
    upload, peek = sent(cast, b"y" * PART), parts_of.archives.peek

    def given_up_meanwhile(*args: Any) -> Any:
        actions.abandon_upload(upload=Upload.objects.get(pk=upload.pk), by=cast.alice)
        return peek(*args)

    monkeypatch.setattr(parts_of.archives, "peek", given_up_meanwhile)
    with pytest.raises((BeingKept, OSError)):
        actions.finish_upload(upload=upload, draft_key=uuid.uuid4(), now=NOW)
    assert stored_files() == []
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [(zip_of_zeros(300 * MiB), "a hundred times"), (lying_zip(10, MiB), "does not agree")],
    ids=["bomb", "liar"],
)
def test_a_harmful_archive_is_refused_in_words_and_nothing_of_it_stays(cast: Cast, content: bytes, words: str) -> None:
    upload = sent(cast, content, name="logs.zip")
    for _ in range(2):  # asking again costs no second sending
        with pytest.raises(ActionRefused, match=words):
            actions.finish_upload(upload=Upload.objects.get(pk=upload.pk), draft_key=uuid.uuid4(), now=NOW)
    assert stored_files() == []
    assert not Attachment.objects.exists()


def test_what_is_in_an_archive_is_kept_with_it(cast: Cast) -> None:
    attachment = kept(cast, zipped({"a.log": b"x" * 5000}), name="logs.zip")
    assert attachment.contents == {
        "kind": "zip", "count": 1, "size": 5000, "names": ["a.log"], "is_whole": True, "is_locked": False, "secrets": [],
    }  # fmt: skip


class TestLimits:
    def test_a_log_may_be_large_and_a_film_may_not(self, cast: Cast, settings) -> None:
        settings.ATTACHMENT_MAX_BYTES, settings.LOG_MAX_BYTES = 2 * PART, 4 * PART
        log, packed = b"line\n" * 600, gzip.compress(os.urandom(3 * PART))
        assert kept(cast, log).size == 3 * PART
        assert kept(cast, packed, name="sdk.log.gz").size == len(packed)
        with pytest.raises(ActionRefused, match="larger than 3"):
            begun(cast, b"x" * (4 * PART + 1))

    def test_a_film_is_refused_by_its_name_before_it_is_sent(self, cast: Cast, settings) -> None:
        settings.ATTACHMENT_MAX_BYTES = 2 * PART
        with pytest.raises(ActionRefused, match="Only logs and archives"):
            begun(cast, b"\0" * 3 * PART, name="screen.mp4")

    def test_a_film_under_another_name_is_refused_by_its_first_part(self, cast: Cast, settings) -> None:
        settings.ATTACHMENT_MAX_BYTES = 2 * PART
        content = b"\x00\x00\x00\x18ftypmp42" + bytes(3 * PART)
        upload = begun(cast, content, name="screen.bin")
        with pytest.raises(ActionRefused, match="Only logs and archives"):
            take(upload, content, 0)
        assert stored_files() == []
        upload.refresh_from_db()
        assert upload.state == UploadState.REFUSED
        assert "Only logs and archives" in actions.refusal_words(upload)

    def test_an_empty_file_is_refused(self, cast: Cast) -> None:
        with pytest.raises(ActionRefused, match="empty"):
            begun(cast, b"")

    def test_a_draft_holds_so_many_files(self, cast: Cast, settings) -> None:
        settings.ATTACHMENT_MAX_COUNT = 2
        draft = uuid.uuid4()
        on_the_way = sent(cast, b"late", draft_key=draft)
        for number in range(2):
            kept(cast, b"%d" % number, draft=draft, draft_key=draft)
        with pytest.raises(ActionRefused, match="2 files already"):
            begun(cast, b"x", draft_key=draft)
        with pytest.raises(ActionRefused, match="2 files already"):
            actions.finish_upload(upload=on_the_way, draft_key=draft, now=NOW)
        assert actions.finish_upload(upload=on_the_way, draft_key=uuid.uuid4(), now=NOW)

    def test_one_person_sends_only_so_many_at_once(self, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(parts_of, "MOST_AT_ONCE", 2)
        first, _second = begun(cast, b"x"), begun(cast, b"x")
        with pytest.raises(ActionRefused, match="2 files already"):
            begun(cast, b"x")
        begun(cast, b"x", by=cast.bob)
        actions.abandon_upload(upload=first, by=cast.alice)
        begun(cast, b"x")


class TestRoom:
    @pytest.fixture(autouse=True)
    def one_megabyte(self, cast: Cast) -> None:
        SupportPlan.objects.update(file_room_mb=1)

    def test_the_plan_gives_room_to_the_organisation(self, cast: Cast) -> None:
        begun(cast, b"x" * (MiB - 10))
        with pytest.raises(ActionRefused, match="10\xa0bytes are free"):
            begun(cast, b"x" * 11, by=cast.bob)
        begun(cast, b"x" * 10, by=cast.bob)
        begun(cast, b"x" * 11, by=cast.mallory)

    def test_kept_and_sent_files_take_room_and_given_up_ones_none(self, cast: Cast) -> None:
        draft = uuid.uuid4()
        attachment = kept(cast, b"x" * 5 * PART, draft=draft)
        assert Attachment.objects.all().bytes_of(cast.acme) == 5 * PART
        assert Upload.objects.all().bytes_of(cast.acme) == 0
        file_ticket(cast, submission_key=draft)
        assert Attachment.objects.get(pk=attachment.pk).organisation == cast.acme
        upload = begun(cast, b"x" * PART)
        assert Upload.objects.all().bytes_of(cast.acme) == PART
        actions.abandon_upload(upload=upload, by=cast.alice)
        assert Upload.objects.all().bytes_of(cast.acme) == 0

    def test_files_of_staff_take_no_room_of_a_customer(self, cast: Cast) -> None:
        begun(cast, b"x" * 2 * MiB, by=cast.erin, organisation=cast.acme)
        assert Upload.objects.get().organisation is None

    def test_a_file_takes_room_where_its_ticket_is(self, cast: Cast) -> None:
        Membership.objects.create(organisation=cast.other, user=cast.alice)
        draft = uuid.uuid4()
        attachment = kept(cast, b"x" * PART, draft=draft)
        assert attachment.organisation == cast.acme
        file_ticket(cast, submission_key=draft, organisation=cast.other, app=None)
        assert Attachment.objects.get().organisation == cast.other


class TestDiskFull:
    @pytest.fixture
    def full(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Of what is saved some bytes are written, then there is no room."""
        save = FileSystemStorage._save

        def half(self: FileSystemStorage, name: str, content: Any) -> str:
            save(self, name, ContentFile(b"half"))
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        self.save, self.half = save, half

    def test_no_room_for_a_part_leaves_all_as_it_was(self, cast: Cast, full: None, monkeypatch) -> None:
        content = b"x" * 2 * PART
        upload = begun(cast, content)
        monkeypatch.setattr(FileSystemStorage, "_save", self.half)
        with pytest.raises(OSError, match="No space"):
            take(upload, content, 0)
        assert stored_files() == []
        assert Upload.objects.get().received == 0

    def test_no_room_to_put_it_together_keeps_the_parts_for_later(self, cast: Cast, full: None, monkeypatch) -> None:
        upload = sent(cast, b"x" * 2 * PART)
        before = sorted(stored_files())
        monkeypatch.setattr(FileSystemStorage, "_save", self.half)
        with pytest.raises(OSError, match="No space"):
            actions.finish_upload(upload=upload, draft_key=uuid.uuid4(), now=NOW)
        monkeypatch.setattr(FileSystemStorage, "_save", self.save)
        assert sorted(stored_files()) == before
        again = actions.finish_upload(upload=Upload.objects.get(pk=upload.pk), draft_key=uuid.uuid4(), now=NOW)
        assert again.size == 2 * PART


class TestGivingUp:
    def test_a_given_up_upload_is_gone_with_its_parts(self, cast: Cast) -> None:
        upload = sent(cast, b"x" * 2 * PART)
        actions.abandon_upload(upload=upload, by=cast.bob)
        assert Upload.objects.exists()
        actions.abandon_upload(upload=upload, by=cast.alice)
        assert not Upload.objects.exists()
        assert stored_files() == []

    def test_a_kept_file_goes_with_its_upload(self, cast: Cast) -> None:
        upload = sent(cast, b"x" * PART)
        actions.finish_upload(upload=upload, draft_key=uuid.uuid4(), now=NOW)
        with TestCase.captureOnCommitCallbacks(execute=True):
            actions.abandon_upload(upload=Upload.objects.get(), by=cast.alice)
        assert not Attachment.objects.exists()
        assert not Upload.objects.exists()
        assert stored_files() == []

    def test_what_nothing_came_of_for_a_day_is_swept_and_the_rest_stays(self, cast: Cast) -> None:
        old, live = begun(cast, b"x" * 3 * PART), begun(cast, b"y" * 3 * PART)
        for each in (old, live):
            take(each, b"z" * 3 * PART, 0)
        default_storage.save(f"{old.folder}/0-stray", io.BytesIO(b"of a worker that died"))
        take(live, b"y" * 3 * PART, PART, now=NOW + dt.timedelta(hours=5))
        assert actions.sweep_uploads(now=LATER) == 1
        assert actions.sweep_uploads(now=LATER) == 0
        assert Upload.objects.get().pk == live.pk
        assert len(stored_files()) == 2

    def test_the_row_of_a_kept_upload_goes_and_its_file_stays(self, cast: Cast) -> None:
        draft = uuid.uuid4()
        attachment = kept(cast, b"x" * PART, draft=draft)
        file_ticket(cast, submission_key=draft)
        assert actions.sweep_uploads(now=LATER) == 1
        assert not Upload.objects.exists()
        assert stored_files() == [attachment.file.name]

    def test_what_a_worker_died_over_is_swept(self, cast: Cast) -> None:
        upload = sent(cast, b"x" * PART)
        parts_of._claim(upload, NOW)
        actions.sweep_uploads(now=LATER)
        assert not Upload.objects.exists()
        assert stored_files() == []


def test_whose_log_a_file_is_can_be_said_until_it_is_sent(cast: Cast) -> None:
    draft = uuid.uuid4()
    attachment = kept(cast, b"x" * PART, draft=draft)
    for by, side, expected in (
        (cast.bob, "own", ""), (cast.alice, "other", "other"), (cast.alice, "zz\x00", ""), (cast.alice, "own", "own"),
    ):  # fmt: skip
        actions.say_whose_logs(by=by, draft_key=draft, sides={attachment.key: side})
        attachment.refresh_from_db()
        assert attachment.side == expected
    file_ticket(cast, submission_key=draft)
    actions.say_whose_logs(by=cast.alice, draft_key=draft, sides={attachment.key: "other"})
    attachment.refresh_from_db()
    assert attachment.side == "own"


def test_files_that_were_sent_before_take_room_of_their_tickets_organisation(cast: Cast) -> None:
    migration = __import__("tickets.migrations.0012_whose_room", fromlist=["fill"])
    customers, staffs, unsent = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    kept(cast, b"a" * PART, draft=customers)
    ticket = file_ticket(cast, submission_key=customers)
    kept(cast, b"b" * PART, draft=staffs, by=cast.erin)
    actions.reply(ticket=ticket, by=cast.erin, body="", submission_key=staffs, now=NOW)
    kept(cast, b"c" * PART, draft=unsent)
    Attachment.objects.update(organisation=None)
    migration.fill(apps, None)
    assert [each.organisation for each in Attachment.objects.order_by("pk")] == [cast.acme, None, None]
