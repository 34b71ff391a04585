"""The answers that follow: a P0 is filed with three fields, and whatever becomes known later is added here."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import SdkProduct
from tickets import actions
from tickets.asking import asked_of, log_guide
from tickets.errors import ActionRefused
from tickets.forms.details import DetailsForm
from tickets.models import Ticket

INVALID, REFUSED = 422, 409


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def details(request: HttpRequest, pk: int) -> HttpResponse:
    """The ticket's questions with what was answered so far. Staff work at the desk; a solved ticket asks nothing more."""
    tickets = Ticket.objects.visible_to(request.user).select_related("category", "environment__product")
    ticket = get_object_or_404(tickets, pk=pk)
    if request.user.is_staff:
        messages.error(request, _("Work on this ticket at the desk: on this page its customer acts."))
        return redirect(ticket)
    if not ticket.is_open and request.method != "POST":
        messages.info(request, _("This ticket is not open any more. Write to us if there is something to add."))
        return redirect(ticket)
    if request.method == "POST":
        return _added(request, ticket)
    return _page(request, ticket, _form(request, ticket))


def _added(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    form = _form(request, ticket, request.POST)
    if not form.is_valid():
        return _page(request, ticket, form, status=INVALID)
    try:
        is_new = actions.add_details(
            ticket=ticket,
            by=request.user,
            environment=form.environment(),
            told=form.told_facts(),
            answers=form.changed_answers(),
            now=timezone.now(),
        )
    except ActionRefused as refusal:
        form.add_error(None, refusal.message)
        return _page(request, ticket, form, status=REFUSED)
    words = _("Thank you. The engineers see it on the ticket.") if is_new else _("Nothing was changed.")
    (messages.success if is_new else messages.info)(request, words)
    return redirect(ticket)


def _form(request: HttpRequest, ticket: Ticket, *typed: Any) -> DetailsForm:
    return DetailsForm(
        *typed,
        ticket=ticket,
        asked=asked_of(ticket.category),
        products=list(SdkProduct.objects.all()),
        zone=request.user.time_zone,
        now=timezone.now(),
    )


def _page(request: HttpRequest, ticket: Ticket, form: DetailsForm, *, status: int = 200) -> HttpResponse:
    guide = log_guide(str(form.value_of("platform") or ""), str(form.value_of("product") or ""))
    context = {"ticket": ticket, "form": form, "problems": form.problems(), "log_guide": guide}
    return render(request, "tickets/details.html", context, status=status)
