"""The pages on which an engineer moves a ticket between tiers. For staff only."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from escalation import actions
from escalation import board as boards
from escalation.forms import HandBackForm, HandUpForm, TrackerForm
from escalation.forms.acts import PlanForm
from escalation.forms.fields import instant_typed
from escalation.models import Commitment, Escalation, TrackerLink
from escalation.views.guard import staff_only
from tickets.errors import ActionRefused
from tickets.models import Ticket


@staff_only
def hand_up(request: HttpRequest, pk: int) -> HttpResponse:
    return _hand_over(request, pk, HandUpForm, actions.hand_up, "escalation/hand_up.html", _("Handed up to %(tier)s."))


@staff_only
def hand_back(request: HttpRequest, pk: int) -> HttpResponse:
    done = _("Handed back to %(tier)s.")
    return _hand_over(request, pk, HandBackForm, actions.hand_back, "escalation/hand_back.html", done)


@staff_only
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Whoever has the ticket confirms or replaces plan and time."""
    row = boards.one(request.user, pk, now=timezone.now())
    if row is None:
        raise Http404
    if row.ticket.assignee_id != request.user.pk:
        raise PermissionDenied
    form = PlanForm(request.POST or None, row=row)
    if request.method == "POST" and form.is_valid():
        given = {name: value for name, value in form.cleaned_data.items() if name != "seen"}
        try:
            actions.set_plan(ticket=row.ticket, by=request.user, now=timezone.now(), **given)
        except ActionRefused as refusal:
            form.add_error(None, refusal.message)
            typed = request.POST.copy()
            typed["seen_expected_at"] = instant_typed(Commitment.objects.get(ticket=row.ticket).expected_at)
            form.data = typed
        else:
            messages.success(request, _("The customer has the plan and the time."))
            return redirect("admin:tickets_ticket_change", pk)
    return render(request, "escalation/plan.html", {"ticket": row.ticket, "form": form})


@staff_only
@require_POST
def add_tracker(request: HttpRequest, pk: int) -> HttpResponse:
    ticket = get_object_or_404(Ticket.objects.visible_to(request.user), pk=pk)
    form = TrackerForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
        return redirect("admin:tickets_ticket_change", pk)
    try:
        actions.attach_tracker(ticket=ticket, by=request.user, url=form.cleaned_data["url"], now=timezone.now())
    except ActionRefused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("The tracker link is on the ticket."))
    return redirect("admin:tickets_ticket_change", pk)


@staff_only
@require_POST
def remove_tracker(request: HttpRequest, pk: int, link: int) -> HttpResponse:
    ticket = get_object_or_404(Ticket.objects.visible_to(request.user), pk=pk)
    found = TrackerLink.objects.filter(ticket=ticket, pk=link).first()
    if found:  # the second half of a double click finds it gone, and that is what was wanted
        actions.remove_tracker(link=found, by=request.user, now=timezone.now())
    messages.success(request, _("The tracker link is taken away."))
    return redirect("admin:tickets_ticket_change", pk)


def _hand_over(
    request: HttpRequest,
    pk: int,
    form_class: type[HandUpForm],
    action: Callable[..., Escalation],
    template: str,
    done: str,
) -> HttpResponse:
    ticket = get_object_or_404(Ticket.objects.visible_to(request.user).select_related("organisation"), pk=pk)
    typed = request.POST.copy()
    form = form_class(typed or None, initial={"seen_step": ticket.step_no})
    if request.method == "POST" and form.is_valid():
        try:
            step = action(ticket=ticket, by=request.user, now=timezone.now(), **form.cleaned_data)
        except ActionRefused as refusal:
            form.add_error(None, refusal.message)
            ticket.refresh_from_db()  # the page shows the ticket as it is now: the next try is about that one
            typed["seen_step"] = str(ticket.step_no)
        else:
            messages.success(request, done % {"tier": step.get_target_display()})
            return redirect("admin:tickets_ticket_change", ticket.pk)
    return render(request, template, {"ticket": ticket, "form": form})
