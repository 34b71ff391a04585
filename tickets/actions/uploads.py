"""Large files in parts of 8 MB: begun once, taken in order, put together when all of it is here, swept when given up.

Parts are objects of the storage and rows of the database, so that nothing of an upload hangs on a connection or a process.
The storage is written outside transactions; a conditional UPDATE then says whose work counts.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import BinaryIO

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from tickets import archives
from tickets.actions.files import add_to_draft, discard_unsent
from tickets.actions.keeping import Blocks, delete_quietly, forget_stored, put_away, with_head
from tickets.actions.room import require_room, whose_room
from tickets.choices import UploadState
from tickets.errors import ActionRefused, BeingKept, WrongOffset
from tickets.filetypes import safe_name
from tickets.joined import JoinedParts
from tickets.limits import archive_words, too_large_for_no_log, why_not_begun, why_too_large
from tickets.masking import BLOCK_BYTES
from tickets.models import Attachment, Upload, UploadPart
from tickets.models.uploads import UploadQuerySet, new_part_name

PART_BYTES = 8 * 1024 * 1024
KEPT_FOR = timedelta(days=1)  # from the last part that arrived
MOST_AT_ONCE = 50  # uploads of one person
CLAIM_HOLDS = timedelta(minutes=1)  # unless it is renewed; a worker that died is waited for no longer
CLAIM_RENEWED_EVERY = 10  # seconds


def begin_upload(
    *,
    key: uuid.UUID,
    name: str,
    size: int,
    draft_key: uuid.UUID,
    by: User,
    now: datetime,
    organisation: Organisation | None = None,
) -> Upload:
    """A place for a file of `size` bytes, its room reserved. The same `key` again gives the same upload.

    Raises ActionRefused for what may not be kept, where there is no room, and for a key that is somebody else's.
    """
    with transaction.atomic():
        begun = Upload.objects.filter(key=key).first()
        if begun is None:
            _require_beginning(name=name, size=size, draft_key=draft_key, by=by)
            organisation = whose_room(by, organisation)
            require_room(organisation, size=size)
            values = {
                "owner": by, "organisation": organisation, "name": safe_name(name), "size": size, "created_at": now,
                "expires_at": now + KEPT_FOR,
            }  # fmt: skip
            begun, _is_new = Upload.objects.get_or_create(key=key, defaults=values)
    if begun.owner_id != by.pk or begun.state == UploadState.GONE:
        raise ActionRefused(_("This page was used already. Check what is in it and send it again."))
    return begun


def _require_beginning(*, name: str, size: int, draft_key: uuid.UUID, by: User) -> None:
    kept = Attachment.objects.unsent(user=by, draft_key=draft_key).count()
    why = why_not_begun(name=name, size=size, kept=kept)
    if why is None and Upload.objects.on_the_way().filter(owner=by).count() >= MOST_AT_ONCE:
        why = _("You are sending %(most)d files already. Wait until some are here.") % {"most": MOST_AT_ONCE}
    if why:
        raise ActionRefused(why)


def take_part(*, upload: Upload, offset: int, length: int, content: BinaryIO, now: datetime) -> Upload:
    """Store the `length` bytes that begin at `offset`, read from `content`; the upload as it is then.

    Raises WrongOffset where another part is due, and ActionRefused for what its first bytes show may not be kept. OSError of a
    full disk leaves everything as it was.
    """
    if upload.state != UploadState.RECEIVING or offset != upload.received or upload.is_whole:
        raise WrongOffset(upload.received)
    if length != min(PART_BYTES, upload.size - offset):
        raise ActionRefused(_("This part of the file has another size than was agreed. Reload the page and go on."))
    head, blocks = with_head(_blocks(content, length))
    if offset == 0 and (why := why_too_large(head=head, name=upload.name, size=upload.size)):
        _refuse(upload, "too_large")
        raise ActionRefused(why)
    name = _store_part(upload, offset, length, blocks)
    if _count_part(upload, offset, length, name, now):
        upload.received = offset + length
        return upload
    delete_quietly(default_storage, [name])
    raise WrongOffset(_received(upload))


def _blocks(content: BinaryIO, length: int) -> Iterator[bytes]:
    while length > 0 and (block := content.read(min(BLOCK_BYTES, length))):
        length -= len(block)
        yield block


def _store_part(upload: Upload, offset: int, length: int, blocks: Iterator[bytes]) -> str:
    """The name under which the part is stored, whole; nothing of it is left where that failed."""
    wanted = new_part_name(upload, offset)
    try:
        name = default_storage.save(wanted, Blocks(blocks))
        if default_storage.size(name) != length:
            delete_quietly(default_storage, [name])
            raise WrongOffset(upload.received)  # the connection was cut within the part
    except OSError:
        delete_quietly(default_storage, [wanted])
        raise
    return name


def _count_part(upload: Upload, offset: int, length: int, name: str, now: datetime) -> bool:
    """Does this part count? Of two that brought the same one, one does."""
    with transaction.atomic():
        due = Upload.objects.filter(pk=upload.pk, state=UploadState.RECEIVING, received=offset)
        if not due.update(received=offset + length, expires_at=now + KEPT_FOR):
            return False
        UploadPart.objects.create(upload=upload, offset=offset, size=length, stored_as=name)
    return True


def _received(upload: Upload) -> int:
    return Upload.objects.filter(pk=upload.pk).values_list("received", flat=True).first() or 0


def finish_upload(*, upload: Upload, draft_key: uuid.UUID, now: datetime) -> Attachment:
    """Make one file of all parts and put it into the draft; asked again, also with another draft, it gives the same file.

    Raises WrongOffset while parts are missing, BeingKept while another worker does it, and ActionRefused for an archive that
    may not be kept. OSError leaves the upload whole, to be finished later.
    """
    if upload.state == UploadState.KEPT:
        return _moved(upload, draft_key)
    if upload.state == UploadState.REFUSED:
        raise ActionRefused(refusal_words(upload))
    if not upload.is_whole:
        raise WrongOffset(upload.received)
    kept = Attachment.objects.unsent(user=upload.owner, draft_key=draft_key).count()
    if why := why_not_begun(name=upload.name, size=upload.size, kept=kept):
        raise ActionRefused(why)
    stale = _claim(upload, now)
    if stale:
        forget_stored(Attachment(key=stale))
    try:
        attachment = _put_together(upload, draft_key, now)
    except archives.ArchiveRefused as refusal:
        _refuse(upload, refusal.code)
        raise ActionRefused(archive_words(refusal.code)) from None
    except BaseException:
        _mine(upload).update(state=UploadState.RECEIVING)
        raise
    clear_parts(upload)
    return attachment


def _claim(upload: Upload, now: datetime) -> uuid.UUID | None:
    """Make this worker the one that puts it together; the key under which one that died had begun to."""
    died = Q(state=UploadState.KEEPING, claimed_at__lt=now - CLAIM_HOLDS)
    free = Upload.objects.filter(Q(state=UploadState.RECEIVING) | died, pk=upload.pk, attempt=upload.attempt)
    attempt, stale = uuid.uuid4(), upload.attempt
    if not free.update(state=UploadState.KEEPING, claimed_at=now, attempt=attempt):
        raise BeingKept
    upload.state, upload.attempt = UploadState.KEEPING, attempt
    return stale


def _mine(upload: Upload) -> UploadQuerySet:
    return Upload.objects.filter(pk=upload.pk, state=UploadState.KEEPING, attempt=upload.attempt)


def _claiming(upload: Upload, blocks: Iterator[bytes], now: datetime) -> Iterator[bytes]:
    """The blocks, while the claim on the upload is kept alive: 500 MB of a log take half a minute to mask."""
    began = renewed = time.monotonic()
    for block in blocks:
        if time.monotonic() - renewed > CLAIM_RENEWED_EVERY:
            renewed = time.monotonic()
            if not _mine(upload).update(claimed_at=now + timedelta(seconds=renewed - began)):
                raise BeingKept  # given up, or taken over
        yield block


def _put_together(upload: Upload, draft_key: uuid.UUID, now: datetime) -> Attachment:
    with JoinedParts(default_storage, list(upload.parts.values_list("stored_as", "size"))) as joined:
        contents = archives.peek(joined, upload.size)
        joined.seek(0)
        stored = put_away(
            _claiming(upload, joined.blocks(BLOCK_BYTES), now),
            key=upload.attempt or uuid.uuid4(),
            name=upload.name,
            by=upload.owner,
            draft_key=draft_key,
            organisation=upload.organisation,
            now=now,
        )
    stored.attachment.contents = contents.to_json() if contents else None
    with transaction.atomic():
        if not _mine(upload).update(state=UploadState.KEPT, expires_at=now + KEPT_FOR):
            forget_stored(stored.attachment)  # it was given up meanwhile, or somebody was quicker
            raise BeingKept
        attachment = add_to_draft(stored, now=now)
        Upload.objects.filter(pk=upload.pk).update(attachment=attachment)
    upload.state, upload.attachment = UploadState.KEPT, attachment
    return attachment


def _moved(upload: Upload, draft_key: uuid.UUID) -> Attachment:
    """The file of a kept upload, in this draft when it was not sent yet."""
    attachment = Attachment.objects.get(pk=upload.attachment_id or 0)
    if Attachment.objects.filter(pk=attachment.pk, message=None).update(draft_key=draft_key):
        attachment.draft_key = draft_key
    return attachment


def _refuse(upload: Upload, code: str) -> None:
    """Remember that it is not kept and why, so that asking again costs no second sending."""
    Upload.objects.filter(pk=upload.pk).exclude(state=UploadState.KEPT).update(state=UploadState.REFUSED, refusal=code)
    clear_parts(upload)


def refusal_words(upload: Upload) -> str:
    """Why a refused upload is not kept."""
    if upload.refusal == "too_large":
        return too_large_for_no_log()
    return archive_words(upload.refusal)


def abandon_upload(*, upload: Upload, by: User) -> None:
    """Forget an upload and what has come of it, its file too when that was not sent yet. A second time changes nothing."""
    given_up = Upload.objects.filter(pk=upload.pk, owner=by).exclude(state=UploadState.KEPT)
    if given_up.update(state=UploadState.GONE):
        _remove(upload)
    elif kept := Attachment.objects.filter(pk=upload.attachment_id or 0, message=None, uploaded_by=by).first():
        discard_unsent(attachment=kept, by=by)


def _remove(upload: Upload) -> None:
    """The bytes first, then the row: what dies in between is found again by the sweep."""
    clear_parts(upload)
    if upload.attempt and not Attachment.objects.filter(key=upload.attempt).exists():
        forget_stored(Attachment(key=upload.attempt))
    upload.delete()


def clear_parts(upload: Upload) -> None:
    """Delete every stored part, those of tries that did not count too."""
    try:
        _folders, names = default_storage.listdir(upload.folder)
    except (FileNotFoundError, NotADirectoryError):
        names = []
    delete_quietly(default_storage, [*(f"{upload.folder}/{name}" for name in names), upload.folder])
    upload.parts.all().delete()


def sweep_uploads(*, now: datetime, most: int = 200) -> int:
    """Forget uploads of which nothing came for a day, and the rows of those that were kept; how many went."""
    stale = Upload.objects.filter(expires_at__lt=now).order_by("expires_at")[:most]
    gone = 0
    for upload in stale:
        over = Upload.objects.filter(pk=upload.pk, expires_at__lt=now)  # unless it went on meanwhile
        if upload.state == UploadState.KEPT or over.update(state=UploadState.GONE):
            _remove(upload)
            gone += 1
    return gone
