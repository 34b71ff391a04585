"""The questions of a kind of problem, for the open filing page: what was typed stays, nothing is judged or kept."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from tickets.forms.filing import FilingForm
from tickets.forms.filing_place import FilingPlace
from tickets.views.filing import questions_context
from tickets.views.shared import organisations_of, to_desk, without_organisation


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def questions(request: HttpRequest) -> HttpResponse:
    """The parts of the page that depend on the category and the platform, as they stand with what was typed."""
    if request.user.is_staff:
        return to_desk()
    place = FilingPlace.of(request.user, organisations_of(request.user))
    if not place.organisations:
        return without_organisation(request)
    typed = (request.POST if request.method == "POST" else request.GET).dict()
    form = FilingForm(initial=typed, place=place, now=timezone.now())
    return render(request, "tickets/new_parts.html", {"form": form} | questions_context(form))
