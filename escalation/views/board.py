"""The escalations board. For staff only."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from escalation.board import lanes, open_escalations
from escalation.forms import BoardFilter
from escalation.views.guard import staff_only


@staff_only
def board(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    filter_form = BoardFilter(request.GET)
    columns = lanes(open_escalations(request.user, filter_form.chosen()), now=now)
    cards = [card for lane in columns for card in lane.cards]
    late = [card for card in cards if card.is_late]
    context = {"lanes": columns, "count": len(cards), "late": late, "filter_form": filter_form}
    return render(request, "escalation/board.html", context)
