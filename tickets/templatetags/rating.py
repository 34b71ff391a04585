"""How solutions were scored, on the customer's page and at the desk."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from tickets.forms.rating import SCORES
from tickets.models import Rating, Ticket

register = template.Library()


@register.inclusion_tag("tickets/parts/rating.html", takes_context=True)
def rating_panel(context: template.Context, ticket: Ticket, *, is_inside: bool = False) -> dict[str, Any]:
    """The newest solution's score or the way to give one; nothing, and no query, while the ticket is open. A panel of its
    own, or `is_inside` another."""
    rating = None if ticket.is_open else Rating.objects.filter(ticket=ticket).select_related("by").first()
    if rating is None:
        return {}
    may_rate = not context["user"].is_staff and not ticket.is_merged and rating.is_open_at(timezone.now())
    return {
        "rating": rating if rating.rated_at or may_rate else None,
        "may_rate": may_rate,
        "scores": SCORES,
        "is_inside": is_inside,
    }


@register.inclusion_tag("admin/desk/parts/ratings.html")
def desk_ratings(ticket: Ticket) -> dict[str, Any]:
    """Every score that the ticket got, the newest first; no query where it was never solved."""
    if ticket.is_open and not ticket.resolutions.all():
        return {}
    rated = Rating.objects.filter(ticket=ticket, rated_at__isnull=False)
    return {"ratings": rated.select_related("by", "followed_up_by"), "ticket": ticket}
