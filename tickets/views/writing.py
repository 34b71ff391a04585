"""The beat of somebody who types on a ticket."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST

from tickets import actions
from tickets.models import Ticket


@require_POST
@login_required
def writing(request: HttpRequest, pk: int) -> HttpResponse:
    """204 whatever is sent: nobody waits for the answer."""
    ticket = get_object_or_404(Ticket.objects.visible_to(request.user).only("pk"), pk=pk)
    is_internal = request.POST.get("kind") == "internal"
    actions.note_writing(ticket=ticket, by=request.user, is_internal=is_internal, now=timezone.now())
    return HttpResponse(status=204)
