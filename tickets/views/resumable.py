"""Files that arrive in parts: POST begins one; then GET says how much is here, PATCH brings the next part, POST keeps the
whole, DELETE forgets it. Answers are JSON for the page's script; every one says where the upload stands.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Organisation
from accounts.numbers import whole_number
from tickets import actions
from tickets.actions.uploads import PART_BYTES
from tickets.choices import UploadState
from tickets.errors import DISK_FULL, ActionRefused, BeingKept, WrongOffset
from tickets.forms.uploads import BeginForm, DraftForm
from tickets.models import Attachment, Ticket, Upload
from tickets.thread import FileShown

BUSY, CONFLICT, TOO_LARGE, REFUSED, NO_ROOM, LATER = 202, 409, 413, 422, 507, 503


@require_POST
@login_required
def begin(request: HttpRequest) -> JsonResponse:
    """A place for a file. The same key again leads to the same place."""
    form = BeginForm(request.POST)
    if not form.is_valid():
        return _no(400, _("We could not read this request. Reload the page and try again."))
    told = form.cleaned_data
    try:
        upload = actions.begin_upload(
            key=told["key"],
            name=told["name"],
            size=told["size"],
            draft_key=told["draft"],
            organisation=_organisation(request, told["ticket"]),
            by=request.user,
            now=timezone.now(),
        )
    except ActionRefused as refusal:
        return _no(REFUSED, refusal.message)
    return JsonResponse(_state(upload), status=201)


@require_http_methods(["GET", "HEAD", "PATCH", "POST", "DELETE"])
@login_required
def upload(request: HttpRequest, key: uuid.UUID) -> JsonResponse:
    """One upload of one's own; a DELETE takes the key of an unsent file as well."""
    if request.method == "DELETE":
        return _forget(request, key)
    found = get_object_or_404(
        Upload.objects.visible_to(request.user).select_related("owner", "organisation", "attachment__message"), key=key
    )
    if request.method == "PATCH":
        return _take(request, found)
    if request.method == "POST":
        return _keep(request, found)
    return JsonResponse(_state(found))


def _take(request: HttpRequest, found: Upload) -> JsonResponse:
    offset, length = (
        whole_number(request.headers.get("Upload-Offset")),
        whole_number(request.META.get("CONTENT_LENGTH")),
    )
    if offset is None or length is None:
        return _no(400, _("We could not read this request. Reload the page and try again."))
    if length > PART_BYTES:
        return _no(TOO_LARGE, _("This part of the file has another size than was agreed. Reload the page and go on."))
    try:
        actions.take_part(upload=found, offset=offset, length=length, content=request, now=timezone.now())
    except WrongOffset:
        found.refresh_from_db()
        return JsonResponse(_state(found), status=CONFLICT)
    except ActionRefused as refusal:
        return _no(REFUSED, refusal.message)
    except OSError as error:
        return _storage_failed(error)
    return JsonResponse(_state(found))


def _keep(request: HttpRequest, found: Upload) -> JsonResponse:
    form = DraftForm(request.POST)
    if not form.is_valid():
        return _no(400, _("We could not read this request. Reload the page and try again."))
    try:
        actions.finish_upload(upload=found, draft_key=form.cleaned_data["draft"], now=timezone.now())
    except BeingKept:
        return JsonResponse(_state(found), status=BUSY)
    except WrongOffset:
        return JsonResponse(_state(found), status=CONFLICT)
    except ActionRefused as refusal:
        return _no(REFUSED, refusal.message)
    except OSError as error:
        return _storage_failed(error)
    return JsonResponse(_state(found))


def _forget(request: HttpRequest, key: uuid.UUID) -> JsonResponse:
    found = Upload.objects.visible_to(request.user).filter(key=key).first()
    kept = Attachment.objects.filter(key=key, message=None, uploaded_by=request.user).first()
    if found:
        actions.abandon_upload(upload=found, by=request.user)
    elif kept:
        actions.discard_unsent(attachment=kept, by=request.user)
    else:
        raise Http404
    return JsonResponse({"state": UploadState.GONE.value})


def _state(found: Upload) -> dict[str, Any]:
    """Where the upload stands, sizes in bytes; once it is kept also what the page shows of its file."""
    told: dict[str, Any] = {
        "key": str(found.key),
        "name": found.name,
        "size": found.size,
        "received": found.received,
        "state": found.state,
        "part": PART_BYTES,
    }
    if found.state == UploadState.REFUSED:
        told["why"] = actions.refusal_words(found)
    if found.state == UploadState.KEPT and found.attachment:
        told["file"] = _file(found.attachment)
    return told


def _file(attachment: Attachment) -> dict[str, Any]:
    shown = FileShown(attachment)
    return {
        "key": str(attachment.key),
        "name": attachment.name,
        "size": filesizeformat(attachment.size),
        "sha256": attachment.sha256,
        "contents": shown.contents,
        "address": reverse("tickets:file", args=[attachment.key]),
        "preview": reverse("tickets:file_preview", args=[attachment.key]) if shown.has_preview else "",
        "is_sent": attachment.message_id is not None,
        "is_masked": attachment.masked_secrets.exists(),
    }


def _organisation(request: HttpRequest, ticket: int | None) -> Organisation | None:
    """Of the ticket that the file is for; a ticket that the person may not see does not exist."""
    if ticket is None or request.user.is_staff:
        return None
    return get_object_or_404(
        Ticket.objects.visible_to(request.user).select_related("organisation"), pk=ticket
    ).organisation


def _storage_failed(error: OSError) -> JsonResponse:
    if error.errno in DISK_FULL:
        return _no(NO_ROOM, _("There is no room for files just now. What is here already is kept; we try again."))
    return _no(LATER, _("We could not store it just now. We try again in a moment."))


def _no(status: int, why: str) -> JsonResponse:
    return JsonResponse({"why": why}, status=status)
