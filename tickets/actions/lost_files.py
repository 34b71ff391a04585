"""Files whose bytes the storage has lost: noted when somebody wants one, and by a look at those that are still needed."""

from __future__ import annotations

import logging
from datetime import datetime

from tickets.lifecycle import OPEN_STATUSES
from tickets.models import Attachment

logger = logging.getLogger(__name__)
MOST = 1000  # files of open tickets that one look covers, the newest first: each costs a question to the storage


def note_bytes(*, attachment: Attachment, are_there: bool, now: datetime) -> None:
    """Note that the bytes of a file are gone, or there again; what is noted already is not written again."""
    if are_there == (attachment.lost_at is None):
        return
    Attachment.objects.filter(pk=attachment.pk).update(lost_at=None if are_there else now)


def look_for_lost_files(*, now: datetime, most: int = MOST) -> int:
    """Ask the storage for every file of the open tickets; how many it has not. What it cannot say now it is asked next time."""
    rows = Attachment.objects.filter(message__ticket__status__in=OPEN_STATUSES).order_by("-pk")[:most]
    lost = 0
    for attachment in rows.only("file", "lost_at"):
        try:
            is_there = attachment.file.storage.exists(str(attachment.file.name))
        except OSError:
            continue
        if not is_there and attachment.lost_at is None:
            logger.error("the storage has no file for attachment %s", attachment.pk)
        note_bytes(attachment=attachment, are_there=is_there, now=now)
        lost += not is_there
    return lost
