"""Whatever way a person's words or files come in, no secret of them is stored, and both sides read what was masked."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.db import models, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from escalation import actions as escalation_actions
from tests.cast import NOW, Cast, file_ticket
from tests.tickets.secrets_table import APP_ID, HEX, JWT
from tickets import actions
from tickets.actions import EnvironmentFacts
from tickets.choices import EventKind, SecretKind
from tickets.drafting import Stand, Typed
from tickets.models import Attachment, MaskedSecret, Message, Ticket, TicketEvent
from tickets.wording import event_line

SECRET = f"My App certificate: {HEX}"
LATER = NOW + dt.timedelta(minutes=5)
HOUR = dt.timedelta(hours=1)
Act = Callable[[Cast, Ticket, str], object]


def ask(cast: Cast, ticket: Ticket, words: str) -> object:
    return escalation_actions.request_escalation(
        ticket=ticket, by=cast.alice, reason="progress", body=words, submission_key=uuid.uuid4(), now=LATER
    )


def after_asking(act: Callable[..., object], **given: Any) -> Act:
    def run(cast: Cast, ticket: Ticket, words: str) -> object:
        ask(cast, ticket, "Nobody answers.")
        filled = {name: words if value is None else value for name, value in given.items()}
        return act(ticket=ticket, by=cast.mona, now=LATER, **filled)

    return run


def resolve(cast: Cast, ticket: Ticket, **words: str) -> object:
    plain = {"message": "Done.", "cause": "c", "fix": "f", "prevention": "p"}
    return actions.resolve(ticket=ticket, by=cast.erin, now=LATER, **(plain | words))


def reopen(cast: Cast, ticket: Ticket, words: str) -> object:
    resolve(cast, ticket)
    return actions.reopen(ticket=ticket, by=cast.alice, reason=words, now=LATER)


def hand_up(cast: Cast, ticket: Ticket, words: str) -> object:
    return escalation_actions.hand_up(ticket=ticket, by=cast.erin, reason=words, tried="t", ask="a", now=LATER)


def answered(cast: Cast, ticket: Ticket, words: str) -> object:
    actions.reply_and_wait(ticket=ticket, by=cast.erin, body="", questions=["Which config?"], now=LATER)
    reply = actions.GivenReply(inquiry=ticket.inquiries.get().pk, text=words)
    return actions.answer_questions(ticket=ticket, by=cast.alice, replies=[reply], now=LATER)


def noted(field: str) -> Act:
    return lambda cast, ticket, words: actions.investigate(
        ticket=ticket, by=cast.erin, findings=actions.Findings(**{field: words}), now=LATER
    )


def filed(field: str) -> Act:
    return lambda cast, ticket, words: file_ticket(cast, now=LATER, **{field: words})


def filed_from(field: str) -> Act:
    return lambda cast, ticket, words: file_ticket(cast, now=LATER, environment=EnvironmentFacts(**{field: words}))


ACTS: dict[str, Act] = {
    "a ticket's sentence": filed("subject"),
    "a ticket's description": filed("description"),
    **{
        f"a ticket's {name}": filed_from(name)
        for name in ("os_version", "device", "channel", "user_ids", "steps")
    },
    "a customer's reply": lambda cast, t, w: actions.customer_reply(ticket=t, by=cast.alice, body=w, now=LATER),
    "an engineer's reply": lambda cast, t, w: actions.reply(ticket=t, by=cast.erin, body=w, now=LATER),
    "a reply that waits": lambda cast, t, w: actions.reply_and_wait(ticket=t, by=cast.erin, body=w, now=LATER),
    "a question to the customer": lambda cast, t, w: actions.reply_and_wait(
        ticket=t, by=cast.erin, body="", questions=[w], now=LATER
    ),
    "an answer to a question": answered,
    "an internal note": lambda cast, t, w: actions.note(ticket=t, by=cast.erin, body=w, now=LATER),
    "a solution": lambda cast, t, w: resolve(cast, t, message=w),
    "a cause": lambda cast, t, w: resolve(cast, t, cause=w),
    "a fix": lambda cast, t, w: resolve(cast, t, fix=w),
    "a prevention": lambda cast, t, w: resolve(cast, t, prevention=w),
    **{f"what is noted as {name}": noted(name) for name in ("hypothesis", "tried", "reproduced_how", "conclusion", "fix")},
    "a reopening": reopen,
    "a reason for a severity": lambda cast, t, w: actions.change_severity(
        ticket=t, by=cast.alice, severity="p1", reason=w, now=LATER
    ),
    "an escalation": ask,
    "a hand-up": hand_up,
    "an accepted escalation": after_asking(escalation_actions.accept_request, plan=None, expected_at=NOW + HOUR),
    "an answered escalation": after_asking(escalation_actions.answer_request, answer=None),
    "a plan": after_asking(escalation_actions.set_plan, plan=None, expected_at=NOW + HOUR),
}  # fmt: skip


def everything_stored() -> str:
    """Every text and every JSON of every row of the database."""
    found = []
    for model in apps.get_models():
        kinds = (models.CharField, models.TextField, models.JSONField)
        names = [each.attname for each in model._meta.concrete_fields if isinstance(each, kinds)]
        if names:
            found += [repr(row) for row in model._base_manager.values_list(*names)]
    return "\n".join(found)


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())
def test_no_row_of_the_database_holds_the_secret_and_an_event_says_so(cast: Cast, act: Act) -> None:
    act(cast, file_ticket(cast), SECRET)

    stored = everything_stored()
    assert HEX not in stored
    assert "{masked}" in stored
    event = TicketEvent.objects.filter(kind=EventKind.SECRETS_MASKED).latest("pk")
    row = MaskedSecret.objects.filter(event=event).latest("pk")
    assert (row.ticket_id, row.kind, row.count, row.at) == (event.ticket_id, SecretKind.CERTIFICATE, 1, LATER)
    assert "App certificate" in event_line(event)


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())
def test_without_a_secret_nothing_is_said_and_nothing_changed(cast: Cast, act: Act) -> None:
    words = f"App ID {APP_ID}, sid {HEX}"
    act(cast, file_ticket(cast), words)
    assert words in everything_stored()
    assert not TicketEvent.objects.filter(kind=EventKind.SECRETS_MASKED).exists()
    assert not MaskedSecret.objects.exists()


def test_the_end_of_an_escalation_is_masked_too(cast: Cast) -> None:
    ticket = file_ticket(cast)
    ask(cast, ticket, "Nobody answers.")
    later = {"ticket": ticket, "by": cast.mona, "now": LATER}
    escalation_actions.accept_request(plan="We look.", expected_at=NOW + HOUR, **later)
    escalation_actions.close_commitment(outcome=SECRET, **later)
    assert HEX not in everything_stored()


def test_a_draft_holds_no_secret(cast: Cast) -> None:
    typed: Typed = {"description": SECRET, "several": [SECRET, "b"]}
    draft = actions.keep_draft(by=cast.alice, key=uuid.uuid4(), typed=typed, stand=Stand.fresh(), now=NOW)
    assert draft is not None
    draft.refresh_from_db()
    assert draft.typed == {
        "description": "My App certificate: {masked}",
        "several": ["My App certificate: {masked}", "b"],
    }


def test_a_hand_over_sent_twice_is_one_step_though_its_words_were_masked(cast: Cast) -> None:
    ticket = file_ticket(cast)
    words = {"reason": SECRET, "tried": "t", "ask": f"Check {JWT}"}
    first, second = (
        escalation_actions.hand_up(ticket=ticket, by=cast.erin, now=LATER, seen_step=0, **words) for _ in range(2)
    )
    assert first == second
    masked = TicketEvent.objects.filter(kind=EventKind.SECRETS_MASKED).values_list("is_public", flat=True)
    assert sorted(masked) == [False, True], "of the reason the customer is told, of the rest our side alone"


def test_what_is_recorded_comes_back_with_everything_when_the_action_fails(cast: Cast) -> None:
    ticket = file_ticket(cast)
    with pytest.raises(ZeroDivisionError):
        _reply_that_breaks(cast, ticket)
    assert not MaskedSecret.objects.exists()
    assert not TicketEvent.objects.filter(kind=EventKind.SECRETS_MASKED).exists()


def _reply_that_breaks(cast: Cast, ticket: Ticket) -> None:
    with transaction.atomic():
        actions.customer_reply(ticket=ticket, by=cast.alice, body=SECRET, now=LATER)
        raise ZeroDivisionError


def test_a_subject_of_the_greatest_length_still_fits(cast: Cast) -> None:
    subject = ("x" * 200)[: 200 - len(SECRET) - 1] + " " + SECRET
    assert len(file_ticket(cast, subject=subject).subject) <= 200


# --- What people read ---------------------------------------------------------------------------------------------------


def pages(cast: Cast, ticket: Ticket) -> dict[str, str]:
    found = {}
    addresses = {
        "alice": ticket.get_absolute_url(),
        "erin": reverse("admin:tickets_ticket_change", args=[ticket.pk]),
    }
    for name, address in addresses.items():
        client = Client()
        client.force_login(getattr(cast, name))
        found[name] = client.get(address).content.decode()
    return found


def test_both_sides_read_what_was_masked(cast: Cast) -> None:
    ticket = file_ticket(cast, description=f"{SECRET}, token {JWT}")
    for page in pages(cast, ticket).values():
        assert "2 secrets in what Alice Chen sent were masked: App certificate (message), JWT (message)" in page
        assert HEX not in page


def test_the_customer_does_not_learn_of_a_secret_in_an_internal_note(cast: Cast) -> None:
    ticket = file_ticket(cast)
    actions.note(ticket=ticket, by=cast.erin, body=SECRET, now=LATER)
    words = "1 secret in what Erin Wu sent was masked: App certificate (message)"
    shown = pages(cast, ticket)
    assert words in shown["erin"]
    assert words not in shown["alice"]


def test_the_line_is_in_the_readers_language(cast: Cast) -> None:
    ticket = file_ticket(cast, description=f"{SECRET}\n{SECRET}")
    event = TicketEvent.objects.get(kind=EventKind.SECRETS_MASKED, ticket=ticket)
    with translation.override("zh-hans"):
        assert event_line(event) == "Alice Chen 发送的内容中有 2 处敏感信息已脱敏：App 证书 ×2（正文）"


# --- Files --------------------------------------------------------------------------------------------------------------


def kept(cast: Cast, name: str, content: bytes, key: uuid.UUID | None = None) -> Attachment:
    upload = SimpleUploadedFile(name, content)
    return actions.store_file(upload=upload, by=cast.alice, draft_key=key or uuid.uuid4(), now=NOW)


LOG = (f"10:00:00 joined {APP_ID}\n" * 9_000 + f"10:00:01 {SECRET}\n" + "10:00:02 rtt 12\n" * 9_000).encode()


@pytest.mark.parametrize("name", ["agora.log", "日志.txt", "config.json", "notes"])
def test_a_text_file_is_stored_without_its_secret_and_measured_as_it_is_stored(cast: Cast, name: str) -> None:
    file = kept(cast, name, LOG)
    stored = file.file.read()
    assert stored == LOG.replace(HEX.encode(), b"{masked}")
    assert (file.size, file.sha256) == (len(stored), hashlib.sha256(stored).hexdigest())
    assert list(file.masked_secrets.values_list("kind", "where", "count", "ticket")) == [
        ("app_certificate", "file", 1, None)
    ]


def test_a_file_of_a_big_request_is_masked_too(cast: Cast) -> None:
    upload = TemporaryUploadedFile("big.log", "text/plain", len(LOG), None)
    upload.write(LOG)
    upload.seek(0)
    file = actions.store_file(upload=upload, by=cast.alice, draft_key=uuid.uuid4(), now=NOW)
    assert HEX.encode() not in file.file.read()


@pytest.mark.parametrize(
    "content",
    [
        f"日志：certificate {HEX}\n".encode("gb18030"),
        f"\x00\x00\x00 {SECRET}".encode(),
        f"﻿{SECRET}".encode("utf-16-le"),
    ],
    ids=["gb18030", "zeros", "utf-16"],
)
def test_logs_of_other_encodings_are_masked(cast: Cast, content: bytes) -> None:
    stored = kept(cast, "app.log", content).file.read()
    assert b"{masked}" in stored.replace(b"\x00", b"")
    assert HEX.encode() not in stored.replace(b"\x00", b"")


@pytest.mark.parametrize(
    "head", [b"PK\x03\x04\x14\x00\x00\x00", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", b"\x1f\x8b\x08\x00"]
)
def test_what_is_no_text_is_kept_to_the_byte(cast: Cast, head: bytes) -> None:
    content = head + SECRET.encode()
    assert kept(cast, "a.bin", content).file.read() == content


def test_a_file_sent_twice_under_a_draft_is_kept_and_counted_once(cast: Cast) -> None:
    key = uuid.uuid4()
    assert kept(cast, "a.log", LOG, key) == kept(cast, "a.log", LOG, key)
    assert MaskedSecret.objects.count() == 1


def test_sending_tells_of_the_files_secrets_beside_the_texts(cast: Cast) -> None:
    key = uuid.uuid4()
    kept(cast, "agora.log", LOG, key)
    ticket = file_ticket(cast, description=f"token {JWT}", submission_key=key)
    event = TicketEvent.objects.get(kind=EventKind.SECRETS_MASKED)
    assert event_line(event).endswith("masked: JWT (message), App certificate (agora.log)")
    assert set(MaskedSecret.objects.values_list("ticket", "event")) == {(ticket.pk, event.pk)}


class RecordingStorage(FileSystemStorage):
    """Remembers every byte that was ever written to it, also of what is deleted again."""

    written = b""

    def _save(self, name: str, content: File) -> str:
        name = super()._save(name, content)
        with self.open(name) as stored:
            type(self).written += stored.read()
        return name


def test_a_secret_in_a_log_that_comes_with_a_form_never_reaches_the_storage(
    cast: Cast, settings, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RecordingStorage, "written", b"")
    backend = f"{RecordingStorage.__module__}.{RecordingStorage.__qualname__}"
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": backend, "OPTIONS": {"location": tmp_path}}}
    ticket, client = file_ticket(cast), Client()
    client.force_login(cast.alice)
    address = reverse("tickets:reply", args=[ticket.pk])
    body = {"submission_key": str(uuid.uuid4()), "body": "The log.", "files": [SimpleUploadedFile("agora.log", LOG)]}
    assert client.post(address, body).status_code == 302
    assert len(RecordingStorage.written) == len(LOG) - len(HEX) + len("{masked}")
    assert HEX.encode() not in RecordingStorage.written
    assert MaskedSecret.objects.get().ticket == ticket


def test_of_a_log_that_comes_in_parts_no_secret_is_left_in_the_storage(cast: Cast, settings, tmp_path) -> None:
    """Until the last part is here the parts stand as they came: what they hold together is known only then."""
    backend = "django.core.files.storage.FileSystemStorage"
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": backend, "OPTIONS": {"location": tmp_path}}}
    draft = uuid.uuid4()
    upload = actions.begin_upload(
        key=uuid.uuid4(), name="agora.log", size=len(LOG), draft_key=draft, by=cast.alice, now=NOW
    )
    upload = actions.take_part(upload=upload, offset=0, length=len(LOG), content=io.BytesIO(LOG), now=NOW)
    actions.finish_upload(upload=upload, draft_key=draft, now=NOW)
    stored = [each.read_bytes() for each in tmp_path.rglob("*") if each.is_file()]
    assert stored == [LOG.replace(HEX.encode(), b"{masked}")]


def test_a_reply_with_nothing_but_a_file_tells_too(cast: Cast) -> None:
    ticket, key = file_ticket(cast), uuid.uuid4()
    kept(cast, "agora.log", LOG, key)
    actions.customer_reply(ticket=ticket, by=cast.alice, body="", submission_key=key, now=LATER)
    assert TicketEvent.objects.filter(kind=EventKind.SECRETS_MASKED, ticket=ticket).count() == 1


def test_a_file_taken_off_again_leaves_no_record(cast: Cast) -> None:
    file = kept(cast, "agora.log", LOG)
    actions.discard_unsent(attachment=file, by=cast.alice)
    assert not MaskedSecret.objects.exists()


def test_nobody_is_told_twice_of_one_letter(cast: Cast) -> None:
    ticket = file_ticket(cast)
    actions.customer_reply(ticket=ticket, by=cast.alice, body=SECRET, submission_key=uuid.UUID(int=7), now=LATER)
    actions.customer_reply(ticket=ticket, by=cast.alice, body=SECRET, submission_key=uuid.UUID(int=7), now=LATER)
    assert Message.objects.filter(ticket=ticket).count() == 2
    assert MaskedSecret.objects.count() == 1
