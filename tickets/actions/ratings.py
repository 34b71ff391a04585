"""Scoring how a ticket was solved, and talking a low score over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from tickets.actions.base import locked, record
from tickets.actions.masking import Masker
from tickets.choices import EventKind, SecretPlace
from tickets.errors import ActionRefused
from tickets.models import Rating, Ticket, TicketEvent
from tickets.rating import is_low


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What a customer says; the aspects are left out where None. All from 1, the worst, to 5."""

    score: int
    speed: int | None = None
    skill: int | None = None
    communication: int | None = None
    comment: str = ""
    may_publish: bool = False


def ask_for_rating(ticket: Ticket, resolved: TicketEvent, *, now: datetime) -> Rating | None:
    """Ask once for this resolution, in the transaction that resolves; nobody asks about the canary."""
    if ticket.is_canary:
        return None
    return Rating.objects.create(ticket=ticket, resolved=resolved, engineer=ticket.assignee, asked_at=now)


def rate(*, rating: Rating, by: User, score: Score, now: datetime, revision: int | None = None) -> Rating:
    """Score a solution, or change the score for two weeks. Staff never do: nobody rates themselves.

    The same score again changes nothing. `revision` is that of the score which the person saw: refused when somebody changed
    it since. A low one calls an escalation manager, and one that was raised before they came calls them off.
    """
    with transaction.atomic():
        ticket = locked(rating.ticket)
        rating = Rating.objects.select_related("by").get(pk=rating.pk)
        masker = Masker()
        told = _columns(score, masker)
        if rating.by_id == by.pk and all(getattr(rating, name) == value for name, value in told.items()):
            return rating
        _may_rate(rating, ticket, by=by, now=now, revision=revision)
        is_change = rating.rated_at is not None
        for name, value in told.items():
            setattr(rating, name, value)
        rating.by, rating.rated_at, rating.revision = by, rating.rated_at or now, rating.revision + 1
        if rating.followed_up_at is None:
            rating.follow_up_since = (rating.follow_up_since or now) if is_low(score.score) else None
        rating.save()
        data = {"rating": rating.pk, **told, "is_change": is_change, "is_low": is_low(score.score)}
        record(ticket, EventKind.RATED, by=by, now=now, data=data)
        masker.record(ticket, by=by, now=now)
        return rating


def follow_up_rating(*, rating: Rating, by: User, outcome: str, now: datetime) -> Rating:
    """A low score was talked over: what came of it, for whoever reads the ticket on our side. Once."""
    with transaction.atomic():
        ticket = locked(rating.ticket)
        rating = Rating.objects.get(pk=rating.pk)
        if rating.follow_up_since is None or rating.followed_up_at is not None:
            raise ActionRefused(_("Nothing waits for a follow-up here any more."))
        if not outcome.strip():
            raise ActionRefused(_("Say in a sentence what came of it."))
        masker = Masker()
        rating.outcome = masker.text(outcome.strip(), SecretPlace.RATING)
        rating.followed_up_at, rating.followed_up_by = now, by
        rating.save(update_fields=["outcome", "followed_up_at", "followed_up_by"])
        data = {"rating": rating.pk, "outcome": rating.outcome}
        record(ticket, EventKind.RATING_FOLLOWED_UP, by=by, now=now, data=data, is_public=False)
        masker.record(ticket, by=by, now=now, is_public=False)
        return rating


def _columns(score: Score, masker: Masker) -> dict[str, object]:
    return {
        "score": score.score,
        "speed": score.speed,
        "skill": score.skill,
        "communication": score.communication,
        "comment": masker.text(score.comment.strip(), SecretPlace.RATING),
        "may_publish": score.may_publish,
    }


def _may_rate(rating: Rating, ticket: Ticket, *, by: User, now: datetime, revision: int | None) -> None:
    if by.is_staff:
        raise ActionRefused(_("Customers score what we did; nobody scores their own work."))
    if ticket.is_open:
        raise ActionRefused(_("This ticket is open again. You can score it when it is solved."))
    if not rating.is_open_at(now):
        raise ActionRefused(_("It is too long ago to score this, or to change the score."))
    if rating.by and rating.by_id != by.pk and by.pk != ticket.requester_id:
        raise ActionRefused(_("%(name)s has scored this already.") % {"name": rating.by.name})
    if revision is not None and revision != rating.revision:
        raise ActionRefused(_("The score was changed meanwhile. Look at it and try again."))
