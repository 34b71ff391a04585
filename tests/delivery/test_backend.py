"""Django's `send_mail` owes a row and sends nothing."""

from __future__ import annotations

import pytest
from django.core import mail
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.db import transaction

from delivery.models import OutboundMessage

pytestmark = pytest.mark.django_db
BACKEND = "delivery.backend.OwedEmailBackend"


def owed(message: EmailMessage) -> list[OutboundMessage]:
    message.connection = get_connection(BACKEND)
    message.send()
    return list(OutboundMessage.objects.order_by("pk"))


def test_every_recipient_gets_a_row_of_their_own():
    message = EmailMultiAlternatives("Hi", "Text", to=["a@example.test", "B <b@example.test>"], bcc=["c@example.test"])
    message.attach_alternative("<p>Text</p>", "text/html")
    rows = owed(message)
    assert [row.address for row in rows] == ["a@example.test", "b@example.test", "c@example.test"]
    assert {(row.body_text, row.body_html, row.is_sensitive) for row in rows} == {("Text", "<p>Text</p>", True)}
    assert mail.outbox == []


def test_a_mail_whose_cause_is_rolled_back_is_never_owed():
    with transaction.atomic():
        assert owed(EmailMessage("Hi", "Text", to=["a@example.test"]))
        transaction.set_rollback(True)
    assert not OutboundMessage.objects.exists()


def test_a_break_in_the_subject_or_address_adds_no_recipient():
    (row,) = owed(EmailMessage("a\r\nBcc: victim@example.org", "Text", to=["a@example.test"]))
    assert row.subject == "a Bcc: victim@example.org"
    assert row.address == "a@example.test"


def test_files_are_refused_rather_than_lost():
    message = EmailMessage("Hi", "Text", to=["a@example.test"])
    message.attach("log.txt", "log", "text/plain")
    with pytest.raises(ValueError, match="no files"):
        owed(message)


def test_a_mail_says_itself_that_it_is_not_sensitive():
    (row,) = owed(EmailMessage("Hi", "Text", to=["a@example.test"], headers={"X-Delivery-Plain": "yes"}))
    assert not row.is_sensitive
