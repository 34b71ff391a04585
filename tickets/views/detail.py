"""The customer's page of a ticket, and the same page in parts for its live updates."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.choices import MemberRole
from accounts.models import Membership, User
from accounts.numbers import whole_number
from tickets import actions
from tickets.customer_page import follow_ups, loaded, read_page
from tickets.drafting import Stand, single
from tickets.forms.contacts import ContactForm
from tickets.forms.conversation import LETTER_FORMS, LetterForm, RaiseForm
from tickets.forms.inquiries import AnswersForm
from tickets.loading import rest_loaded
from tickets.models import Attachment, Draft, Ticket
from tickets.thread import Thread, news, read_thread
from tickets.views.drafts import DraftView, visit_and_letter, with_visit_and_letter


@require_safe
@login_required
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    return show(request, find_ticket(request.user, pk))


@require_safe
@login_required
def parts(request: HttpRequest, pk: int) -> HttpResponse:
    """What changes on the page, and the letters after the event `?after=`."""
    ticket = find_ticket(request.user, pk)
    thread = news(ticket, reader=request.user, after=whole_number(request.GET.get("after")) or 0)
    visit, letter = visit_and_letter(ticket, request.user)
    _remember(ticket, request.user, thread, visit)
    return render(request, "tickets/detail_parts.html", _context(ticket, request.user, thread, letter))


def find_ticket(user: User, pk: int) -> Ticket:
    """The ticket with all that its page reads, and how far the person has read and written it; 404 for whoever may not see it."""
    tickets = with_visit_and_letter(loaded(Ticket.objects.visible_to(user)), user)
    admins = Membership.objects.filter(organisation=OuterRef("organisation"), user=user, role=MemberRole.ADMIN)
    return rest_loaded(get_object_or_404(tickets.annotate(is_readers_to_administer=Exists(admins)), pk=pk))


def show(request: HttpRequest, ticket: Ticket, *, status: int = 200, **forms: Any) -> HttpResponse:
    """The whole page; `forms` are bound ones to show again with what was typed."""
    visit, letter = visit_and_letter(ticket, request.user)
    thread = read_thread(ticket, reader=request.user, seen=visit, before=whole_number(request.GET.get("before")))
    if thread.is_newest and thread.latest > (visit or 0):
        _remember(ticket, request.user, thread, visit)
    return render(request, "tickets/detail.html", _context(ticket, request.user, thread, letter) | forms, status=status)


def _context(ticket: Ticket, reader: User, thread: Thread, letter: Draft | None) -> dict[str, Any]:
    is_admin: bool = ticket.is_readers_to_administer
    draft = DraftView.of(letter) if letter else DraftView(uuid.uuid4(), Stand.fresh())
    form_class = LETTER_FORMS.get(ticket.status, LetterForm)
    page = read_page(ticket, now=timezone.now())
    raise_form = RaiseForm(ticket=ticket) if ticket.is_open else None
    return {
        "ticket": ticket,
        "page": page,
        "follow_ups": follow_ups(ticket, reader),
        "thread": thread,
        "letter_form": form_class(
            ticket=ticket, initial=(single(letter.typed) if letter else {}) | {"submission_key": draft.key}
        ),
        "answers_form": AnswersForm(page.checklist.questions, initial={"submission_key": uuid.uuid4()}),
        "contact_form": ContactForm(),
        "raise_form": raise_form if raise_form and raise_form.fields["severity"].choices else None,
        "kept_files": Attachment.objects.unsent(user=reader, draft_key=letter.key)
        if letter
        else Attachment.objects.none(),
        "draft": draft,
        "is_requester_side": not reader.is_staff,
        "invites_people": is_admin,
        "manages_people": actions.decides_who_reads(ticket, reader, is_admin=is_admin),
    }


def _remember(ticket: Ticket, reader: User, thread: Thread, visit: int | None) -> None:
    if thread.items:
        actions.mark_seen(ticket=ticket, by=reader, event_id=thread.latest, was_here=visit is not None)
