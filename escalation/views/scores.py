"""Low scores that an escalation manager talks over with the customer."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.choices import Role
from escalation.forms.scores import OutcomeForm
from escalation.views.guard import staff_only
from tickets import actions
from tickets.errors import ActionRefused
from tickets.models import Rating
from tickets.models.ratings import RatingQuerySet

MOST_SHOWN = 50
INVALID, REFUSED = 422, 409
_MAY_ACT = frozenset({Role.ESCALATION_MANAGER.value, Role.MANAGER.value, Role.ADMINISTRATOR.value})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def scores(request: HttpRequest) -> HttpResponse:
    """Staff read them, the oldest first; escalation managers and managers write down what came of them."""
    waiting = Rating.objects.visible_to(request.user).to_follow_up()
    form = OutcomeForm(request.POST or None)
    status = 200
    if request.method == "POST":
        if request.user.role not in _MAY_ACT:
            raise Http404
        status = _followed_up(request, form, waiting)
        if status == 200:
            return redirect("escalation:scores")
    rows = waiting.select_related("ticket__organisation", "by", "engineer")[: MOST_SHOWN + 1]
    context = {
        "rows": rows[:MOST_SHOWN],
        "has_more": len(rows) > MOST_SHOWN,
        "form": form,
        "may_act": request.user.role in _MAY_ACT,
    }
    return render(request, "escalation/scores.html", context, status=status)


def _followed_up(request: HttpRequest, form: OutcomeForm, waiting: RatingQuerySet) -> int:
    """Do it; the status of the page to show."""
    if not form.is_valid():
        return INVALID
    rating = waiting.filter(pk=form.cleaned_data["rating"]).first()
    if rating is None:
        messages.error(request, _("Somebody wrote that down already."))
        return 200
    try:
        actions.follow_up_rating(
            rating=rating, by=request.user, outcome=form.cleaned_data["outcome"], now=timezone.now()
        )
    except ActionRefused as refusal:
        form.add_error(None, refusal.message)
        return REFUSED
    messages.success(request, _("Written down."))
    return 200
