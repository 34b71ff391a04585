"""The bell of every page, and the mark that a ticket's page was looked at."""

from typing import Any

from django import template
from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from notifications.models import Notice
from tickets.models import Ticket

register = template.Library()
COUNTED_UP_TO = 100  # the bell says 99+ beyond


def bell_context(user: User) -> dict[str, Any]:
    """What the bell shows (1 query, bounded)."""
    unread = Notice.objects.visible_to(user).unread().order_by()
    return {"count": len(unread.values_list("pk", flat=True)[:COUNTED_UP_TO])}


@register.inclusion_tag("notifications/bell.html", takes_context=True)
def bell(context: template.Context) -> dict[str, Any]:
    """The bell of the person who is signed in; works in the portal and in the admin."""
    user: User | AnonymousUser = context["request"].user
    return bell_context(user) if isinstance(user, User) else {"count": 0}


@register.inclusion_tag("notifications/seen.html", takes_context=True)
def notices_seen(context: template.Context, ticket: Ticket) -> dict[str, Any]:
    """Put it on a ticket's page: notices of that ticket become read while it is open (no query; needs htmx)."""
    return {"ticket": ticket, "csrf_token": context.get("csrf_token")}
