"""Screen-sharing calls, for both sides: customers within their pages, staff within the desk's. Nothing happens by GET."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.middleware import zone_of
from accounts.models import User
from tickets import actions
from tickets.calls_shown import CallShown, calendar_of, shown
from tickets.choices import CallState
from tickets.errors import ActionRefused
from tickets.forms.calls import CallReasonForm, OutcomeForm, ProposalForm
from tickets.lifecycle import is_allowed
from tickets.links import ticket_path, ticket_url
from tickets.models import Call, Ticket

INVALID, REFUSED = 422, 409
_HAD_TIME = (CallState.ACCEPTED, CallState.OVER, CallState.HELD, CallState.MISSED)


@dataclass(frozen=True, slots=True)
class Page:
    """The words of a page on which one act is done."""

    title: str
    button: str
    done: str


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Up to three times on the reader's own clock."""
    tickets = Ticket.objects.visible_to(request.user).select_related("requester")
    ticket, now = get_object_or_404(tickets, pk=pk), timezone.now()
    _refuse_lookers(request.user)
    if request.method != "POST" and not is_allowed("propose_call", ticket.status):
        messages.error(request, _("This ticket is closed: no call can be proposed on it any more."))
        return redirect(ticket_path(ticket, request.user))
    before = Call.objects.pending().filter(ticket=ticket).select_related("proposed_by").first()
    zone = request.user.time_zone
    if request.method != "POST":
        form = ProposalForm.fresh(zone=zone, now=now, replaces=before.pk if before else None)
        return _proposal_page(request, ticket, form, before)
    form = ProposalForm(request.POST, zone=zone, now=now)
    if not form.is_valid():
        return _proposal_page(request, ticket, form, before, status=INVALID)
    try:
        actions.propose_call(ticket=ticket, by=request.user, now=now, **form.proposal())
    except ActionRefused as refusal:
        form.add_error(None, refusal.message)
        typed = request.POST.copy()
        typed["replaces"] = str(before.pk) if before else ""  # it is seen now, beside the refusal
        form.data = typed
        return _proposal_page(request, ticket, form, before, status=REFUSED)
    messages.success(request, _("The times are proposed. We tell you here and by mail when one is chosen."))
    return redirect(ticket_path(ticket, request.user))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def accept(request: HttpRequest, key: UUID) -> HttpResponse:
    """One click on a time. Whoever comes by GET, say after signing in, finds the times on the ticket."""
    call = _find(request, key)
    if request.method == "POST":
        try:
            at = datetime.fromisoformat(request.POST.get("at", "")).astimezone(UTC)
            actions.accept_call(call=call, by=request.user, at=at, now=timezone.now())
        except (ValueError, OverflowError):
            messages.error(request, _("Choose one of the times that were proposed."))
        except ActionRefused as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, _("Agreed. Both sides get a mail with a file for the calendar."))
    return redirect(ticket_path(call.ticket, request.user))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def decline(request: HttpRequest, key: UUID) -> HttpResponse:
    page = Page(_("Decline the call"), _("Decline"), _("Declined. The other side has your reason."))
    call = _find(request, key)
    return _act(request, call, page, CallReasonForm, _with_reason(actions.decline_call, request, call), "may_answer")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def cancel(request: HttpRequest, key: UUID) -> HttpResponse:
    page = Page(_("Call the call off"), _("Call it off"), _("Called off. The other side has your reason."))
    call = _find(request, key)
    return _act(request, call, page, CallReasonForm, _with_reason(actions.cancel_call, request, call), "may_cancel")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def outcome(request: HttpRequest, key: UUID) -> HttpResponse:
    page = Page(_("What came of the call"), _("Write it into the ticket"), _("It stands on the ticket now."))
    call = _find(request, key)
    return _act(request, call, page, OutcomeForm, lambda form: _note(request, call, form), "may_note")


@require_safe
@login_required
def calendar(request: HttpRequest, key: UUID) -> HttpResponse:
    """The agreed call as a file for the reader's calendar."""
    call = get_object_or_404(Call.objects.visible_to(request.user), key=key, state__in=_HAD_TIME)
    url = ticket_url(call.ticket, request.user)
    text = calendar_of(call, "PUBLISH", reader=request.user, ticket_url=url, now=timezone.now())
    headers = {"Content-Disposition": f'attachment; filename="call-{call.ticket_id}.ics"'}
    return HttpResponse(text.encode(), content_type="text/calendar; charset=utf-8", headers=headers)


def _find(request: HttpRequest, key: UUID) -> Call:
    calls = Call.objects.visible_to(request.user).select_related("ticket", "proposed_by", "decided_by")
    call = get_object_or_404(calls, key=key)
    _refuse_lookers(request.user)
    return call


def _refuse_lookers(user: User) -> None:
    if user.is_staff and not user.has_perm("tickets.change_ticket"):
        raise PermissionDenied


def _with_reason(action: Callable[..., Call], request: HttpRequest, call: Call) -> Callable[[Any], Call]:
    return lambda form: action(call=call, by=request.user, reason=form.cleaned_data["text"], now=timezone.now())


def _note(request: HttpRequest, call: Call, form: Any) -> None:
    told = form.cleaned_data
    actions.note_outcome(
        call=call, by=request.user, outcome=told["text"], took_place=told["took_place"], now=timezone.now()
    )


def _act(
    request: HttpRequest, call: Call, page: Page, form_class: type[forms.Form], run: Any, allowed: str
) -> HttpResponse:
    """The page with one form; the same with what was typed when that does not go."""
    seen = shown(call, [each.at for each in call.times.all()], reader=request.user, now=timezone.now())
    if request.method != "POST":
        if not getattr(seen, allowed):
            messages.info(request, _("That is not possible any more. Look at the call as it is now."))
            return redirect(ticket_path(call.ticket, request.user))
        return _act_page(request, page, form_class(), seen)
    form = form_class(request.POST)
    if not form.is_valid():
        return _act_page(request, page, form, seen, status=INVALID)
    try:
        run(form)
    except ActionRefused as refusal:
        form.add_error(None, refusal.message)
        return _act_page(request, page, form, seen, status=REFUSED)
    messages.success(request, page.done)
    return redirect(ticket_path(call.ticket, request.user))


def _act_page(
    request: HttpRequest, page: Page, form: forms.Form, seen: CallShown, *, status: int = 200
) -> HttpResponse:
    context = {"page": page, "form": form, "shown": seen, **_frame(seen.call.ticket, request.user)}
    return render(request, "tickets/call_act.html", context, status=status)


def _proposal_page(
    request: HttpRequest, ticket: Ticket, form: ProposalForm, before: Call | None, *, status: int = 200
) -> HttpResponse:
    there = ""
    if request.user.is_staff:
        with timezone.override(zone_of(ticket.requester.time_zone)):
            there = f"{timezone.localtime():%H:%M}"
    context = {"form": form, "before": before, "there": there, **_frame(ticket, request.user)}
    return render(request, "tickets/call_new.html", context, status=status)


def _frame(ticket: Ticket, user: User) -> dict[str, Any]:
    frame = "admin/desk/base.html" if user.is_staff else "base.html"
    return {"ticket": ticket, "frame": frame, "back": ticket_path(ticket, user)}
