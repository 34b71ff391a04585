"""The sender: claims what is due, sends it outside any transaction, and writes down how it went.

Any number of senders may run at once. A sender that dies leaves a lease behind; the row is tried again when it is over.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F

from delivery import retry
from delivery.choices import State
from delivery.errors import Refused, Unavailable
from delivery.models import OutboundMessage
from delivery.transport import Transport

logger = logging.getLogger(__name__)
LEASE = timedelta(seconds=120)
BUDGET = 40.0  # seconds a run may begin new messages; with one that hangs it still ends inside the task's 60 s
MAX_OUTAGES = 2  # messages in a row that could not reach a channel, before the run leaves the channel alone
SLOW = 5.0  # seconds; an outage that took longer is enough by itself: a silent server must not hold a worker twice


@dataclass(slots=True)
class Tally:
    """What one run did. `is_work_left` asks for another run at once."""

    sent: int = 0
    postponed: int = 0
    failed: int = 0
    is_work_left: bool = False
    outages: dict[str, int] = field(default_factory=dict)

    @property
    def closed_channels(self) -> list[str]:
        return [channel for channel, count in self.outages.items() if count >= MAX_OUTAGES]


def send_due(now: datetime) -> Tally:
    """Send what was due at `now`, each message once a run, for at most about a minute."""
    tally = Tally()
    ends_at = time.monotonic() + BUDGET
    with Transport() as transport:
        while message := claim_next(now, closed_channels=tally.closed_channels):
            if message.state == State.OWED:
                _send(message, transport, now, tally)
            else:
                tally.failed += 1
            if time.monotonic() > ends_at:
                tally.is_work_left = OutboundMessage.objects.due(now).exists()
                break
    return tally


def claim_next(now: datetime, *, closed_channels: list[str] | None = None) -> OutboundMessage | None:
    """Lease the most pressing message that is due, or None. Each is claimed by exactly one of any number of senders.

    The claim already counts the attempt and sets when the next one would be, as if this one failed: a message that
    kills its sender waits like any other. One that did so to the end of its 72 hours comes back as failed.
    """
    with transaction.atomic():
        rows = OutboundMessage.objects.due(now).in_order().select_for_update(skip_locked=True, of=("self",))
        message = rows.exclude(channel__in=closed_channels or []).first()
        if message is None:
            return None
        seen = OutboundMessage.objects.due(now).filter(pk=message.pk, attempts=message.attempts)
        values = _claimed(message, now)
        if not seen.update(**values):
            return None
        for name, value in values.items():
            setattr(message, name, value)
        return message


def _claimed(message: OutboundMessage, now: datetime) -> dict[str, Any]:
    """The columns of a claim. A lease that is still written says that its sender died with it."""
    if message.lease_until and not retry.next_attempt(
        attempts=message.attempts, owed_since=message.owed_since, now=now
    ):
        logger.error("delivery: message %s failed: every sender that tried it died", message.pk)
        return {"state": State.FAILED, "lease_until": None, "last_error": "every sender that tried it died"}
    attempts = message.attempts + 1
    following = retry.next_attempt(attempts=attempts, owed_since=message.owed_since, now=now)
    return {"attempts": attempts, "lease_until": now + LEASE, "next_attempt_at": following or now + LEASE}


def _send(message: OutboundMessage, transport: Transport, now: datetime, tally: Tally) -> None:
    began = time.monotonic()
    try:
        transport.send(message)
    except Refused as error:
        _failed(message, str(error), tally)
    except Unavailable as error:
        _count_outage(message.channel, error, tally, took=time.monotonic() - began)
        _postponed(message, str(error), now, tally)
    except Exception as error:  # a row that nobody foresaw must not stop the others: tried thrice, then parked
        logger.exception("delivery: message %s could not be sent", message.pk)
        if message.surprises + 1 >= retry.MAX_SURPRISES:
            _failed(message, f"{type(error).__name__}: {error}", tally)
        else:
            _mine(message).update(surprises=F("surprises") + 1)
            _postponed(message, f"{type(error).__name__}: {error}", now, tally)
    else:
        tally.outages[message.channel] = 0
        _sent(message, now, tally)


def _count_outage(channel: str, error: Unavailable, tally: Tally, *, took: float) -> None:
    outages = tally.outages.get(channel, 0) + (MAX_OUTAGES if took > SLOW else 1)
    tally.outages[channel] = outages if error.is_whole_channel else 0


def _sent(message: OutboundMessage, now: datetime, tally: Tally) -> None:
    values: dict[str, object] = {"state": State.SENT, "sent_at": now, "lease_until": None, "last_error": ""}
    # A demonstration has no mailbox but its mail page, so there the links stay readable.
    if message.is_sensitive and not settings.DEMO:
        values |= {"subject": "", "body_text": "", "body_html": "", "payload": {}}
    _mine(message).update(**values)
    tally.sent += 1


def _postponed(message: OutboundMessage, reason: str, now: datetime, tally: Tally) -> None:
    following = retry.next_attempt(attempts=message.attempts, owed_since=message.owed_since, now=now)
    if following is None:
        _failed(message, reason, tally)
        return
    logger.warning("delivery: message %s postponed to %s: %s", message.pk, following.isoformat(), reason)
    _mine(message).update(lease_until=None, next_attempt_at=following, last_error=reason[:500])
    tally.postponed += 1


def _failed(message: OutboundMessage, reason: str, tally: Tally) -> None:
    logger.error("delivery: message %s failed: %s", message.pk, reason)
    _mine(message).update(state=State.FAILED, lease_until=None, last_error=reason[:500])
    tally.failed += 1


def _mine(message: OutboundMessage):
    """The row while the claim is still this sender's: an outrun lease writes over nobody's result."""
    return OutboundMessage.objects.filter(pk=message.pk, state=State.OWED, attempts=message.attempts)
