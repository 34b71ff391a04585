"""Files that come with a form: each is kept as soon as it arrives, or refused with the reason, before the form is judged."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from accounts.models import User
from tickets import actions
from tickets.models import Attachment


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was not kept, and why."""

    name: str
    why: str


def keep_uploads(request: HttpRequest, *, field: str, by: User, draft_key: uuid.UUID, now: datetime) -> list[Refused]:
    """Keep the files of a request under the draft; those that cannot be kept come back with the reason."""
    refused = []
    room = settings.ATTACHMENT_MAX_COUNT - Attachment.objects.unsent(user=by, draft_key=draft_key).count()
    for upload in request.FILES.getlist(field):
        why = _refusal(upload, room)
        if why:
            refused.append(Refused(upload.name or "", why))
            continue
        try:
            actions.store_file(upload=upload, by=by, draft_key=draft_key, now=now)
        except OSError:
            refused.append(Refused(upload.name or "", _("could not be stored just now; try again in a few minutes")))
            continue
        room -= 1
    return refused


def discard_upload(*, key: str, by: User, draft_key: uuid.UUID) -> None:
    """Forget one unsent file of one's own draft; an unknown key is no error, the file is gone already."""
    try:
        wanted = uuid.UUID(key)
    except ValueError:
        return
    for attachment in Attachment.objects.unsent(user=by, draft_key=draft_key).filter(key=wanted):
        actions.discard_unsent(attachment=attachment, by=by)


def _refusal(upload: UploadedFile, room: int) -> str:
    limit = settings.ATTACHMENT_MAX_BYTES
    if not upload.size:
        return _("is empty")
    if upload.size > limit:
        return _("is %(size)s; a file may have at most %(limit)s") % {
            "size": filesizeformat(upload.size),
            "limit": filesizeformat(limit),
        }
    if room <= 0:
        return _("is one too many; a message may carry %(n)s files") % {"n": settings.ATTACHMENT_MAX_COUNT}
    return ""
