"""The customer's list of tickets: filtered, a page at a time by key, so that no page costs more than another."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import App
from accounts.numbers import whole_number
from tickets.forms.listing import STATUSES, ListFilter, Show
from tickets.models import Ticket
from tickets.rows import loaded, rows
from tickets.views.shared import organisations_of, to_desk, without_organisation

PAGE_SIZE = 25
COUNTED_TO = 99  # more are shown as "99+": counting a long list costs more than it tells


@login_required
@require_safe
def ticket_list(request: HttpRequest) -> HttpResponse:
    if request.user.is_staff:
        return to_desk()
    organisations = list(organisations_of(request.user))
    if not organisations:
        return without_organisation(request)
    apps = App.objects.visible_to(request.user).filter(organisation__in=organisations)
    form = ListFilter(request.GET, apps=list(apps))
    chosen = form.chosen()
    mine = Ticket.objects.visible_to(request.user).filter(organisation__in=organisations)
    page, newer, older = _page(loaded(_filtered(mine, chosen), request.user), chosen)
    context = {
        "form": form,
        "left_out": form.left_out(),
        "organisations": organisations,
        "rows": rows(page, timezone.now()),
        "tabs": _tabs(mine, chosen),
        "is_filtered": any(chosen[name] for name in ("q", "severity", "app")),
        "newer_url": newer and _url(chosen, after=newer),
        "older_url": older and _url(chosen, before=older),
        "clear_url": _url({"show": chosen["show"]}),
    }
    return render(request, "tickets/list.html", context)


def _filtered(tickets: QuerySet[Ticket], chosen: dict[str, Any]) -> QuerySet[Ticket]:
    tickets = _shown(tickets, chosen["show"])
    if chosen["severity"]:
        tickets = tickets.filter(severity=chosen["severity"])
    if chosen["app"]:
        tickets = tickets.filter(app=int(chosen["app"]))
    if chosen["q"]:
        number = whole_number(chosen["q"].removeprefix("#"))
        matches = Q(subject__icontains=chosen["q"]) | (Q() if number is None else Q(pk=number))
        tickets = tickets.filter(matches)
    return tickets


def _shown(tickets: QuerySet[Ticket], show: str) -> QuerySet[Ticket]:
    return tickets if show == Show.ALL else tickets.filter(status__in=STATUSES[show])


def _page(tickets: QuerySet[Ticket], chosen: dict[str, Any]) -> tuple[list[Ticket], int | None, int | None]:
    """The newest tickets below `before` or the next above `after`; with the keys that lead to newer and older ones."""
    before, after = chosen["before"], chosen["after"]
    if after is not None and before is None:
        found = list(tickets.filter(pk__gt=after).order_by("pk")[: PAGE_SIZE + 1])
        page = found[:PAGE_SIZE][::-1]
        newer, older = len(found) > PAGE_SIZE, bool(page)
    else:
        older_ones = tickets.filter(pk__lt=before) if before else tickets
        found = list(older_ones.order_by("-pk")[: PAGE_SIZE + 1])
        page = found[:PAGE_SIZE]
        newer, older = bool(before and page), len(found) > PAGE_SIZE
    return page, page[0].pk if newer else None, page[-1].pk if older else None


def _tabs(tickets: QuerySet[Ticket], chosen: dict[str, Any]) -> list[dict[str, Any]]:
    counted = {show: _shown(tickets, show)[: COUNTED_TO + 1].count() for show in (Show.OPEN.value, Show.WAITING.value)}
    return [
        {
            "value": each.value,
            "label": each.label,
            "url": _url({**chosen, "show": each.value}),
            "is_current": chosen["show"] == each.value,
            "count": _capped(counted[each.value]) if each.value in counted else "",
        }
        for each in Show
    ]


def _capped(count: int) -> str:
    return str(count) if count <= COUNTED_TO else f"{COUNTED_TO}+"


def _url(chosen: dict[str, Any], **page: int) -> str:
    kept = {name: chosen[name] for name in ("show", "q", "severity", "app") if chosen.get(name)}
    return f"{reverse('tickets:list')}?{urlencode(kept | page)}"
