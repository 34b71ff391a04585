"""Files: kept from the moment they arrive, so that a form with a mistake loses none of them."""

from __future__ import annotations

import hashlib
import io
import logging
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.core.files.base import File
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.models import User
from tickets.actions.masking import note_in_file
from tickets.filetypes import may_hold_words, sniff
from tickets.masking import BLOCK_BYTES, MaskedReader, StreamMasker, masked_blocks
from tickets.models import Attachment, Draft, Message

logger = logging.getLogger(__name__)
UNSENT_KEPT_FOR = timedelta(days=1)


def store_file(*, upload: UploadedFile, by: User, draft_key: uuid.UUID, now: datetime) -> Attachment:
    """Keep a file under a random name, with its size in bytes, SHA-256 and the type that its content shows.

    What is kept, measured and digested is the file without its secrets, if it is text. The same content sent twice under one
    draft is kept once.
    """
    head = upload.read(4096)
    # What cannot be printed either hides in a name, turns it around, or is no text at all.
    name = "".join(each for each in upload.name or "" if each.isprintable()).strip()[-255:] or "file"
    facts = _read(upload.chunks(BLOCK_BYTES), StreamMasker() if may_hold_words(head, name) else None)
    upload.seek(0)
    twin = Attachment.objects.unsent(user=by, draft_key=draft_key).filter(sha256=facts.sha256, name=name).first()
    if twin:
        return twin
    attachment = Attachment(
        draft_key=draft_key,
        uploaded_by=by,
        name=name,
        content_type=sniff(head, name),
        size=facts.size,
        sha256=facts.sha256,
        created_at=now,
    )
    kept = File(io.BufferedReader(MaskedReader(upload.chunks(BLOCK_BYTES)), BLOCK_BYTES)) if facts.masked else upload
    try:
        attachment.file.save(name, kept, save=False)
        with transaction.atomic():
            attachment.save(force_insert=True)
            note_in_file(attachment, facts.masked, now=now)
    except BaseException:
        _forget(attachment)  # no file without its row, and no half one of a disk that filled up meanwhile
        raise
    return attachment


@dataclass(frozen=True, slots=True)
class _Facts:
    """Of the content as it is kept: size in bytes, digest, and what was masked in it."""

    size: int
    sha256: str
    masked: Counter[str]


def _read(blocks: Iterable[bytes], masker: StreamMasker | None) -> _Facts:
    digest, size = hashlib.sha256(), 0
    for block in masked_blocks(blocks, masker) if masker else blocks:
        digest.update(block)
        size += len(block)
    return _Facts(size, digest.hexdigest(), masker.counts if masker else Counter())


def _forget(attachment: Attachment) -> None:
    field = attachment._meta.get_field("file")
    name = attachment.file.name or field.generate_filename(attachment, attachment.name)
    try:
        field.storage.delete(name)
    except OSError:
        logger.warning("the storage kept %s of a file that is not kept", name)


def send_unsent(message: Message, *, user: User, draft_key: uuid.UUID) -> int:
    """Hang the draft's files on the message that is being sent; how many there were."""
    return Attachment.objects.unsent(user=user, draft_key=draft_key).update(message=message)


def discard_unsent(*, attachment: Attachment, by: User) -> None:
    """Forget a file that was not sent yet."""
    with transaction.atomic():
        rows = Attachment.objects.unsent(user=by, draft_key=attachment.draft_key)
        for row in rows.select_for_update(of=("self",)).filter(pk=attachment.pk):  # it may be on its way out
            stored = row.file
            row.delete()
            transaction.on_commit(partial(stored.storage.delete, str(stored.name)))


def sweep_unsent(*, now: datetime, most: int = 200) -> int:
    """Forget files that were sent with no form within a day, and are of no draft; how many went."""
    drafts = Draft.objects.filter(key=OuterRef("draft_key"), owner=OuterRef("uploaded_by"))
    stale = Attachment.objects.filter(~Exists(drafts), message=None, created_at__lt=now - UNSENT_KEPT_FOR)
    stale = stale.select_related("uploaded_by")[:most]
    gone = 0
    for attachment in stale:
        discard_unsent(attachment=attachment, by=attachment.uploaded_by)
        gone += 1
    return gone
