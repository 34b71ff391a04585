"""The SLA receipt: every clock of a ticket, line by line."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from tickets.models import Ticket
from tickets.receipts import receipts_of


@require_safe
@login_required
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    ticket = get_object_or_404(Ticket.objects.visible_to(request.user), pk=pk)
    now = timezone.now()
    context = {"ticket": ticket, "receipts": receipts_of(ticket, now=now), "now": now}
    return render(request, "tickets/receipt.html", context)
