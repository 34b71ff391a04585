"""The customers' first page: whose turn it is, until when, and the one button that matters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from tickets.choices import Status
from tickets.models import Ticket
from tickets.promises import promises_for, severity_cards
from tickets.rows import TicketRow, loaded, rows
from tickets.views.drafts import drafts_beside
from tickets.views.shared import organisations_of, to_desk, without_organisation

MOST_ROWS = 20


@login_required
def home(request: HttpRequest) -> HttpResponse:
    if request.user.is_staff:
        return to_desk()
    organisations = list(organisations_of(request.user).annotate(welcomed_at=F("memberships__welcomed_at")))
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
        "phones": list(dict.fromkeys(each.plan.support_phone for each in organisations if each.plan.support_phone)),
        "waiting": rows(waiting, now),
        "ours": rows(ours, now),
        "most_rows": MOST_ROWS,
        "welcome": _welcome(organisations, now),
        "drafts": drafts_beside(request.user),
    }
    return render(request, "tickets/home.html", context | {"turns": _turns(context["waiting"], context["ours"])})


def _open_tickets(user: User, organisations: Sequence[Organisation]):
    return Ticket.objects.visible_to(user).filter(organisation__in=organisations).open()


def _greeting(user: User) -> str:
    hour = timezone.localtime().hour
    if 5 <= hour < 12:
        return _("Good morning, %(name)s") % {"name": user.name}
    if 12 <= hour < 18:
        return _("Good afternoon, %(name)s") % {"name": user.name}
    return _("Good evening, %(name)s") % {"name": user.name}


def _welcome(organisations: Sequence[Organisation], now: datetime) -> dict[str, object] | None:
    """What a newcomer to one of them is told until they put it away: what to expect, whom to call."""
    new_to = next((each for each in organisations if each.welcomed_at is None), None)
    if new_to is None:
        return None
    promised = [card for card in severity_cards(promises_for(new_to, now=now)) if card.promise]
    return {"organisation": new_to, "cards": promised, "phone": new_to.plan.support_phone}


def _managers(organisations: Sequence[Organisation]) -> list[User]:
    """The success managers, each once."""
    return list(
        {each.success_manager.pk: each.success_manager for each in organisations if each.success_manager}.values()
    )


def _turns(waiting: Sequence[TicketRow], ours: Sequence[TicketRow]) -> list[dict[str, object]]:
    """The sentences on top: what waits for the customer, where we are late, and only else what we owe next."""
    late = [row for row in ours if row.clock and row.clock.state == "breached"]
    due = [row for row in ours if row.clock and row.clock.due_at]
    turns = [
        {"kind": kind, "count": len(found), "row": found[0]}
        for kind, found in (("customer", waiting), ("late", late))
        if found
    ]
    if not turns and due:
        turns.append({"kind": "engineer", "count": len(ours), "row": due[0]})
    return turns
