"""Files: kept from the moment they arrive, so that a form with a mistake loses none of them."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.models import Organisation, User
from tickets import archives
from tickets.actions.keeping import Stored, forget_stored, put_away
from tickets.actions.masking import note_in_file
from tickets.actions.room import require_room, whose_room
from tickets.choices import LogSide, UploadState
from tickets.errors import ActionRefused
from tickets.filetypes import HEAD_BYTES, safe_name
from tickets.limits import archive_words, why_too_large
from tickets.masking import BLOCK_BYTES
from tickets.models import Attachment, Draft, Message, Upload

UNSENT_KEPT_FOR = timedelta(days=1)


def store_file(
    *, upload: UploadedFile, by: User, draft_key: uuid.UUID, now: datetime, organisation: Organisation | None = None
) -> Attachment:
    """Keep a file that came with a form: under a random name, with its size in bytes, SHA-256 and the type that it shows.

    What is kept, measured and digested is the file without its secrets, if it is text. The same content sent twice under one
    draft is kept once. `organisation` is the one whose room it takes, when that is not
    the sender's first. Raises ActionRefused, with the words for the sender, for what may not be kept.
    """
    size = upload.size or 0
    head = upload.read(HEAD_BYTES)
    if why := why_too_large(head=head, name=upload.name or "", size=size):
        raise ActionRefused(why)
    try:
        contents = archives.peek(upload, size)
    except archives.ArchiveRefused as refusal:
        raise ActionRefused(archive_words(refusal.code)) from None
    upload.seek(0)
    organisation = whose_room(by, organisation)
    with _reserved(organisation, size=size, by=by, now=now):
        stored = put_away(
            upload.chunks(BLOCK_BYTES),
            key=uuid.uuid4(),
            name=upload.name or "",
            by=by,
            draft_key=draft_key,
            organisation=organisation,
            now=now,
        )
        stored.attachment.contents = contents.to_json() if contents else None
        return add_to_draft(stored, now=now)


def add_to_draft(stored: Stored, *, now: datetime) -> Attachment:
    """Write the row of what `put_away` stored, or, where the draft has the same file already, take that and store nothing."""
    attachment = stored.attachment
    try:
        drafted = Attachment.objects.unsent(user=attachment.uploaded_by, draft_key=attachment.draft_key)
        twin = drafted.filter(sha256=attachment.sha256, name=attachment.name).first()
        if twin is None:
            with transaction.atomic():
                attachment.save(force_insert=True)
                note_in_file(attachment, stored.masked, now=now)
            return attachment
    except BaseException:
        forget_stored(attachment)  # no file without its row
        raise
    forget_stored(attachment)
    return twin


@contextlib.contextmanager
def _reserved(organisation: Organisation | None, *, size: int, by: User, now: datetime) -> Iterator[None]:
    """Room for a file while it is being stored, which may take longer than a transaction should."""
    if organisation is None:
        yield
        return
    with transaction.atomic():
        require_room(organisation, size=size)
        place = Upload.objects.create(
            key=uuid.uuid4(), owner=by, organisation=organisation, name=safe_name(""), size=size,
            state=UploadState.KEEPING, claimed_at=now, created_at=now, expires_at=now + UNSENT_KEPT_FOR,
        )  # fmt: skip
    try:
        yield
    finally:
        place.delete()


def send_unsent(message: Message, *, user: User, draft_key: uuid.UUID) -> int:
    """Hang the draft's files on the message that is being sent; how many there were. They take the ticket's room now."""
    takes_room_of = None if user.is_staff else message.ticket.organisation
    return Attachment.objects.unsent(user=user, draft_key=draft_key).update(message=message, organisation=takes_room_of)


def say_whose_logs(*, by: User, draft_key: uuid.UUID, sides: Mapping[uuid.UUID, str]) -> None:
    """Note on files of one's draft whose log each is; what is no side of a call clears it."""
    for attachment in Attachment.objects.unsent(user=by, draft_key=draft_key).filter(key__in=sides):
        side = sides[attachment.key] if sides[attachment.key] in LogSide.values else ""
        if attachment.side != side:
            Attachment.objects.filter(pk=attachment.pk, message=None).update(side=side)


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
