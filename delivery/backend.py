"""Django's e-mail backend of this site: `send_mail` writes an owed row in the caller's transaction and sends nothing.

So a request never waits for a mail server, and a mail whose cause is rolled back is never sent.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from email.utils import parseaddr

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from delivery.actions import one_line, owe_email

PLAIN_HEADER = "X-Delivery-Plain"  # set by a caller whose mail holds no secret
_KEPT_HEADERS = ("List-Unsubscribe", "List-Unsubscribe-Post", "References", "In-Reply-To")


class OwedEmailBackend(BaseEmailBackend):
    """What comes through here are the account's mails (reset links, codes): sensitive unless their header says no."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Owe one row for each recipient; how many mails were owed. Raises ValueError for a mail with files."""
        return sum(self._owe(mail) for mail in email_messages)

    def _owe(self, mail: EmailMessage) -> bool:
        if mail.attachments:
            raise ValueError("Owed mails carry no files.")
        recipients = mail.recipients()
        for recipient in recipients:
            owe_email(
                key=f"mail:{uuid.uuid4()}",
                address=parseaddr(one_line(recipient))[1] or recipient,
                subject=str(mail.subject),
                body_text=str(mail.body) if mail.content_subtype == "plain" else "",
                body_html=_html(mail),
                headers=_headers(mail),
                is_sensitive=PLAIN_HEADER not in mail.extra_headers,
                is_urgent=True,  # a person is waiting at the sign-in page for it
                now=timezone.now(),
            )
        return bool(recipients)


def _html(mail: EmailMessage) -> str:
    if mail.content_subtype == "html":
        return str(mail.body)
    for alternative in getattr(mail, "alternatives", ()):
        if alternative.mimetype == "text/html":
            return str(alternative.content)
    return ""


def _headers(mail: EmailMessage) -> dict[str, str]:
    kept = {name: one_line(str(mail.extra_headers[name])) for name in _KEPT_HEADERS if name in mail.extra_headers}
    if mail.reply_to:
        kept["Reply-To"] = one_line(", ".join(str(each) for each in mail.reply_to))
    return kept
