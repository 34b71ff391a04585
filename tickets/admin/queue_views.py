"""The queue's page, its pulse, and taking several tickets at once."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Organisation
from accounts.numbers import whole_number
from tickets import actions
from tickets.admin import queue as queues
from tickets.errors import ActionRefused
from tickets.forms.desk import QueueForm, QueueView, TakeForm
from tickets.models import Ticket

SUGGESTED_ORGANISATIONS = 100


@require_GET
def queue(request: HttpRequest, site: AdminSite) -> HttpResponse:
    now = timezone.now()
    form = QueueForm(request.GET)
    accepted = form.accepted()
    page = queues.page(request.user, accepted, now=now)
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        **site.each_context(request),
        "title": _("Queue"),
        "form": form,
        "view": accepted["view"],
        "tabs": _tabs(request, accepted["view"], queues.counts(request.user, now=now)),
        "page": page,
        "query": query.urlencode(),
        "is_filtered": bool(set(accepted) - {"view", "page"}),
        "organisations": Organisation.objects.visible_to(request.user).values_list("name", flat=True)[
            :SUGGESTED_ORGANISATIONS
        ],
    }
    return TemplateResponse(request, "admin/desk/queue.html", context)


@require_GET
def pulse(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """What the page would show now, so that the open one can say how much of it is old: ticket number to stamp."""
    page = queues.page(request.user, QueueForm(request.GET).accepted(), now=timezone.now())
    return JsonResponse({"rows": {str(row.ticket.pk): row.stamp for row in page.rows}})


@require_POST
def take_many(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """Assign the chosen tickets to oneself, one action each; refusals are told by number."""
    chosen = [
        pk for each in request.POST.getlist("ticket")[: queues.PER_PAGE] if (pk := whole_number(each)) is not None
    ]
    taken = 0
    for ticket in Ticket.objects.visible_to(request.user).filter(pk__in=chosen):
        try:
            seen = TakeForm({"owner": request.POST.get(f"owner-{ticket.pk}")}).seen_owner()
            actions.take(ticket=ticket, by=request.user, seen_owner=seen, now=timezone.now())
            taken += 1
        except ActionRefused as refusal:
            messages.warning(request, f"{ticket.number}: {refusal.message}")
    if taken:
        words = ngettext("%(count)s ticket is yours now.", "%(count)s tickets are yours now.", taken)
        messages.success(request, words % {"count": taken})
    elif not chosen:
        messages.info(request, _("Choose one or more tickets first."))
    return redirect(_back_to(request))


def _tabs(request: HttpRequest, current: str, counts: dict[str, str]) -> list[dict[str, object]]:
    """The views with the other filters kept; “My tier” only for those who have one."""
    tabs = []
    for view in QueueView:
        if view == QueueView.TIER and not request.user.tier:
            continue
        query = request.GET.copy()
        query.pop("page", None)
        query["view"] = view.value
        tabs.append(
            {
                "label": view.label,
                "code": view.value,
                "url": f"?{query.urlencode()}",
                "is_current": view == current,
                "count": counts.get(view, ""),
            }
        )
    return tabs


def _back_to(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    queue_url = reverse("admin:tickets_ticket_changelist")
    if wanted.startswith(queue_url) and url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        return wanted
    return queue_url
