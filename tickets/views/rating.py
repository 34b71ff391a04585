"""Scoring a solution: from the ticket's page, and by the link in the mail. Opening an address never scores."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from tickets import actions
from tickets.errors import ActionRefused
from tickets.forms.rating import RatingForm
from tickets.models import Rating, Ticket
from tickets.rating_links import open_link

INVALID, REFUSED = 422, 409


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def rate(request: HttpRequest, pk: int) -> HttpResponse:
    """The newest solution of the ticket. Staff score nothing."""
    ticket = get_object_or_404(Ticket.objects.visible_to(request.user), pk=pk)
    rating = Rating.objects.filter(ticket=ticket).select_related("ticket", "by").first()
    if request.user.is_staff:
        raise Http404
    if rating is None or ticket.is_open or not rating.is_open_at(timezone.now()):
        return redirect(ticket)
    if request.method != "POST":
        form = RatingForm.of(rating, request.GET.get("score", ""))
        return render(request, "tickets/rating.html", {"ticket": ticket, "rating": rating, "form": form})
    if problem := _rated(request, rating, request.user):
        return problem
    messages.success(request, _("Thank you. Your score stands on the ticket."))
    return redirect(ticket)


@require_http_methods(["GET", "HEAD", "POST"])
def rate_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The same without signing in, for whom the link was mailed to, once; the page says who that is. Staff score nothing."""
    opened = open_link(token, now=timezone.now())
    if opened is None or request.user.is_staff:
        return render(request, "tickets/rating_closed.html", status=404)
    if request.method != "POST":
        form = RatingForm.of(opened.rating, request.GET.get("score", ""))
        context = {"ticket": opened.rating.ticket, "rating": opened.rating, "form": form, "by_link": opened.user}
        return render(request, "tickets/rating.html", context)
    if problem := _rated(request, opened.rating, opened.user, by_link=True):
        return problem
    return render(request, "tickets/rating_thanks.html", {"ticket": opened.rating.ticket})


def _rated(request: HttpRequest, rating: Rating, by: User, *, by_link: bool = False) -> HttpResponse | None:
    """Score it; the page again, with what was typed, when that does not go."""
    form = RatingForm(request.POST)
    context = {"ticket": rating.ticket, "rating": rating, "form": form, "by_link": by if by_link else None}
    if not form.is_valid():
        return render(request, "tickets/rating.html", context, status=INVALID)
    try:
        actions.rate(
            rating=rating,
            by=by,
            score=form.score_given(),
            revision=form.cleaned_data["revision"],
            now=timezone.now(),
        )
    except ActionRefused as refusal:
        form.add_error(None, refusal.message)
        return render(request, "tickets/rating.html", context, status=REFUSED)
    return None
