"""Files that come with a form: each is kept as soon as it arrives, or refused with the reason, before the form is judged."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.models import User
from tickets import actions
from tickets.forms.filing import why_refused
from tickets.models import Attachment


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was not kept, and why."""

    name: str
    why: str


def keep_uploads(request: HttpRequest, *, field: str, by: User, draft_key: uuid.UUID, now: datetime) -> list[Refused]:
    """Keep the files of a request under the draft; those that cannot be kept come back with the reason."""
    refused = []
    kept = Attachment.objects.unsent(user=by, draft_key=draft_key).count()
    for upload in request.FILES.getlist(field):
        why = why_refused(upload, kept=kept)
        try:
            if why is None:
                actions.store_file(upload=upload, by=by, draft_key=draft_key, now=now)
                kept += 1
        except OSError:
            why = _("We could not store it just now. Try again in a moment, or go on without it.")
        if why:
            refused.append(Refused(upload.name or "", why))
    return refused


def discard_upload(*, key: str, by: User, draft_key: uuid.UUID) -> None:
    """Forget one unsent file of one's own draft; an unknown key is no error, the file is gone already."""
    try:
        wanted = uuid.UUID(key)
    except ValueError:
        return
    for attachment in Attachment.objects.unsent(user=by, draft_key=draft_key).filter(key=wanted):
        actions.discard_unsent(attachment=attachment, by=by)
