"""Handing events over to whoever tells people of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tickets.models import TicketEvent


def claim_events(*, ids: Sequence[int], now: datetime) -> list[int]:
    """Of these events, those that this call claimed; call it inside the transaction that writes the notices.

    The conditional UPDATE takes one event each: a second claimer gets none of them.
    """
    claimed = []
    for event_id in ids:
        if TicketEvent.objects.filter(pk=event_id, fanned_out_at=None).update(fanned_out_at=now):
            claimed.append(event_id)
    return claimed
