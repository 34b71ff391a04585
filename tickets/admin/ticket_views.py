"""The desk's page of a ticket, its news, and one POST address for each act. A refusal shows the page with what was typed."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.numbers import whole_number
from tickets import actions
from tickets.admin.acts import ACTS, Act
from tickets.admin.page import loaded, read_page
from tickets.admin.thread import read_thread, written_since
from tickets.admin.words import news_line
from tickets.customer_page import follow_ups
from tickets.errors import ActionRefused
from tickets.forms.desk import AssignForm, Kind, MergeForm, ReasonForm, SeverityForm, WriteForm
from tickets.forms.investigation import InvestigationForm, opened
from tickets.investigation_shown import found_so_far, investigation_of
from tickets.loading import rest_loaded
from tickets.models import Attachment, Message, Ticket, TicketEvent, TicketVisit
from tickets.receipts import receipts_of
from tickets.views.conversation import draft_key
from tickets.views.uploads import Refused, discard_upload, keep_uploads

INVALID, CONFLICT = 422, 409


@require_safe
def page(request: HttpRequest, site: AdminSite, pk: int) -> HttpResponse:
    return _show(request, site, _find(request, pk))


@require_safe
def news(request: HttpRequest, site: AdminSite, pk: int) -> HttpResponse:
    """What happened after the event `?after=`: the newest event's number, and a sentence for the open page."""
    ticket = get_object_or_404(Ticket.objects.visible_to(request.user), pk=pk)
    after = whole_number(request.GET.get("after")) or 0
    events = TicketEvent.objects.visible_to(request.user).filter(ticket=ticket, pk__gt=after)
    newest = list(events.select_related("actor").order_by("-pk")[:20])
    if not newest:
        return JsonResponse({"latest": 0, "words": ""})
    told = next((event for event in newest if event.message_id), newest[0])
    words = _("%(what)s · show") % {"what": news_line(told)}
    return JsonResponse({"latest": newest[0].pk, "words": words})


@require_safe
def receipt(request: HttpRequest, site: AdminSite, pk: int) -> HttpResponse:
    """The ticket's clocks line by line, as its customer reads them too."""
    ticket, now = get_object_or_404(Ticket.objects.visible_to(request.user), pk=pk), timezone.now()
    context = {
        **site.each_context(request),
        "title": _("SLA receipt of %(number)s") % {"number": ticket.number},
        "ticket": ticket,
        "receipts": receipts_of(ticket, now=now),
        "now": now,
    }
    return TemplateResponse(request, "admin/desk/receipt.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, site: AdminSite, pk: int, name: str) -> HttpResponse:
    """One act. A public letter waits while its writer has not seen what somebody else wrote meanwhile."""
    ticket, chosen = _find(request, pk), ACTS.get(name)
    if chosen is None:
        raise Http404
    if request.method != "POST" or _was_sent(request, ticket):
        return redirect(_address(ticket))
    kept = _keep_files(request, chosen)
    form = _bound(request, chosen, ticket, has_files=kept["kept_files"].exists())
    shown: dict[str, Any] = {chosen.slot: form, **kept}
    if "discard" in request.POST:
        return _show(request, site, ticket, **shown, is_draft=True)
    if not form.is_valid() or kept["refused_files"]:
        return _show(request, site, ticket, status=INVALID, **shown)
    if chosen.is_public and (unseen := _unseen(request, ticket, form.cleaned_data["seen"])):
        return _show(
            request, site, ticket, status=CONFLICT, **shown, unseen=unseen, unseen_for=timezone.now() - unseen.at
        )
    try:
        chosen.run(ticket, request.user, form.cleaned_data, timezone.now())
    except ActionRefused as refusal:
        form.add_error(None, refusal.message)
        return _show(request, site, _find(request, pk), status=CONFLICT, **shown)
    messages.success(request, chosen.done)
    return redirect(_address(ticket))


def _find(request: HttpRequest, pk: int) -> Ticket:
    visit = TicketVisit.objects.filter(ticket=OuterRef("pk"), user=request.user).values("seen_event_id")
    tickets = loaded(Ticket.objects.visible_to(request.user)).annotate(seen_event_id=Subquery(visit))
    return rest_loaded(get_object_or_404(tickets, pk=pk))


def _show(request: HttpRequest, site: AdminSite, ticket: Ticket, *, status: int = 200, **shown: Any) -> HttpResponse:
    """The whole page; `shown` holds bound forms, kept and refused files, and what was not seen."""
    now = timezone.now()
    visit: int | None = ticket.seen_event_id  # `_find` annotates it
    thread = read_thread(ticket, reader=request.user, seen=visit or 0, before=whole_number(request.GET.get("before")))
    if thread.is_newest and thread.latest > (visit or 0):
        actions.mark_seen(ticket=ticket, by=request.user, event_id=thread.latest, was_here=visit is not None)
    posted = request.POST.get("seen", "") if request.method == "POST" and "unseen" not in shown else ""
    context = {
        **site.each_context(request),
        "title": f"{ticket.number} {ticket.subject}",
        "ticket": ticket,
        "page": read_page(ticket, reader=request.user, now=now),
        "follow_ups": follow_ups(ticket, request.user),
        "thread": thread,
        "seen": posted if posted.isdecimal() else thread.latest,
        "kinds": Kind,
        "write_form": WriteForm(
            ticket=ticket,
            initial={"submission_key": uuid.uuid4(), "kind": Kind.PUBLIC.value, **found_so_far(ticket)},
        ),
        "investigation_form": InvestigationForm(initial=opened(investigation_of(ticket))),
        "severity_form": SeverityForm(initial={"severity": ticket.severity}),
        "assign_form": AssignForm(initial={"to": ticket.assignee_id}),
        "reopen_form": ReasonForm(ticket=ticket, initial={"submission_key": uuid.uuid4()}),
        "merge_form": MergeForm(ticket=ticket, reader=request.user),
        "kept_files": Attachment.objects.none(),
        **shown,
    }
    return TemplateResponse(request, "admin/desk/ticket.html", context, status=status)


def _bound(request: HttpRequest, chosen: Act, ticket: Ticket, *, has_files: bool) -> Any:
    if chosen.form is WriteForm:
        return WriteForm(request.POST, ticket=ticket, act_kind=chosen.kind, has_files=has_files, asks=chosen.asks)
    if chosen.form is ReasonForm:
        return ReasonForm(request.POST, ticket=ticket)
    if chosen.form is MergeForm:
        return MergeForm(request.POST, ticket=ticket, reader=request.user)
    return chosen.form(request.POST)


def _keep_files(request: HttpRequest, chosen: Act) -> dict[str, Any]:
    """The draft's files, the new ones among them; those that could not be kept, with the reason."""
    key = draft_key(request)
    if chosen.form is not WriteForm or key is None:
        return {"kept_files": Attachment.objects.none(), "refused_files": []}
    refused: list[Refused] = keep_uploads(request, field="files", by=request.user, draft_key=key, now=timezone.now())
    if discarded := request.POST.get("discard"):
        discard_upload(key=discarded, by=request.user, draft_key=key)
    return {"kept_files": Attachment.objects.unsent(user=request.user, draft_key=key), "refused_files": refused}


def _unseen(request: HttpRequest, ticket: Ticket, seen: int) -> TicketEvent | None:
    """The newest of what others wrote and the writer of this letter had not on the page."""
    return written_since(ticket, reader=request.user, seen=seen).first()


def _was_sent(request: HttpRequest, ticket: Ticket) -> bool:
    """Is this the second half of a double click?"""
    key = draft_key(request)
    mine = Message.objects.filter(ticket=ticket, author=request.user, submission_key=key)
    return key is not None and mine.exists()


def _address(ticket: Ticket) -> str:
    return reverse("admin:tickets_ticket_change", args=[ticket.pk]) + "#newest"
