"""The customer's list of tickets, and the same list as a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_safe

from accounts.models import App, Organisation
from tickets.customer_list import Page, listed, of_customer, page, shown
from tickets.forms.listing import FILTERS, MORE, ListFilter, Show
from tickets.models import Category, Ticket
from tickets.rows import TicketRow, loaded, rows
from tickets.views.exporting import sent_as_csv
from tickets.views.shared import organisations_of, to_desk, without_organisation

COUNTED_TO = 99  # more are shown as "99+": counting a long list costs more than it tells


@login_required
@require_safe
def ticket_list(request: HttpRequest) -> HttpResponse:
    if request.user.is_staff:
        return to_desk()
    organisations = list(organisations_of(request.user))
    if not organisations:
        return without_organisation(request)
    form = _form(request, organisations)
    chosen = form.chosen()
    mine = of_customer(request.user, organisations)
    found = listed(mine, chosen, user=request.user, organisations=organisations)
    keys = page(found.tickets, chosen)
    lines = _lines(request, mine, keys)
    context = {
        "form": form,
        "left_out": form.left_out(),
        "is_cut": found.is_cut,
        "organisations": organisations,
        # Of two that were touched at one time, the one that waited longer.
        "waiting": sorted((lines[pk] for pk in keys.waiting if pk in lines), key=lambda line: line.waits_since),
        "rows": [lines[pk] for pk in keys.ids if pk in lines],
        "tabs": _tabs(mine, chosen),
        "is_filtered": any(chosen[name] for name in FILTERS),
        "is_narrowed": any(chosen[name] for name in MORE),
        "newer_url": keys.newer and _url(chosen, after=keys.newer),
        "older_url": keys.older and _url(chosen, before=keys.older),
        "waiting_url": keys.has_more_waiting and _url({**chosen, "show": Show.WAITING.value}),
        "clear_url": _url({"show": chosen["show"]}),
        "export_url": _url(chosen, to="tickets:export"),
    }
    return render(request, "tickets/list.html", context)


@login_required
@require_GET
def ticket_export(request: HttpRequest) -> HttpResponseBase:
    """The list under the same filters as a CSV file, all its pages."""
    if request.user.is_staff:
        return to_desk()
    organisations = list(organisations_of(request.user))
    chosen = _form(request, organisations).chosen()
    mine = of_customer(request.user, organisations)
    found = listed(mine, chosen, user=request.user, organisations=organisations)
    return sent_as_csv(request, found.tickets)


def _form(request: HttpRequest, organisations: Sequence[Organisation]) -> ListFilter:
    apps = App.objects.visible_to(request.user).filter(organisation__in=organisations)
    return ListFilter(
        request.GET, apps=list(apps), categories=list(Category.objects.all()), organisations=organisations
    )


def _lines(request: HttpRequest, tickets: QuerySet[Ticket], keys: Page) -> dict[int, TicketRow]:
    found = loaded(tickets.filter(pk__in=[*keys.waiting, *keys.ids]), request.user)
    return {line.ticket.pk: line for line in rows(found, timezone.now())}


def _tabs(tickets: QuerySet[Ticket], chosen: Mapping[str, Any]) -> list[dict[str, Any]]:
    counted = {show: shown(tickets, show)[: COUNTED_TO + 1].count() for show in (Show.OPEN.value, Show.WAITING.value)}
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


def _url(chosen: Mapping[str, Any], *, to: str = "tickets:list", **at: int) -> str:
    kept = {name: chosen[name] for name in ("show", *FILTERS) if chosen.get(name)}
    return f"{reverse(to)}?{urlencode(kept | at)}"
