"""Getting one message out, and saying in two words why not: `Refused` for good, or `Unavailable` for now."""

from __future__ import annotations

import re
import smtplib
from collections.abc import Callable
from email.encoders import encode_base64
from email.mime.base import MIMEBase
from types import TracebackType

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import BadHeaderError, EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.validators import validate_email

from delivery.choices import Channel
from delivery.errors import Refused, Unavailable
from delivery.models import OutboundMessage
from delivery.webhook import post


class Transport:
    """Sends messages of every channel; keeps one mail connection open from the first mail to the end of the block."""

    def __init__(self) -> None:
        self._connection: BaseEmailBackend | None = None
        self._senders: dict[str, Callable[[OutboundMessage], None]] = {
            Channel.EMAIL: self._mail,
            Channel.WEBHOOK: post,
        }

    def __enter__(self) -> Transport:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hang_up()

    def send(self, message: OutboundMessage) -> None:
        """Send it, at most about 15 s a step of the exchange. Raises Refused or Unavailable."""
        self._senders[message.channel](message)

    def _mail(self, message: OutboundMessage) -> None:
        mail = as_email(message)
        try:
            mail.connection = self._open()
            if not mail.send():
                raise Refused("the mail server was given nobody to send it to")
        except (smtplib.SMTPException, OSError, UnicodeError, BadHeaderError) as error:
            self._hang_up()
            raise judge(error) from error

    def _open(self) -> BaseEmailBackend:
        if self._connection is None:
            connection = get_connection(settings.DELIVERY_EMAIL_BACKEND)
            connection.open()
            self._connection = connection
        return self._connection

    def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except (smtplib.SMTPException, OSError):
                return  # it was broken already, which is why we hang up


def as_email(message: OutboundMessage) -> EmailMultiAlternatives:
    """The mail of a row, to exactly one address, with its stable Message-ID. Raises Refused for a bad address."""
    try:
        validate_email(message.address)
    except ValidationError:
        raise Refused(f"not an e-mail address: {message.address!r}") from None
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=message.body_text,
        to=[message.address],
        headers={
            **message.headers,
            "Message-ID": message_id(message.idempotency_key),
            "Auto-Submitted": "auto-generated",  # RFC 3834: no vacation reply comes back
            "X-Auto-Response-Suppress": "All",  # the same for Exchange
        },
    )
    if message.body_html:
        mail.attach_alternative(message.body_html, "text/html")
    if calendar := message.payload.get("calendar"):
        mail.attach(_calendar_part(calendar))
    return mail


def _calendar_part(text: str) -> MIMEBase:
    """The calendar file as mail programs know one: its method stands in the type too (RFC 6047). Base64 keeps its CRLF."""
    found = re.search(r"^METHOD:([A-Z]+)\r$", text, re.MULTILINE)
    part = MIMEBase("text", "calendar", charset="utf-8", method=found[1] if found else "PUBLISH")
    part.set_payload(text.encode())
    encode_base64(part)
    part.add_header("Content-Disposition", "attachment", filename="call.ics")
    return part


def message_id(key: str) -> str:
    """The same key always makes the same Message-ID, so that a mail sent twice is recognised as one."""
    host = re.sub(r"[^A-Za-z0-9.-]", "", settings.DEFAULT_FROM_EMAIL.rpartition("@")[2]) or "localhost"
    return f"<{re.sub(r'[^A-Za-z0-9.-]', '.', key)}@{host}>"


def judge(error: Exception) -> Refused | Unavailable:
    """Is the mail system's error for good or for now, and does it concern this message or all of them?"""
    reason = f"{type(error).__name__}: {error}"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _ in error.recipients.values()]
        return Refused(reason) if codes and all(500 <= code < 600 for code in codes) else Unavailable(reason)
    if isinstance(error, (smtplib.SMTPAuthenticationError, smtplib.SMTPConnectError, smtplib.SMTPHeloError)):
        return Unavailable(
            reason, is_whole_channel=True
        )  # how we are set up, whatever the code: no message is at fault
    if isinstance(error, smtplib.SMTPResponseException):
        return Refused(reason) if 500 <= error.smtp_code < 600 else Unavailable(reason)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Refused(reason)  # an address in Unicode, and a server without SMTPUTF8
    if isinstance(error, (smtplib.SMTPException, OSError)):
        return Unavailable(reason, is_whole_channel=True)
    return Refused(reason)
