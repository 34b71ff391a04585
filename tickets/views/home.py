"""The customers' first page: whose turn it is, until when, and the one button that matters."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth.decorators import login_required
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from tickets.choices import Status
from tickets.models import Ticket
from tickets.rows import TicketRow, loaded, rows
from tickets.views.shared import organisations_of, search_url, to_desk, without_organisation

MOST_ROWS = 20


@login_required
def home(request: HttpRequest) -> HttpResponse:
    if request.user.is_staff:
        return to_desk()
    organisations = list(organisations_of(request.user))
    if not organisations:
        return without_organisation(request)
    now = timezone.now()
    tickets = loaded(_open_tickets(request.user, organisations), request.user)
    by_due = (F("next_due_at").asc(nulls_last=True), "-pk")
    waiting = tickets.filter(status=Status.WAITING_CUSTOMER).order_by("-updated_at")[: MOST_ROWS + 1]
    ours = tickets.exclude(status=Status.WAITING_CUSTOMER).order_by(*by_due)[: MOST_ROWS + 1]
    context = {
        "greeting": _greeting(request.user),
        "organisations": organisations,
        "managers": _managers(organisations),
        "waiting": rows(waiting, now),
        "ours": rows(ours, now),
        "most_rows": MOST_ROWS,
        "search_url": search_url(),
    }
    return render(request, "tickets/home.html", context | {"turn": _turn(context["waiting"], context["ours"])})


def _open_tickets(user: User, organisations: Sequence[Organisation]):
    return Ticket.objects.visible_to(user).filter(organisation__in=organisations).open()


def _greeting(user: User) -> str:
    hour = timezone.localtime().hour
    if 5 <= hour < 12:
        return _("Good morning, %(name)s") % {"name": user.name}
    if 12 <= hour < 18:
        return _("Good afternoon, %(name)s") % {"name": user.name}
    return _("Good evening, %(name)s") % {"name": user.name}


def _managers(organisations: Sequence[Organisation]) -> list[User]:
    """The success managers, each once."""
    return list(
        {each.success_manager.pk: each.success_manager for each in organisations if each.success_manager}.values()
    )


def _turn(waiting: Sequence[TicketRow], ours: Sequence[TicketRow]) -> dict[str, object] | None:
    """The sentence on top: the customer's turn first, then where we are late, then what is due next."""
    if waiting:
        return {"kind": "customer", "count": len(waiting), "row": waiting[0]}
    late = [row for row in ours if row.clock and row.clock.state == "breached"]
    if late:
        return {"kind": "late", "count": len(late), "row": late[0]}
    due = [row for row in ours if row.clock and row.clock.due_at]
    return {"kind": "engineer", "count": len(ours), "row": due[0]} if due else None
