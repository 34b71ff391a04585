"""Files that come with a form: each is kept as soon as it arrives, or refused with the reason, before the form is judged."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from accounts.numbers import key_of
from tickets import actions
from tickets.errors import ActionRefused
from tickets.limits import why_not_begun
from tickets.models import Attachment


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was not kept, and why."""

    name: str
    why: str


def keep_uploads(
    request: HttpRequest,
    *,
    field: str,
    by: User,
    draft_key: uuid.UUID,
    now: datetime,
    organisation: Organisation | None = None,
) -> list[Refused]:
    """Keep the files of a request under the draft; those that cannot be kept come back with the reason."""
    _say_whose_logs(request, by=by, draft_key=draft_key)
    refused = []
    kept = Attachment.objects.unsent(user=by, draft_key=draft_key).count()
    for upload in request.FILES.getlist(field):
        why = why_not_begun(name=upload.name or "", size=upload.size or 0, kept=kept)
        try:
            if why is None:
                actions.store_file(upload=upload, by=by, draft_key=draft_key, now=now, organisation=organisation)
                kept += 1
        except ActionRefused as refusal:
            why = refusal.message
        except OSError:
            why = _("We could not store it just now. Try again in a moment, or go on without it.")
        if why:
            refused.append(Refused(upload.name or "", why))
    return refused


def _say_whose_logs(request: HttpRequest, *, by: User, draft_key: uuid.UUID) -> None:
    """Fields `side-<key of a kept file>`."""
    told = (
        (key_of(name.removeprefix("side-")), value) for name, value in request.POST.items() if name.startswith("side-")
    )
    sides = {key: value for key, value in told if key}
    if sides:
        actions.say_whose_logs(by=by, draft_key=draft_key, sides=sides)


def discard_upload(*, key: str, by: User, draft_key: uuid.UUID) -> None:
    """Forget one unsent file of one's own draft; an unknown key is no error, the file is gone already."""
    if not (wanted := key_of(key)):
        return
    for attachment in Attachment.objects.unsent(user=by, draft_key=draft_key).filter(key=wanted):
        actions.discard_unsent(attachment=attachment, by=by)
