"""Tickets like the one that is being reported: shown while it is typed, asked about once before it is filed."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.numbers import whole_number
from sla.choices import Severity
from tickets import actions
from tickets.duplicates import SURE_FROM, Lookalike, lookalikes
from tickets.forms.filing import FilingForm
from tickets.forms.filing_place import FilingPlace, app_of, organisation_of
from tickets.models import Ticket
from tickets.views.shared import organisations_of

ASKED = "similar_asked"


@require_POST
@login_required
def similar(request: HttpRequest) -> HttpResponse:
    """A part of the form's page: what is like the text so far. Nothing is stored."""
    place = FilingPlace.of(request.user, organisations_of(request.user))
    if request.user.is_staff or not place.organisations:
        raise Http404
    choice = request.POST.get("app", "")
    found = lookalikes(
        request.user,
        organisation=organisation_of(place, choice),
        app=app_of(place, choice),
        subject=request.POST.get("subject", "")[:1000],
        description=request.POST.get("description", ""),
        now=timezone.now(),
    )
    return render(request, "tickets/new_similar_found.html", {"similar": found})


def to_ask_about(form: FilingForm) -> Sequence[Lookalike]:
    """Of a valid form: the tickets it is surely like, unless the person was asked already. A P0 is never held up."""
    told = form.cleaned_data
    if told["severity"] == Severity.P0 or ASKED in form.data:
        return ()
    return lookalikes(
        form.place.user,
        organisation=form.chosen_organisation(),
        app=form.chosen_app(),
        subject=told["subject"],
        description=told["description"],
        now=form.now,
        from_likeness=SURE_FROM,
    )


def followed(request: HttpRequest, *, key: uuid.UUID) -> HttpResponse:
    """“Follow it instead”: nothing is filed, and what was typed waits on that ticket as a letter that is not sent."""
    pk = whole_number(request.POST.get("follow")) or 0
    ticket = get_object_or_404(Ticket.objects.visible_to(request.user), pk=pk)
    texts = (request.POST.get(name, "").replace("\x00", "").strip() for name in ("subject", "description"))
    words = "\n\n".join(filter(None, texts)).replace("\r\n", "\n")
    is_waiting = actions.follow_ticket(ticket=ticket, by=request.user, now=timezone.now(), key=key, words=words)
    said = (
        _("You follow %(number)s now and hear of everything that happens. What you wrote stands below, not sent yet.")
        if is_waiting
        else _("You follow %(number)s now and hear of everything that happens.")
    )
    messages.success(request, said % {"number": ticket.number})
    return redirect(ticket)
