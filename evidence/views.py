"""The page of a ticket's bundles: ask for one, watch it being built, fetch it, compare its digest."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts.numbers import key_of
from evidence import actions
from evidence.choices import ExportState
from evidence.models import Export
from tickets.models import Ticket
from tickets.views.files import send_stored

MOST_SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def bundles(request: HttpRequest, pk: int) -> HttpResponse:
    """POST asks for a bundle, and builds it at once where it is small; GET says what was asked for so far."""
    ticket = get_object_or_404(Ticket.objects.visible_to(request.user), pk=pk)
    if request.method == "POST":
        export = actions.ask_for_bundle(
            ticket=ticket, by=request.user, key=key_of(request.POST.get("key")) or uuid.uuid4(), now=timezone.now()
        )
        if export.is_pending and actions.is_small(export):
            actions.build(key=export.key, now=timezone.now())
        return redirect(export)
    return _page(request, ticket)


@require_safe
@login_required
def export(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """One bundle: on its way, ready, failed or cleared away."""
    found = _find(request, key)
    return _page(request, found.ticket, found)


@require_safe
@login_required
def download(request: HttpRequest, key: uuid.UUID) -> HttpResponseBase:
    """The ZIP; where the storage has lost it, or a newer one took its place meanwhile, the page that says so."""
    found = _find(request, key)
    if found.state != ExportState.READY:
        raise Http404
    try:
        stored = found.file.storage.open(found.file.name, "rb")
    except FileNotFoundError:
        actions.note_lost(export=found)
        return redirect(found)
    name = f"ticket-{found.ticket_id}-evidence.zip"
    return send_stored(request, stored, name=name, content_type="application/zip", as_attachment=True)


def _find(request: HttpRequest, key: uuid.UUID) -> Export:
    rows = Export.objects.visible_to(request.user).select_related("ticket", "by")
    return get_object_or_404(rows, key=key)


def _page(request: HttpRequest, ticket: Ticket, shown: Export | None = None) -> HttpResponse:
    rows = Export.objects.visible_to(request.user).filter(ticket=ticket).select_related("by")[:MOST_SHOWN]
    context = {"ticket": ticket, "shown": shown, "exports": rows, "key": uuid.uuid4()}
    return render(request, "evidence/bundles.html", context)
