"""The desk's side menu: what the reader's role may open, in the order in which it is used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.contrib import admin
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from escalation.health import may_see_health

register = template.Library()

PEOPLE, POLICIES, ANSWERS, DELIVERY, MORE = "people", "policies", "answers", "delivery", "more"
_GROUP_OF_APP = {
    "knowledgebase": ANSWERS,
    "accounts": PEOPLE,
    "sla": POLICIES,
    "escalation": POLICIES,
    "tickets": POLICIES,
    "delivery": DELIVERY,
    "notifications": DELIVERY,
}
_GROUP_OF_MODEL = {"SupportPlan": POLICIES}
# The queue and the board have their own lines; the sign-in library's rows are no desk work.
_HIDDEN = {"Ticket", "Escalation", "Commitment", "auth", "account", "mfa"}


@dataclass(frozen=True, slots=True)
class Item:
    label: str
    url: str
    is_current: bool


@register.inclusion_tag("admin/parts/nav.html", takes_context=True)
def desk_nav(context: template.Context) -> dict[str, Any]:
    """Groups of links; a role sees the models whose view permission it has, and nothing else."""
    request = context["request"]
    groups: dict[str, list[Item]] = {"desk": _desk_items(request.path)}
    if may_see_health(request.user):
        page = reverse("escalation:health")
        groups["desk"].append(Item(pgettext("menu", "Health of escalation"), page, request.path == page))
    for app in admin.site.get_app_list(request):
        for model in app["models"]:
            if not model["admin_url"] or _HIDDEN & {app["app_label"], model["object_name"]}:
                continue
            key = _GROUP_OF_MODEL.get(model["object_name"], _GROUP_OF_APP.get(app["app_label"], MORE))
            item = Item(capfirst(model["name"]), model["admin_url"], request.path.startswith(model["admin_url"]))
            groups.setdefault(key, []).append(item)
    labels = {
        "desk": "",
        ANSWERS: _("Knowledge base"),
        PEOPLE: _("People and organisations"),
        POLICIES: _("Policies"),
        DELIVERY: _("Delivery"),
        MORE: pgettext("menu", "More"),
    }
    return {"groups": [(labels[key], groups[key]) for key in labels if key in groups]}


def _desk_items(here: str) -> list[Item]:
    queue, board = reverse("admin:tickets_ticket_changelist"), reverse("admin:escalation_commitment_changelist")
    return [
        Item(_("Queue"), queue, here.startswith(queue)),
        Item(_("Escalations"), board, here.startswith(board)),
        Item(_("Answers"), reverse("knowledgebase:index"), False),
    ]
