"""Files leave through here only: whoever may see the message gets the bytes, and no browser runs them."""

from __future__ import annotations

import logging
import uuid
from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async
from django.contrib.auth.decorators import login_required
from django.core.files.base import File
from django.core.handlers.asgi import ASGIRequest
from django.db import connections
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from tickets import actions
from tickets.models import Attachment

CHUNK_BYTES = 64 * 1024
logger = logging.getLogger(__name__)
_SANDBOX = "sandbox; default-src 'none'"


@require_safe
@login_required
def download(request: HttpRequest, key: uuid.UUID) -> HttpResponseBase:
    """The file as something to save, whatever it is."""
    attachment = get_object_or_404(Attachment.objects.visible_to(request.user), key=key)
    return _sent(request, attachment, content_type="application/octet-stream", as_attachment=True)


@require_safe
@login_required
def preview(request: HttpRequest, key: uuid.UUID) -> HttpResponseBase:
    """An image inside the page, by the type that its content showed; 404 for all other files."""
    attachment = get_object_or_404(Attachment.objects.visible_to(request.user), key=key)
    if not attachment.is_image:
        raise Http404
    return _sent(request, attachment, content_type=attachment.content_type, as_attachment=False)


def _sent(
    request: HttpRequest, attachment: Attachment, *, content_type: str, as_attachment: bool
) -> HttpResponse | StreamingHttpResponse:
    try:
        stored = attachment.file.storage.open(attachment.file.name, "rb")
    except OSError as error:
        logger.error("the storage does not give the file of attachment %s: %s", attachment.pk, type(error).__name__)
        if isinstance(error, FileNotFoundError):
            actions.note_bytes(attachment=attachment, are_there=False, now=timezone.now())
        return render(request, "tickets/file_gone.html", {"attachment": attachment}, status=410)
    actions.note_bytes(attachment=attachment, are_there=True, now=timezone.now())
    return send_stored(request, stored, name=attachment.name, content_type=content_type, as_attachment=as_attachment)


def send_stored(
    request: HttpRequest, stored: File, *, name: str, content_type: str, as_attachment: bool
) -> StreamingHttpResponse | FileResponse:
    """An open file to a browser that must not run it. The caller has asked whether the reader may have it."""
    if isinstance(request, ASGIRequest):
        response = StreamingHttpResponse(_chunks(stored), content_type=content_type)
    else:
        response = FileResponse(stored, content_type=content_type)
    shown = "".join(each for each in name if each.isprintable()) or "file"
    response.headers["Content-Disposition"] = content_disposition_header(as_attachment, shown) or "attachment"
    response.headers["Content-Length"] = str(stored.size)
    response.headers["Content-Security-Policy"] = _SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


async def _chunks(stored: File) -> AsyncIterator[bytes]:
    # A slow reader must not keep a database connection from the others.
    await sync_to_async(connections.close_all)()
    read = sync_to_async(stored.read, thread_sensitive=False)
    try:
        while chunk := await read(CHUNK_BYTES):
            yield chunk
    finally:
        stored.close()
