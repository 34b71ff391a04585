"""The pages on which an engineer moves a ticket between tiers. For staff only."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from escalation import actions
from escalation.forms import HandUpForm
from escalation.views.guard import staff_only
from tickets.errors import ActionRefused
from tickets.models import Ticket


@staff_only
def hand_up(request: HttpRequest, pk: int) -> HttpResponse:
    ticket = get_object_or_404(Ticket.objects.visible_to(request.user).select_related("organisation"), pk=pk)
    typed = request.POST.copy()
    form = HandUpForm(typed or None, initial={"seen_step": ticket.step_no})
    if request.method == "POST" and form.is_valid():
        try:
            step = actions.hand_up(ticket=ticket, by=request.user, now=timezone.now(), **form.cleaned_data)
        except ActionRefused as refusal:
            form.add_error(None, refusal.message)
            ticket.refresh_from_db()  # the page shows the ticket as it is now: the next try is about that one
            typed["seen_step"] = str(ticket.step_no)
        else:
            messages.success(request, _("Handed up to %(tier)s.") % {"tier": step.get_target_display()})
            return redirect("admin:tickets_ticket_change", ticket.pk)
    return render(request, "escalation/hand_up.html", {"ticket": ticket, "form": form})
