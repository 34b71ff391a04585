"""Files: kept from the moment they arrive, so that a form with a mistake loses none of them."""

from __future__ import annotations

import hashlib
import logging
import uuid
from datetime import datetime, timedelta
from functools import partial

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.models import User
from tickets.filetypes import sniff
from tickets.models import Attachment, Draft, Message

logger = logging.getLogger(__name__)
UNSENT_KEPT_FOR = timedelta(days=1)


def store_file(*, upload: UploadedFile, by: User, draft_key: uuid.UUID, now: datetime) -> Attachment:
    """Keep a file under a random name, with its size in bytes, SHA-256 and the type that its content shows.

    The same content sent twice under one draft is kept once.
    """
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    head = upload.read(4096)
    upload.seek(0)
    # What cannot be printed either hides in a name, turns it around, or is no text at all.
    name = "".join(each for each in upload.name or "" if each.isprintable()).strip()[-255:] or "file"
    twin = Attachment.objects.unsent(user=by, draft_key=draft_key).filter(sha256=digest.hexdigest(), name=name).first()
    if twin:
        return twin
    attachment = Attachment(
        draft_key=draft_key,
        uploaded_by=by,
        name=name,
        content_type=sniff(head, name),
        size=upload.size or 0,
        sha256=digest.hexdigest(),
        created_at=now,
    )
    try:
        attachment.file.save(name, upload, save=False)
        attachment.save(force_insert=True)
    except BaseException:
        _forget(attachment)  # no file without its row, and no half one of a disk that filled up meanwhile
        raise
    return attachment


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
