"""The signed link by which one person scores one solution without signing in. Good for one score; changing it needs a sign-in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.core import signing
from django.urls import reverse

from accounts.models import User
from tickets.models import Rating, Ticket
from tickets.rating import ASKED_FOR

_SALT = "tickets.rating"


@dataclass(frozen=True, slots=True)
class Opened:
    """Whose link it is and what it is about."""

    rating: Rating
    user: User


def path_for(rating: Rating, user: User) -> str:
    token = signing.dumps([rating.pk, user.pk], salt=_SALT)
    return reverse("tickets:rate_by_link", args=[token])


def open_link(token: str, *, now: datetime) -> Opened | None:
    """None for a link that we did not sign, that is too old, that was used, or whose reader may not see the ticket any more.

    Also for the link to a solution that another one followed: its page could not say which of them is scored.
    """
    try:
        rating_pk, user_pk = signing.loads(token, salt=_SALT, max_age=ASKED_FOR)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    user = User.objects.filter(pk=user_pk, is_active=True).first()
    rating = Rating.objects.select_related("ticket__organisation", "by").filter(pk=rating_pk).first()
    if user is None or user.is_staff or rating is None or rating.rated_at or not rating.is_open_at(now):
        return None
    if Rating.objects.filter(ticket=rating.ticket_id, pk__gt=rating.pk).exists():
        return None
    is_theirs = Ticket.objects.visible_to(user).filter(pk=rating.ticket_id).exists()
    return Opened(rating, user) if is_theirs and not rating.ticket.is_open else None
