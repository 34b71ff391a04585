"""Every write of the delivery floor that is not the sender's: owing a message, and sending a failed one again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser

from delivery.choices import Channel, State
from delivery.models import OutboundMessage
from delivery.wake import wake

SEND_TASK = "delivery.tasks.send"
MAX_SUBJECT = 300  # characters


def owe_email(
    *,
    key: str,
    address: str,
    subject: str,
    body_text: str,
    now: datetime,
    body_html: str = "",
    recipient: AbstractBaseUser | None = None,
    headers: Mapping[str, str] | None = None,
    calendar: str = "",
    is_sensitive: bool = False,
    is_urgent: bool = False,
) -> bool:
    """Owe an e-mail, in the caller's transaction. A key that is owed already changes nothing; True when this was new.

    `calendar` is the text of a calendar file that goes with it (RFC 5545, with its METHOD).

    The address is not judged here: a bad one fails visibly when it is sent, and its cause is not undone by it.
    """
    return _owe(
        OutboundMessage(
            channel=Channel.EMAIL,
            address=one_line(address)[:320],
            subject=one_line(subject)[:MAX_SUBJECT],
            body_text=body_text,
            body_html=body_html,
            recipient_id=recipient.pk if recipient else None,
            headers=dict(headers or {}),
            payload={"calendar": calendar} if calendar else {},
            **_common(key, now=now, is_sensitive=is_sensitive, is_urgent=is_urgent),
        )
    )


def owe_webhook(
    *,
    key: str,
    endpoint: str,
    payload: Mapping[str, Any],
    now: datetime,
    subject: str = "",
    recipient: AbstractBaseUser | None = None,
    is_urgent: bool = False,
) -> bool:
    """Owe a signed POST to an endpoint of the settings, by its name. Idempotent like `owe_email`."""
    return _owe(
        OutboundMessage(
            channel=Channel.WEBHOOK,
            address=endpoint,
            subject=one_line(subject)[:MAX_SUBJECT],
            payload=dict(payload),
            recipient_id=recipient.pk if recipient else None,
            **_common(key, now=now, is_sensitive=False, is_urgent=is_urgent),
        )
    )


def send_again(*, ids: Sequence[int], now: datetime) -> int:
    """Owe failed messages anew, with the same key; how many were. Others stay as they are."""
    count = OutboundMessage.objects.filter(pk__in=ids, state=State.FAILED).update(
        state=State.OWED, owed_since=now, next_attempt_at=now, attempts=0, surprises=0, lease_until=None
    )
    if count:
        wake(SEND_TASK)
    return count


def one_line(text: str) -> str:
    """Text without line breaks or other control characters, as a header can carry it; nobody adds a header by it."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _common(key: str, *, now: datetime, is_sensitive: bool, is_urgent: bool) -> dict[str, Any]:
    return {
        "idempotency_key": key,
        "is_sensitive": is_sensitive,
        "is_urgent": is_urgent,
        "owed_since": now,
        "next_attempt_at": now,
        "created_at": now,
    }


def _owe(message: OutboundMessage) -> bool:
    # ON CONFLICT DO NOTHING: a repeated key must not break the caller's transaction.
    before = OutboundMessage.objects.filter(idempotency_key=message.idempotency_key).exists()
    if not before:
        OutboundMessage.objects.bulk_create([message], ignore_conflicts=True)
        wake(SEND_TASK)
    return not before
