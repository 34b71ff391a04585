"""The customer answers what we asked, on the ticket's page."""

from __future__ import annotations

import re

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tickets import actions
from tickets.errors import ActionRefused
from tickets.forms.inquiries import AnswersForm
from tickets.investigation_shown import checklist
from tickets.models import Inquiry, Message, Ticket
from tickets.views.conversation import INVALID, REFUSED, customers_act, draft_key, newest_of
from tickets.views.detail import find_ticket, show


@customers_act
def answers(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    """Answers to some of the questions, in one letter."""
    if request.method != "POST":
        return redirect(ticket)
    key = draft_key(request)
    if key and Message.objects.filter(ticket=ticket, author=request.user, submission_key=key).exists():
        return redirect(newest_of(ticket))  # the second half of a double click
    form = _bound(request, ticket)
    if not form.is_valid():
        return show(request, ticket, status=INVALID, answers_form=form)
    try:
        actions.answer_questions(
            ticket=ticket,
            by=request.user,
            replies=[actions.GivenReply(**each) for each in form.given()],
            submission_key=form.cleaned_data["submission_key"],
            now=timezone.now(),
        )
    except ActionRefused as refusal:
        form.add_error(None, refusal.message)
        return show(request, find_ticket(request.user, ticket.pk), status=REFUSED, answers_form=form)
    messages.success(request, _thanks(ticket))
    return redirect(newest_of(ticket))


def _bound(request: HttpRequest, ticket: Ticket) -> AnswersForm:
    """With the questions that are open, and those that the page still had when it was filled."""
    named = {int(found[1]) for name in request.POST if (found := re.fullmatch(r"answer-(\d{1,18})", name))}
    typed = frozenset(pk for pk in named if request.POST.get(f"answer-{pk}", "").strip())
    shown = {each.pk for each in checklist(ticket).questions}
    rows = [each for each in ticket.inquiries.all() if each.text and (each.pk in shown or each.pk in typed)]
    return AnswersForm(rows, request.POST, typed=typed)


def _thanks(ticket: Ticket) -> str:
    left = Inquiry.objects.open().filter(ticket=ticket).exclude(text="").count()
    if not left:
        return _("Sent. Nothing is asked of you any more; we go on.")
    return ngettext("Sent. %(n)s question is still open.", "Sent. %(n)s questions are still open.", left) % {"n": left}
