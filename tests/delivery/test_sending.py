"""The sender: claims, leases, retries, refusals, and rows that nobody foresaw."""

from __future__ import annotations

import datetime as dt
import email
import smtplib

import pytest
from django.core import mail
from django.test import override_settings

from delivery import sending
from delivery.actions import owe_email, send_again
from delivery.errors import Refused, Unavailable
from delivery.models import OutboundMessage
from delivery.sending import claim_next, send_due
from delivery.transport import Transport, as_email, judge, message_id

NOW = dt.datetime(2026, 6, 8, 2, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_memory(settings):
    settings.DELIVERY_EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def owe(key: str = "one", address: str = "alice@example.test", **fields) -> OutboundMessage:
    values = {"subject": "Hello", "body_text": "Text", "now": NOW}
    owe_email(key=key, address=address, **(values | fields))
    return OutboundMessage.objects.get(idempotency_key=key)


def failing(monkeypatch: pytest.MonkeyPatch, error: Exception, *, only: str = "") -> list[str]:
    """Have the transport raise for that address, or for all; the addresses that were tried."""
    tried: list[str] = []

    def send(self: Transport, message: OutboundMessage) -> None:
        tried.append(message.address)
        if not only or message.address == only:
            raise error

    monkeypatch.setattr(Transport, "send", send)
    return tried


def test_a_message_is_sent_once_with_its_headers():
    message = owe(body_html="<p>Text</p>")
    assert send_due(NOW).sent == 1
    assert send_due(NOW).sent == 0
    (sent,) = mail.outbox
    assert sent.to == ["alice@example.test"]
    assert sent.extra_headers["Message-ID"] == message_id("one")
    assert sent.extra_headers["Auto-Submitted"] == "auto-generated"
    message.refresh_from_db()
    assert (message.state, message.sent_at, message.attempts, message.lease_until) == ("sent", NOW, 1, None)


def test_the_same_key_owes_one_message_however_often_it_is_owed():
    assert owe_email(key="k", address="a@example.test", subject="First", body_text="", now=NOW)
    assert not owe_email(key="k", address="b@example.test", subject="Second", body_text="", now=NOW)
    assert OutboundMessage.objects.get().subject == "First"


def test_a_second_sender_finds_nothing_while_the_lease_holds_and_the_message_after_it():
    owe()
    assert claim_next(NOW)
    assert claim_next(NOW) is None
    assert claim_next(NOW + sending.LEASE - dt.timedelta(seconds=1)) is None
    again = claim_next(NOW + sending.LEASE)
    assert again
    assert again.attempts == 2


def test_a_sender_that_lost_its_lease_writes_over_nobody():
    owe()
    slow = claim_next(NOW)
    assert slow
    fast = claim_next(NOW + sending.LEASE)
    assert fast
    sending._failed(slow, "late", sending.Tally())
    assert OutboundMessage.objects.get().state == "owed"


def test_a_message_that_kills_its_senders_is_given_up_in_the_end():
    owe()
    now = NOW
    for _ in range(200):
        if not OutboundMessage.objects.filter(state="owed").exists():
            break
        claim_next(now)  # and the sender dies
        now += dt.timedelta(hours=1)
    message = OutboundMessage.objects.get()
    assert message.state == "failed"
    assert "died" in message.last_error
    assert message.attempts < 80


def test_a_failure_for_now_waits_as_the_schedule_says(monkeypatch):
    owe()
    failing(monkeypatch, Unavailable("421 later"))
    now, waits = NOW, []
    for _ in range(6):
        send_due(now)
        following = OutboundMessage.objects.get().next_attempt_at
        waits.append(int((following - now).total_seconds() // 60))
        now = following
    assert waits == [1, 5, 15, 60, 60, 60]
    assert OutboundMessage.objects.get().last_error == "421 later"


def test_it_is_given_up_after_three_days(monkeypatch):
    owe()
    failing(monkeypatch, Unavailable("421 later"))
    now = NOW
    while OutboundMessage.objects.get().state == "owed":
        send_due(now)
        now = OutboundMessage.objects.get().next_attempt_at
    assert now <= NOW + dt.timedelta(hours=72)
    assert OutboundMessage.objects.get().attempts == 75


def test_a_refusal_fails_at_once_and_can_be_sent_again(monkeypatch):
    message = owe()
    failing(monkeypatch, Refused("550 no such user"))
    assert send_due(NOW).failed == 1
    assert OutboundMessage.objects.get().last_error == "550 no such user"
    monkeypatch.undo()
    assert send_due(NOW + MINUTE).sent == 0
    assert send_again(ids=[message.pk], now=NOW + MINUTE) == 1
    assert send_again(ids=[message.pk], now=NOW + MINUTE) == 0
    assert send_due(NOW + MINUTE).sent == 1


def test_one_recipients_failure_delays_no_other(monkeypatch):
    for number in range(5):
        owe(key=f"bad{number}", address="bad@example.test")
    owe(key="good", address="good@example.test")
    failing(monkeypatch, Unavailable("450 mailbox busy"), only="bad@example.test")
    assert send_due(NOW).sent == 1


def test_a_server_that_cannot_be_reached_is_left_alone_after_two_messages(monkeypatch):
    for number in range(5):
        owe(key=f"m{number}")
    tried = failing(monkeypatch, Unavailable("timed out", is_whole_channel=True))
    assert send_due(NOW).postponed == 2
    assert len(tried) == 2
    assert OutboundMessage.objects.filter(attempts=0).count() == 3


def test_a_row_nobody_foresaw_is_parked_after_three_attempts_and_stops_no_other(monkeypatch):
    owe(key="poison", address="poison@example.test")
    owe(key="good", address="good@example.test")
    failing(monkeypatch, ZeroDivisionError("?"), only="poison@example.test")
    assert send_due(NOW).sent == 1
    for minutes in (2, 10, 30, 100):
        send_due(NOW + minutes * MINUTE)
    poison = OutboundMessage.objects.get(idempotency_key="poison")
    assert (poison.state, poison.attempts) == ("failed", 3)


def test_urgent_messages_go_first(monkeypatch):
    owe(key="slow", address="slow@example.test")
    owe(key="page", address="page@example.test", is_urgent=True)
    tried = failing(monkeypatch, Refused("no"))
    send_due(NOW)
    assert tried == ["page@example.test", "slow@example.test"]


@pytest.mark.parametrize("is_demo", [False, True])
def test_subject_and_body_of_a_sensitive_message_are_blanked_once_sent_but_for_demonstrations(is_demo: bool):
    owe(subject="123 is your code", body_text="Type 123", is_sensitive=True)
    with override_settings(DEMO=is_demo):
        send_due(NOW)
    assert (mail.outbox[0].subject, mail.outbox[0].body) == ("123 is your code", "Type 123")
    kept = OutboundMessage.objects.get()
    assert (kept.subject, kept.body_text) == (("123 is your code", "Type 123") if is_demo else ("", ""))


@pytest.mark.parametrize("address", ["", "nobody", "a@b@c.test", "a@example.test, b@example.test", "a@exa mple.test"])
def test_what_is_no_address_is_refused(address: str):
    with pytest.raises(Refused):
        as_email(owe(address=address))


@pytest.mark.parametrize("breaks", ["\r\n", "\n", "\r", "\x0b", "\u2028", "\x00"])
def test_a_subject_cannot_add_a_header(breaks: str):
    owe(subject=f"a{breaks}Bcc: victim@example.org")
    send_due(NOW)
    (sent,) = mail.outbox
    assert sent.recipients() == ["alice@example.test"]
    parsed = email.message_from_bytes(sent.message().as_bytes())
    assert parsed["Bcc"] is None
    assert parsed["Subject"] == "a Bcc: victim@example.org"


@pytest.mark.parametrize("text", ["%s %(x)s %d", "{0} {x}", "{{ user }} {% now %}", "100 % 视频"])
def test_text_that_looks_like_a_template_stays_as_it_was_written(text: str):
    owe(subject=text, body_text=text)
    send_due(NOW)
    assert mail.outbox[0].subject == text
    assert mail.outbox[0].body == text


@pytest.mark.parametrize(
    ("error", "is_for_good", "is_whole_channel"),
    [
        (smtplib.SMTPRecipientsRefused({"a@b.test": (550, b"no")}), True, False),
        (smtplib.SMTPRecipientsRefused({"a@b.test": (451, b"later")}), False, False),
        (smtplib.SMTPDataError(554, b"spam"), True, False),
        (smtplib.SMTPDataError(452, b"full"), False, False),
        (smtplib.SMTPSenderRefused(550, b"no", "x@y.test"), True, False),
        (smtplib.SMTPAuthenticationError(535, b"bad password"), False, True),
        (smtplib.SMTPServerDisconnected("gone"), False, True),
        (TimeoutError("timed out"), False, True),
        (ConnectionRefusedError("refused"), False, True),
        (UnicodeEncodeError("ascii", "é", 0, 1, "no"), True, False),
    ],
)
def test_what_a_mail_server_says_is_for_good_or_for_now(error: Exception, is_for_good: bool, is_whole_channel: bool):
    verdict = judge(error)
    assert isinstance(verdict, Refused) is is_for_good
    assert getattr(verdict, "is_whole_channel", False) is is_whole_channel


def test_message_ids_are_stable_and_well_formed(settings):
    settings.DEFAULT_FROM_EMAIL = "Help <help@vendor.example>"
    assert message_id("notice:12:7:email") == "<notice.12.7.email@vendor.example>"
