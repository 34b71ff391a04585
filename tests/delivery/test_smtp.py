"""A real conversation with mail servers on the loopback: good, refusing, busy, silent, gone."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from pytest_django import Settings

from delivery.actions import owe_email
from delivery.models import OutboundMessage
from delivery.sending import send_due
from tests.delivery.mail_servers import Postbox, free_port, serving, silent

NOW = dt.datetime(2026, 6, 8, 2, 0, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def smtp(settings: Settings) -> None:
    settings.DELIVERY_EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_TIMEOUT = 1


def owe(*names: str, **fields: str) -> None:
    for name in names:
        values = {"subject": "Hello", "body_text": "Text", "body_html": "<p>Text</p>"} | fields
        owe_email(key=f"to-{name}", address=f"{name}@example.test", now=NOW, **values)


def states() -> dict[str, str]:
    return {row.address.split("@")[0]: row.state for row in OutboundMessage.objects.all()}


def test_mails_go_out_over_one_connection(settings: Settings) -> None:
    owe("alice", "bob")
    with serving(postbox := Postbox()) as settings.EMAIL_PORT:
        assert send_due(NOW).sent == 2
    assert postbox.recipients == ["alice@example.test", "bob@example.test"]
    assert [mail["Message-ID"] for mail in postbox.received] == [
        "<to-alice@supportdesk.example>",
        "<to-bob@supportdesk.example>",
    ]


def test_one_recipient_refused_and_one_put_off_delay_nobody_else(settings: Settings) -> None:
    owe("gone", "busy", "alice")
    with serving(postbox := Postbox(gone="550 no such user", busy="450 try later")) as settings.EMAIL_PORT:
        send_due(NOW)
        assert states() == {"gone": "failed", "busy": "owed", "alice": "sent"}
        postbox.answers.clear()
        assert send_due(NOW + dt.timedelta(minutes=1)).sent == 1
    assert states() == {"gone": "failed", "busy": "sent", "alice": "sent"}
    assert "550" in OutboundMessage.objects.get(state="failed").last_error


@pytest.mark.parametrize(("answer", "state"), [("554 spam", "failed"), ("452 disk full", "owed")])
def test_a_refused_body_fails_or_waits_by_its_code(settings: Settings, answer: str, state: str) -> None:
    owe("alice")
    with serving(Postbox(data=answer)) as settings.EMAIL_PORT:
        send_due(NOW)
    assert states() == {"alice": state}


def test_a_silent_server_holds_a_sender_for_two_time_outs_only(settings: Settings) -> None:
    owe("alice", "bob", "olga", "erin")
    with silent() as settings.EMAIL_PORT:
        began = time.monotonic()
        assert send_due(NOW).postponed == 2
        assert time.monotonic() - began < 5
    assert set(states().values()) == {"owed"}


def test_a_server_that_is_down_costs_nothing_but_time(settings: Settings) -> None:
    owe("alice")
    settings.EMAIL_PORT = free_port()
    assert send_due(NOW).postponed == 1
    with serving(Postbox()) as settings.EMAIL_PORT:
        assert send_due(NOW + dt.timedelta(minutes=1)).sent == 1


def test_a_line_break_in_a_subject_reaches_nobody_else(settings: Settings) -> None:
    owe("alice", subject="a\r\nBcc: victim@example.org")
    with serving(postbox := Postbox()) as settings.EMAIL_PORT:
        send_due(NOW)
    assert postbox.recipients == ["alice@example.test"]
    assert postbox.received[0]["Subject"] == "a Bcc: victim@example.org"
    assert postbox.received[0]["Bcc"] is None


def test_a_mail_in_chinese_arrives_as_it_was_written(settings: Settings) -> None:
    owe("alice", subject="工单 #7：视频卡住", body_text="您好，Erin 回复了。")
    with serving(postbox := Postbox()) as settings.EMAIL_PORT:
        send_due(NOW)
    (mail,) = postbox.received
    text = next(part for part in mail.walk() if part.get_content_type() == "text/plain")
    payload = text.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode().strip() == "您好，Erin 回复了。"
