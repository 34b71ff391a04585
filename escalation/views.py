"""The escalations board and the hand-up page. For staff only."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from escalation import actions
from escalation.board import lanes, open_escalations
from escalation.forms import BoardFilter, HandUpForm
from tickets.errors import ActionRefused
from tickets.models import Ticket

View = Callable[..., HttpResponse]


def staff_only(view: View) -> View:
    """404 for customers: to them these pages do not exist."""

    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not request.user.is_staff:
            raise Http404
        return view(request, *args, **kwargs)

    return login_required(guarded)


@staff_only
def board(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    filter_form = BoardFilter(request.GET)
    columns = lanes(open_escalations(request.user, filter_form.chosen()), now=now)
    cards = [card for lane in columns for card in lane.cards]
    late = [card for card in cards if card.is_late]
    context = {"lanes": columns, "count": len(cards), "late": late, "filter_form": filter_form}
    return render(request, "escalation/board.html", context)


@staff_only
def hand_up(request: HttpRequest, pk: int) -> HttpResponse:
    ticket = get_object_or_404(Ticket.objects.visible_to(request.user).select_related("organisation"), pk=pk)
    typed = request.POST.copy()
    form = HandUpForm(typed or None, initial={"seen_step": ticket.step_no})
    if request.method == "POST" and form.is_valid():
        try:
            step = actions.hand_up(ticket=ticket, by=request.user, now=timezone.now(), **form.cleaned_data)
        except ActionRefused as refusal:
            form.add_error(None, refusal.message)
            ticket.refresh_from_db()  # the page shows the ticket as it is now: the next try is about that one
            typed["seen_step"] = str(ticket.step_no)
        else:
            messages.success(request, _("Handed up to %(tier)s.") % {"tier": step.get_target_display()})
            return redirect("admin:tickets_ticket_change", ticket.pk)
    return render(request, "escalation/hand_up.html", {"ticket": ticket, "form": form})
