"""The customer asks for an escalation: with reasons, or by one click where our side lowered the severity."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.numbers import key_of
from escalation import actions
from escalation.asking import answer_due
from escalation.choices import RequestReason
from escalation.forms.asking import AskForm
from tickets.errors import ActionRefused
from tickets.lifecycle import is_allowed
from tickets.models import Ticket

REFUSED = 409


@login_required
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    ticket = get_object_or_404(Ticket.objects.visible_to(request.user), pk=pk)
    now, form, status = timezone.now(), AskForm(request.POST or None), 200
    if request.user.is_staff:
        messages.error(request, _("Work on this ticket at the desk: on this page its customer acts."))
        return redirect(ticket)
    if request.method != "POST" and not is_allowed("request_escalation", ticket.status):
        messages.error(request, _not_any_more(ticket))
        return redirect(ticket)
    if request.method == "POST" and form.is_valid():
        try:
            actions.request_escalation(ticket=ticket, by=request.user, now=now, **form.cleaned_data)
        except ActionRefused as refusal:
            form.add_error(None, refusal.message)
            status = REFUSED
        else:
            messages.success(request, _("The escalation manager has your escalation."))
            return redirect(ticket)
    context = {"ticket": ticket, "form": form, "answer_due": answer_due(ticket, now=now)}
    return render(request, "escalation/ask.html", context, status=422 if form.errors and status == 200 else status)


def _not_any_more(ticket: Ticket) -> str:
    if ticket.is_merged:
        return _("This ticket was merged into #%(number)s. Ask for an escalation there.") % {
            "number": ticket.merged_into_id
        }
    return _(
        "This ticket is closed, so nothing of it can be escalated. If the problem is back, write below: that opens a new "
        "ticket, and you may escalate that one at any time."
    )


@login_required
@require_POST
def contest(request: HttpRequest, pk: int) -> HttpResponse:
    """One click: the severity was lowered and should not be."""
    ticket = get_object_or_404(Ticket.objects.visible_to(request.user), pk=pk)
    if request.user.is_staff:
        return redirect(ticket)
    key = key_of(request.POST.get("submission_key")) or uuid.uuid4()
    try:
        actions.request_escalation(
            ticket=ticket,
            by=request.user,
            reason=RequestReason.SEVERITY,
            body="",
            submission_key=key,
            now=timezone.now(),
        )
    except ActionRefused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, _("The escalation manager looks at the severity again and answers you."))
    return redirect(ticket)
