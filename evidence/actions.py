"""Asking for a bundle, building what is owed, clearing away what is old.

A bundle is owed by its row: whoever claims it by the conditional update builds it. One whose builder fell silent is
claimed again.
"""

from __future__ import annotations

import logging
import tempfile
import uuid
from datetime import datetime, timedelta

from django.core.files.base import File
from django.db import transaction
from django.db.models import F, Q, Sum
from django.db.models.functions import Length
from django.utils import timezone, translation

from accounts.middleware import zone_of
from accounts.models import User
from delivery.wake import wake
from evidence.bundle import write_bundle
from evidence.choices import ExportState
from evidence.models import Export
from evidence.record import files_of
from tickets.choices import MessageKind
from tickets.models import Message, Ticket, TicketEvent

BUILD_TASK = "evidence.tasks.build"
AT_ONCE = 20 * 1024 * 1024  # bytes of files up to which the bundle is built while its customer waits,
AT_ONCE_EVENTS = 150  # and events: the PDF takes some hundredths of a second for each,
AT_ONCE_TEXT = 100_000  # and characters of messages: it takes some seconds for so many
SILENT_AFTER = timedelta(minutes=5)  # a builder shows a sign of life with the files' blocks and the PDF's pages
MOST_ATTEMPTS = 3
KEPT_FOR = timedelta(days=7)
logger = logging.getLogger(__name__)


def ask_for_bundle(*, ticket: Ticket, by: User, key: uuid.UUID, now: datetime) -> Export:
    """The bundle of that key. A second click, or one while the person's last is on its way, gets that one.

    A key that stands for a bundle of somebody else or of another ticket is replaced by a new one.
    """
    with transaction.atomic():
        Ticket.objects.select_for_update().values_list("pk").get(pk=ticket.pk)
        mine = Export.objects.filter(ticket=ticket, by=by)
        pending = Q(state__in=(ExportState.OWED, ExportState.BUILDING))
        if existing := mine.filter(pending | Q(key=key)).order_by("-pk").first():
            return existing
        if Export.objects.filter(key=key).exists():
            key = uuid.uuid4()
        export = Export.objects.create(
            key=key,
            ticket=ticket,
            by=by,
            language=translation.get_language() or by.language,
            zone=by.time_zone,
            created_at=now,
            total=files_of(ticket).aggregate(total=Sum("size"))["total"] or 0,
        )
        wake(BUILD_TASK)
    return export


def is_small(export: Export) -> bool:
    """May whoever asked for it wait while it is built?"""
    if export.total > AT_ONCE:
        return False
    events = TicketEvent.objects.filter(ticket=export.ticket_id).order_by()
    if events[: AT_ONCE_EVENTS + 1].count() > AT_ONCE_EVENTS:
        return False
    said = Message.objects.filter(ticket=export.ticket_id, kind=MessageKind.PUBLIC)
    return (said.aggregate(length=Sum(Length("body")))["length"] or 0) <= AT_ONCE_TEXT


def build_due(*, now: datetime) -> int:
    """Build everything that is owed; how many bundles became ready."""
    owed = Export.objects.to_build(silent_since=now - SILENT_AFTER).order_by("pk").values_list("key", flat=True)
    return sum(build(key=key, now=now) for key in list(owed[:20]))


def build(*, key: uuid.UUID, now: datetime) -> bool:
    """Build one, unless somebody else is at it. False where there was nothing to do or it failed; a failure is tried again."""
    claimed = (
        Export.objects.to_build(silent_since=now - SILENT_AFTER)
        .filter(key=key)
        .update(state=ExportState.BUILDING, tried_at=now, attempts=F("attempts") + 1, done=0)
    )
    if not claimed:
        return False
    export = Export.objects.select_related("by", "ticket__organisation").get(key=key)
    try:
        with translation.override(export.language), timezone.override(zone_of(export.zone)):
            _write(export, now=now)
    except Exception:  # whatever it is, the row must say so, and the others go on
        logger.exception("evidence bundle %s could not be built", export.pk)
        is_over = export.attempts >= MOST_ATTEMPTS
        _only_mine(export).update(state=ExportState.FAILED if is_over else ExportState.OWED)
        return False
    return True


def sweep_bundles(*, now: datetime) -> int:
    """Clear the files of bundles away that are older than a week; what they said of the chain stays."""
    old = list(Export.objects.filter(state=ExportState.READY, ready_at__lt=now - KEPT_FOR).order_by("pk")[:200])
    for export in old:
        _clear(export)
    return len(old)


def note_lost(*, export: Export) -> None:
    """The storage has no file of a bundle that counts as ready: what it said of the chain stays."""
    logger.error("the storage has no file for evidence bundle %s", export.pk)
    _is_gone(export)


def _write(export: Export, *, now: datetime) -> None:
    earlier = list(Export.objects.filter(ticket=export.ticket_id, ready_at__isnull=False).order_by("pk"))
    with tempfile.TemporaryFile() as target:
        written = write_bundle(target, export, earlier=earlier, now=now, tell=lambda done: _tell(export, done))
        size = target.tell()
        target.seek(0)
        export.file.save("", File(target), save=False)
    ready = _only_mine(export).update(
        state=ExportState.READY,
        ready_at=now,
        file=export.file.name,
        size=size,
        digest=written.digest,
        head=written.head,
        events=written.events,
    )
    if not ready:  # it took so long that somebody else began anew: theirs counts
        export.file.storage.delete(str(export.file.name))
        return
    for before in earlier:
        if before.by_id == export.by_id and before.state == ExportState.READY:
            _clear(before)


def _tell(export: Export, done: int) -> None:
    _only_mine(export).update(done=done, tried_at=timezone.now())


def _only_mine(export: Export):
    return Export.objects.filter(pk=export.pk, state=ExportState.BUILDING, attempts=export.attempts)


def _clear(export: Export) -> None:
    if _is_gone(export):
        export.file.storage.delete(str(export.file.name))


def _is_gone(export: Export) -> bool:
    """Write that its file is no more; False where somebody did so before."""
    return bool(Export.objects.filter(pk=export.pk, state=ExportState.READY).update(state=ExportState.GONE, file=""))
