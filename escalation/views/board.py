"""The escalations board in the admin, its pulse, and one address for each act on a row."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from escalation import board as boards
from escalation.board_rows import Row
from escalation.forms.acts import ActForm
from escalation.forms.board import BoardFilter
from escalation.forms.fields import instant_typed
from escalation.views.acts import ACTS, Act, line
from escalation.views.guard import staff_only
from escalation.views.news import latest_of, news_since
from tickets.errors import ActionRefused

INVALID, CONFLICT = 422, 409
BOARD = "admin:escalation_commitment_changelist"
MAY_ACT = "escalation.change_commitment"


@staff_only
def old_address(request: HttpRequest) -> HttpResponse:
    """The board stood here once; links to it still lead to it."""
    query = request.META.get("QUERY_STRING", "")
    return redirect(f"{reverse(BOARD)}?{query}" if query else reverse(BOARD))


@require_GET
def board(request: HttpRequest, site: AdminSite) -> HttpResponse:
    return TemplateResponse(
        request, "escalation/board.html", {**site.each_context(request), **_shown(request, request.GET)}
    )


@require_GET
def pulse(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """What the page would show now, so that the open one can say how much of it is old: ticket number to stamp."""
    accepted = BoardFilter(request.GET).accepted()
    page = boards.page(request.user, accepted, now=timezone.now())
    return JsonResponse({"rows": {str(row.ticket.pk): row.stamp for row in page.rows}})


@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, site: AdminSite, pk: int, name: str) -> HttpResponse:
    """One act on the escalation of the ticket `pk`. It waits while the person has not seen what others did meanwhile."""
    row, chosen = boards.one(request.user, pk, now=timezone.now()), ACTS.get(name)
    if row is None or chosen is None:
        raise Http404
    if request.method != "POST":
        form = chosen.form(row=row, initial={"seen": latest_of(row.ticket)})
        return _ask(request, site, row, name, form)
    form = chosen.form(request.POST, row=row)
    if not form.is_valid():
        return _ask(request, site, row, name, form, status=INVALID)
    seen = form.cleaned_data["seen"]
    if seen is not None and (news := news_since(row.ticket, reader=request.user, seen=seen)):
        return _ask(request, site, row, name, form, status=CONFLICT, news=news)
    try:
        chosen.run(row.ticket, request.user, form.cleaned_data, timezone.now())
    except ActionRefused as refusal:
        form.add_error(None, refusal.message)
        row = boards.one(request.user, pk, now=timezone.now()) or row
        return _ask(request, site, row, name, form, status=CONFLICT)
    return _acted(request, row, chosen)


def _shown(request: HttpRequest, query: QueryDict) -> dict[str, Any]:
    """The board's own values for the address's query."""
    now = timezone.now()
    form = BoardFilter(query)
    accepted = form.accepted()
    kept = query.copy()
    kept.pop("page", None)
    page = boards.page(request.user, accepted, now=now)
    may_act = request.user.has_perm(MAY_ACT)
    return {
        "form": form,
        "page": page,
        "lines": [line(row, may_act=may_act) for row in page.rows],
        "figures": _linked(boards.figures(request.user, now=now), accepted, kept),
        "query": kept.urlencode(),
        "back": query.urlencode(),
        "is_filtered": bool(set(accepted) - {"page"} - ({"show"} if accepted["show"] == "all" else set())),
        "may_act": may_act,
        "low_scores": boards.low_scores(request.user),
    }


def _linked(figures: list[boards.Figure], accepted: dict[str, Any], kept: QueryDict) -> list[dict[str, Any]]:
    """Each figure leads to what it counts; a second click on a tier leads back."""
    linked = []
    for figure in figures:
        query = kept.copy()
        is_current = accepted.get(figure.name) == figure.value
        query[figure.name] = "" if is_current and figure.name == "tier" else figure.value
        linked.append({"figure": figure, "url": f"?{query.urlencode()}", "is_current": is_current})
    return linked


def _ask(
    request: HttpRequest, site: AdminSite, row: Row, name: str, form: ActForm, *, status: int = 200, news: str = ""
) -> HttpResponse:
    """The act's form: alone in the board's drawer, else as a page of its own."""
    back = request.POST.get("back", request.GET.get("back", ""))
    context: dict[str, Any] = {"row": row, "name": name, "act": ACTS[name], "form": form, "back": back, "news": news}
    if status == CONFLICT:  # the next try is about what the page shows now
        typed = request.POST.copy()
        typed["seen"] = str(latest_of(row.ticket))
        typed["seen_expected_at"] = instant_typed(row.commitment.expected_at)
        form.data = typed
    template = "escalation/board/act.html" if request.htmx else "escalation/board/act_page.html"
    if not request.htmx:
        context |= {**site.each_context(request), "title": str(ACTS[name].title)}
    return TemplateResponse(request, template, context, status=status)


def _acted(request: HttpRequest, row: Row, chosen: Act) -> HttpResponse:
    """Back on the board as it was filtered: drawn anew in place, or by a redirect to the row."""
    back = QueryDict(request.POST.get("back", "")[:2000])
    if not request.htmx:
        messages.success(request, f"{row.ticket.number}: {chosen.done}")
        query = f"?{back.urlencode()}" if back else ""
        return redirect(f"{reverse(BOARD)}{query}#t{row.ticket.pk}")
    response = TemplateResponse(request, "escalation/board/list.html", _shown(request, back))
    response.headers["HX-Retarget"] = "#board"
    response.headers["HX-Reswap"] = "outerHTML"
    told = {"acted": {"ticket": row.ticket.pk, "words": f"{row.ticket.number}: {chosen.done}"}}
    response.headers["HX-Trigger-After-Swap"] = json.dumps(told)
    return response
