"""Mail servers that are silent, busy, refusing, or that hang up: nobody waits long, and no mail gets lost unseen."""

from __future__ import annotations

import datetime as dt
import time
from collections import Counter

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from pytest_django import Settings

from delivery.actions import owe_email, send_again
from delivery.models import OutboundMessage
from delivery.sending import send_due
from tests.cast import NOW
from tests.delivery.mail_servers import Postbox, serving, silent

pytestmark = [pytest.mark.faults, pytest.mark.django_db]
MINUTE = dt.timedelta(minutes=1)
SLOT_IS_FREE_WITHIN = 17.0  # seconds: the mail server's time-out of the site's own settings, and a little


@pytest.fixture(autouse=True)
def smtp(settings: Settings) -> None:
    settings.DELIVERY_EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False


def owe(*names: str) -> None:
    for name in names:
        owe_email(key=f"to-{name}", address=f"{name}@example.test", subject="Hello", body_text="Text", now=NOW)


def states() -> dict[str, str]:
    return {row.address.split("@")[0]: row.state for row in OutboundMessage.objects.all()}


def test_a_silent_server_holds_a_worker_for_one_time_out(settings: Settings) -> None:
    owe("alice", "bob", "carol", "dave")
    with silent() as settings.EMAIL_PORT:
        began = time.monotonic()
        tally = send_due(NOW)
        assert time.monotonic() - began < SLOT_IS_FREE_WITHIN
    assert (tally.sent, tally.failed, tally.postponed) == (0, 0, 1)
    # Only the one that was tried waits its minute; the others go out as soon as anybody answers.
    postbox = Postbox()
    with serving(postbox) as settings.EMAIL_PORT:
        assert send_due(NOW).sent == 3
        assert send_due(NOW + MINUTE).sent == 1
    assert sorted(postbox.recipients) == [f"{name}@example.test" for name in ("alice", "bob", "carol", "dave")]


def test_a_busy_and_a_refusing_server_delay_no_other_recipient(settings: Settings) -> None:
    owe("busy", "alice", "refused", "bob", "full", "carol")
    postbox = Postbox(busy="451 try later", refused="550 no such person", full="452 mailbox full")
    with serving(postbox) as settings.EMAIL_PORT:
        assert send_due(NOW).sent == 3
        assert states() == {
            "busy": "owed", "full": "owed", "refused": "failed", "alice": "sent", "bob": "sent", "carol": "sent",
        }  # fmt: skip
        errors = dict(OutboundMessage.objects.values_list("address", "last_error"))
        assert "451" in errors["busy@example.test"]
        assert "550" in errors["refused@example.test"]
        postbox.answers.clear()
        assert send_due(NOW + MINUTE).sent == 2
        assert states()["refused"] == "failed"  # until a person has it sent again
        assert send_again(
            ids=list(OutboundMessage.objects.filter(state="failed").values_list("pk", flat=True)), now=NOW
        )
        assert send_due(NOW + MINUTE).sent == 1


class CutAfterData(Postbox):
    """Takes the mail for the chosen and hangs up before it says so, the first time."""

    def __init__(self, chosen: str) -> None:
        super().__init__()
        self.chosen = f"{chosen}@example.test"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        is_first = self.chosen not in self.recipients
        answer = await super().handle_DATA(server, session, envelope)
        if is_first and self.chosen in envelope.rcpt_tos and server.transport:
            server.transport.abort()
        return answer


def test_a_line_cut_after_the_mail_sends_it_again_recognisably(settings: Settings) -> None:
    owe("alice", "bob", "carol")
    postbox = CutAfterData("bob")
    with serving(postbox) as settings.EMAIL_PORT:
        tally = send_due(NOW)
        assert (tally.sent, tally.postponed) == (2, 1)
        assert states() == {"alice": "sent", "bob": "owed", "carol": "sent"}
        assert send_due(NOW + MINUTE).sent == 1
    ids = Counter(mail["Message-ID"] for mail in postbox.received)
    assert sorted(ids.values()) == [1, 1, 2]
    assert postbox.recipients.count("bob@example.test") == 2


def test_a_server_that_refuses_all_for_three_days_leaves_failures_to_see(settings: Settings) -> None:
    owe("alice", "bob")
    with serving(Postbox(data="451 try later")) as settings.EMAIL_PORT:
        for hours in range(80):
            send_due(NOW + dt.timedelta(hours=hours))
    assert states() == {"alice": "failed", "bob": "failed"}
    assert all("451" in row.last_error for row in OutboundMessage.objects.all())
