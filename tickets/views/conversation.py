"""What a customer does on the ticket's page: each act has its own address, and a refusal shows the page with what was typed."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.numbers import key_of
from tickets import actions
from tickets.choices import Status
from tickets.errors import ActionRefused
from tickets.forms.conversation import FollowUpForm, LetterForm, RaiseForm, ReopenForm
from tickets.models import Attachment, Message, Ticket
from tickets.views.detail import find_ticket, show
from tickets.views.drafts import DraftView, store
from tickets.views.uploads import Refused, discard_upload, keep_uploads

INVALID, REFUSED = 422, 409


def customers_act(
    act: Callable[[HttpRequest, Ticket], HttpResponse], *, find: Callable[[User, int], Ticket] = find_ticket
) -> Callable[..., HttpResponse]:
    """An act on a ticket that the person sees, with what `find` loads of it. Staff act at the desk; an address that is only
    opened leads to the page."""

    @functools.wraps(act)
    def view(request: HttpRequest, pk: int) -> HttpResponse:
        ticket = find(request.user, pk)
        if request.user.is_staff:
            messages.error(request, _("Work on this ticket at the desk: on this page its customer acts."))
            return redirect(ticket)
        return act(request, ticket)

    return require_http_methods(["GET", "HEAD", "POST"])(login_required(view))


@customers_act
def reply(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """The customer writes a letter."""
    return _letter(request, ticket, LetterForm)


@customers_act
def reopen(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """The customer says why a solved ticket is not solved."""
    return _letter(request, ticket, ReopenForm)


@customers_act
def follow_up(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """The customer writes after the ticket was closed: a new one is filed, linked to it."""
    key = draft_key(request)
    filed = Ticket.objects.filter(submission_key=key, requester=request.user, follows=ticket).first() if key else None
    return redirect(filed) if filed else _letter(request, ticket, FollowUpForm)


@customers_act
def raise_severity(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """The customer says that it is more urgent, and why."""
    if request.method != "POST":
        return redirect(ticket)
    form = RaiseForm(request.POST, ticket=ticket)
    if not form.is_valid():
        return show(request, ticket, status=INVALID, raise_form=form)
    try:
        actions.change_severity(ticket=ticket, by=request.user, **form.cleaned_data, now=timezone.now())
    except ActionRefused as refusal:
        form.add_error(None, refusal.message)
        return show(request, find_ticket(request.user, ticket.pk), status=REFUSED, raise_form=form)
    messages.success(request, _("The severity is raised. The new times are on the clocks."))
    return redirect(ticket)


@customers_act
def solved(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """The customer says that it is solved; asked once."""
    if request.method != "POST":
        return render(request, "tickets/detail_solved.html", {"ticket": ticket}) if ticket.is_open else redirect(ticket)
    try:
        actions.confirm_solved(ticket=ticket, by=request.user, now=timezone.now())
    except ActionRefused as refusal:
        messages.error(request, refusal.message)
        return redirect(ticket)
    messages.success(request, _("Thank you for telling us. The ticket is solved."))
    return redirect(ticket)


def _letter(request: HttpRequest, ticket: Ticket, form_class: type[LetterForm]) -> HttpResponse:
    if request.method != "POST":
        return redirect(ticket)
    key = draft_key(request)
    if key and Message.objects.filter(ticket=ticket, author=request.user, submission_key=key).exists():
        return redirect(newest_of(ticket))  # the second half of a double click
    refused: list[Refused] = []
    if key:
        refused = keep_uploads(
            request,
            field="files",
            by=request.user,
            draft_key=key,
            now=timezone.now(),
            organisation=ticket.organisation,
        )
        if discarded := request.POST.get("discard"):
            discard_upload(key=discarded, by=request.user, draft_key=key)
    kept = Attachment.objects.unsent(user=request.user, draft_key=key or uuid.uuid4())
    shown = {"kept_files": kept, "refused_files": refused, "is_drafting": True, "draft": DraftView.sent(request, key)}
    if "discard" in request.POST:
        draft = form_class(ticket=ticket, initial=request.POST.dict())
        return show(request, ticket, letter_form=draft, **shown)
    if "save_draft" in request.POST and key:
        return _kept(
            request, ticket, key, shown | {"letter_form": form_class(ticket=ticket, initial=request.POST.dict())}
        )
    form = form_class(request.POST, ticket=ticket, has_files=kept.exists())
    shown["letter_form"] = form
    if not form.is_valid() or refused:
        return show(request, ticket, status=INVALID, **shown)
    try:
        sent_to = _send(request, ticket, form)
    except ActionRefused as refusal:
        form.add_error(None, refusal.message)
        return show(request, find_ticket(request.user, ticket.pk), status=REFUSED, **shown)
    return redirect(newest_of(sent_to))


def _kept(request: HttpRequest, ticket: Ticket, key: uuid.UUID, shown: dict[str, Any]) -> HttpResponse:
    """“Save as draft”, for pages whose script does not run."""
    try:
        kept = store(request, key=key, ticket=ticket, now=timezone.now())
    except ActionRefused as refusal:
        return show(request, ticket, **shown | {"draft": shown["draft"].told(refusal)})
    if kept and not shown["refused_files"]:
        messages.success(request, _("Kept as a draft for 30 days. Go on with it here, from any device."))
        return redirect(kept)
    return show(request, ticket, **shown)


def _send(request: HttpRequest, ticket: Ticket, form: LetterForm) -> Ticket:
    """Send the letter; the ticket on which it stands now."""
    body, key = form.cleaned_data["body"], form.cleaned_data["submission_key"]
    if isinstance(form, FollowUpForm):
        new = actions.follow_up(ticket=ticket, by=request.user, body=body, submission_key=key, now=timezone.now())
        words = _("Filed as %(new)s, linked to %(old)s. Its clocks run from now on.")
        messages.success(request, words % {"new": new.number, "old": ticket.number})
        return new
    if isinstance(form, ReopenForm):
        actions.reopen(ticket=ticket, by=request.user, reason=body, submission_key=key, now=timezone.now())
        messages.success(request, _("The ticket is open again."))
        return ticket
    actions.customer_reply(ticket=ticket, by=request.user, body=body, submission_key=key, now=timezone.now())
    words = _("Sent. The ticket had been resolved meanwhile; your message opened it again.")
    messages.success(request, words if ticket.status == Status.RESOLVED else _("Sent."))
    return ticket


def newest_of(ticket: Ticket) -> str:
    return f"{ticket.get_absolute_url()}#newest"


def draft_key(request: HttpRequest) -> uuid.UUID | None:
    return key_of(request.POST.get("submission_key"))
