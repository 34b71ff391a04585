"""How escalation itself does, for managers and administrators: the sweep's pulse, parked tickets, what is owed."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from delivery.models import OutboundMessage
from escalation import canary, health
from escalation.actions import try_now
from escalation.models import ParkedTicket
from escalation.views.guard import managers_only
from tickets.models import TicketEvent

MOST_PARKED = 100  # rows shown; the count tells of all


@require_safe
@managers_only
def health_page(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    seen, proof = health.pulse(now), canary.proof(now)
    failed = proof.newest.why if proof.newest else ""
    context = {
        "pulse": seen,
        "headline": health.headline(seen),
        "explanation": health.explanation(seen),
        "proof": proof,
        "proof_headline": canary.headline(failed),
        "proof_explanation": canary.explanation(failed),
        "lag": int(seen.lag.total_seconds()),
        "parked": ParkedTicket.objects.select_related("ticket")[:MOST_PARKED],
        "parked_count": ParkedTicket.objects.count(),
        "owed_events": TicketEvent.objects.owed().count(),
        "owed_messages": OutboundMessage.objects.due(now).count(),
    }
    return render(request, "escalation/health.html", context)


@require_POST
@managers_only
def try_parked(request: HttpRequest, pk: int) -> HttpResponse:
    if not ParkedTicket.objects.filter(ticket=pk).exists():
        raise Http404
    try_now(ticket_id=pk, now=timezone.now())
    messages.success(request, _("The next sweep looks at #%(number)s again.") % {"number": pk})
    return redirect("escalation:health")
