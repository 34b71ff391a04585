"""Drafts on the customers' pages: kept while typing, opened again, discarded. What a person did not begin does not exist."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.numbers import key_of
from sla import wording
from tickets import actions
from tickets.drafting import Stand, typed_of
from tickets.errors import ActionRefused, DraftMoved
from tickets.models import Draft, Ticket, TicketVisit
from tickets.models.ticket import TicketQuerySet
from tickets.views.shared import organisations_of

MOVED, REFUSED = 409, 422


@dataclass(frozen=True, slots=True)
class DraftView:
    """What a form shows of its draft: where it stands, when it was kept, or what happened to it elsewhere and where to see that.

    Without a key nothing is kept.
    """

    key: uuid.UUID | None
    stand: Stand
    words: str = ""
    moved: str = ""
    url: str = ""

    @classmethod
    def of(cls, draft: Draft) -> DraftView:
        return cls(draft.key, Stand.fresh(draft.revision), kept_words(draft.updated_at))

    @classmethod
    def sent(cls, request: HttpRequest, key: uuid.UUID | None) -> DraftView:
        """Of a form that comes back, or of one that is shown for the first time."""
        return cls(key, Stand.of(request.POST) if "draft_page" in request.POST else Stand.fresh())

    def told(self, refusal: ActionRefused) -> DraftView:
        """With why it was not kept; kept once more, it replaces what another page wrote."""
        if not isinstance(refusal, DraftMoved):
            return replace(self, moved=refusal.message)
        stand = self.stand if refusal.revision is None else replace(self.stand, revision=refusal.revision)
        return replace(self, stand=stand, moved=refusal.message, url=refusal.url)


@require_POST
@login_required
def keep(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """A new ticket's form as it is now; sent by the page's script while it is typed in and when it is left."""
    if request.user.is_staff or not organisations_of(request.user).exists():
        raise Http404
    return _kept(request, key)


@require_POST
@login_required
def keep_letter(request: HttpRequest, pk: int, key: uuid.UUID) -> HttpResponse:
    """The same for a letter on a ticket that the person sees."""
    ticket = get_object_or_404(Ticket.objects.visible_to(request.user), pk=pk)
    if request.user.is_staff:
        raise Http404
    return _kept(request, key, ticket)


@require_POST
@login_required
def discard(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    try:
        actions.discard_draft(by=request.user, key=key)
    except Draft.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("The draft is discarded."))
    return redirect("tickets:home" if request.POST.get("back") == "home" else "tickets:new")


def _kept(request: HttpRequest, key: uuid.UUID, ticket: Ticket | None = None) -> JsonResponse:
    """What the script is told: the new revision, or why nothing was stored and what can be done."""
    try:
        draft = store(request, key=key, ticket=ticket, now=timezone.now())
    except DraftMoved as moved:
        return JsonResponse({"words": moved.message, "revision": moved.revision, "url": moved.url}, status=MOVED)
    except ActionRefused as refusal:
        return JsonResponse({"words": refusal.message}, status=REFUSED)
    if draft is None:
        return JsonResponse({"revision": 0, "words": ""})
    return JsonResponse({"revision": draft.revision, "words": kept_words(draft.updated_at)})


def store(request: HttpRequest, *, key: uuid.UUID, now: datetime, ticket: Ticket | None = None) -> Draft | None:
    """Keep the form of the request; see `actions.keep_draft`. 404 for the key of another person's draft."""
    typed, stand = typed_of(dict(request.POST.lists())), Stand.of(request.POST)
    try:
        return actions.keep_draft(by=request.user, key=key, typed=typed, stand=stand, ticket=ticket, now=now)
    except Draft.DoesNotExist:
        raise Http404 from None


def kept_words(at: datetime) -> str:
    return _("Kept as a draft at %(time)s.") % {"time": wording.short_instant(at, now=timezone.now())}


def opened(user: User, key: str) -> Draft | Ticket:
    """The draft that `?draft=` names, or the ticket that it became; 404 for anything else."""
    if not (wanted := key_of(key)):
        raise Http404
    draft = Draft.objects.visible_to(user).of_new_tickets().filter(key=wanted).first()
    return draft or get_object_or_404(Ticket, submission_key=wanted, requester=user)


def drafts_beside(user: User, key: uuid.UUID | None = None) -> list[Draft]:
    """The person's new tickets that were begun, but for the one with that key, the last touched first."""
    return list(Draft.objects.visible_to(user).of_new_tickets().exclude(key=key)[: actions.MOST_DRAFTS])


_LETTER = ("key", "typed", "revision", "updated_at")


def with_visit_and_letter(tickets: TicketQuerySet, user: User) -> TicketQuerySet:
    """The tickets with what `visit_and_letter` reads: no query of its own."""
    visit = TicketVisit.objects.filter(ticket=OuterRef("pk"), user=user)
    letter = Draft.objects.visible_to(user).filter(ticket=OuterRef("pk"))
    columns = {f"letter_{each}": Subquery(letter.values(each)[:1]) for each in _LETTER}
    return tickets.annotate(seen_event_id=Subquery(visit.values("seen_event_id")[:1]), **columns)


def visit_and_letter(ticket: Ticket, user: User) -> tuple[int | None, Draft | None]:
    """How far the person has read the ticket that was loaded `with_visit_and_letter`, and the letter they began."""
    values = {each: getattr(ticket, f"letter_{each}") for each in _LETTER}
    letter = Draft(owner=user, ticket=ticket, **values) if values["key"] is not None else None
    return ticket.seen_event_id, letter  # annotated
