"""Drafts: what is typed is kept while it is typed, and goes with what it becomes.

Beginning a draft and sending its form take turns, by the lock of the ticket for a letter and of the person for a new
ticket: else a save that is still on its way would bring back the draft of what was sent.
"""

from __future__ import annotations

import uuid
from dataclasses import asdict
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from sla import wording
from tickets.actions.files import discard_unsent
from tickets.actions.masking import mask_typed
from tickets.drafting import MOST_CHARACTERS, Stand, Typed, Verdict, is_too_much, is_worth_keeping, judge
from tickets.errors import ActionRefused, DraftMoved
from tickets.models import Attachment, Draft, Message, Ticket, TicketVisit

KEPT_FOR = timedelta(days=30)
MOST_DRAFTS = 20  # a person's


def keep_draft(
    *, by: User, key: uuid.UUID, typed: Typed, stand: Stand, now: datetime, ticket: Ticket | None = None
) -> Draft | None:
    """Store what is typed under the form's key, without secrets; None while there is nothing worth keeping.

    Raises DraftMoved when another tab or device wrote, discarded or sent it meanwhile, ActionRefused when it is too much,
    Draft.DoesNotExist for the key of somebody else's draft.
    """
    if is_too_much(typed):
        raise ActionRefused(
            _("This is too long for a draft: %(most)d characters fit. Add long logs as a file.")
            % {"most": MOST_CHARACTERS}
        )
    typed = mask_typed(typed)
    with transaction.atomic():
        draft = _locked(by, key, ticket)
        if draft is None:
            if not is_worth_keeping(typed):
                return None
            _take_turns(by, ticket)
            draft = _locked(by, key, ticket)
        return _begin(by, key, typed, stand, ticket, now) if draft is None else _write(draft, key, typed, stand, now)


def discard_draft(*, by: User, key: uuid.UUID) -> None:
    """Forget one's draft with its files; one that is gone already is no error.

    Raises Draft.DoesNotExist for the key of somebody else's draft.
    """
    with transaction.atomic():
        draft = Draft.objects.select_for_update().filter(key=key).first()
        if draft is None:
            return
        _require_own(draft, by)
        draft.delete()
        for attachment in Attachment.objects.unsent(user=by, draft_key=key):
            discard_unsent(attachment=attachment, by=by)


def consume_draft(*, by: User, key: uuid.UUID | None) -> None:
    """Its form is being sent, in the caller's transaction, which holds the lock that `keep_draft` takes to begin one."""
    if key:
        Draft.objects.filter(owner=by, key=key).delete()


def begin_letter(*, by: User, ticket: Ticket, key: uuid.UUID, words: str, now: datetime) -> bool:
    """Make a new ticket's form a letter on a ticket that is there, with its files; in the caller's transaction, which holds
    the ticket's lock. False where a letter on it was begun already: then the form's draft stays as it is."""
    lock_writer(by)
    others = Draft.objects.exclude(owner=by, ticket=None).filter(key=key)
    if not words or others.exists() or Draft.objects.filter(owner=by, ticket=ticket).exists():
        return False
    TicketVisit.objects.get_or_create(ticket=ticket, user=by)  # the ticket's page reads a letter with the visit
    Draft.objects.filter(owner=by, key=key).delete()
    typed = mask_typed({"body": words[:MOST_CHARACTERS]})
    Draft.objects.create(key=key, owner=by, ticket=ticket, typed=typed, created_at=now, updated_at=now)
    return True


def lock_writer(by: User) -> None:
    """Hold whoever files a ticket or begins a draft. Rows that point at the person are not held up."""
    User.objects.select_for_update(no_key=True).values_list("pk").get(pk=by.pk)


def sweep_drafts(*, now: datetime, most: int = 500) -> int:
    """Forget drafts that nobody touched for 30 days; how many went. Their files go with the sweep of unsent files."""
    stale = Draft.objects.filter(updated_at__lt=now - KEPT_FOR).order_by("updated_at").values_list("pk", flat=True)
    return Draft.objects.filter(pk__in=list(stale[:most]), updated_at__lt=now - KEPT_FOR).delete()[0]


def _locked(by: User, key: uuid.UUID, ticket: Ticket | None) -> Draft | None:
    """The draft of this form: a new ticket's by its key, a letter's by its ticket, on which a person has one."""
    drafts = Draft.objects.select_for_update()
    draft = drafts.filter(owner=by, ticket=ticket).first() if ticket else drafts.filter(key=key).first()
    if draft:
        _require_own(draft, by)
        if draft.ticket_id != (ticket.pk if ticket else None):
            raise Draft.DoesNotExist
    return draft


def _require_own(draft: Draft, by: User) -> None:
    if draft.owner_id != by.pk:
        raise Draft.DoesNotExist


def _take_turns(by: User, ticket: Ticket | None) -> None:
    if ticket is None:
        lock_writer(by)
    else:
        Ticket.objects.select_for_update().values_list("pk").get(pk=ticket.pk)


def _begin(by: User, key: uuid.UUID, typed: Typed, stand: Stand, ticket: Ticket | None, now: datetime) -> Draft:
    if Draft.objects.filter(key=key).exists():  # somebody else's, or one of another form
        raise Draft.DoesNotExist
    _require_unsent(key)
    if stand.revision:
        raise DraftMoved(_("This draft was discarded in another tab or on another device."), revision=0)
    if Draft.objects.filter(owner=by).count() >= MOST_DRAFTS:
        raise ActionRefused(
            _("This is not kept as a draft: there are %(most)d already. Discard one that you do not need.")
            % {"most": MOST_DRAFTS}
        )
    return Draft.objects.create(
        key=key, owner=by, ticket=ticket, typed=typed, page=stand.page, step=stand.step, created_at=now, updated_at=now
    )


def _require_unsent(key: uuid.UUID) -> None:
    ticket = Ticket.objects.filter(submission_key=key).first()
    if ticket is None:
        letter = Message.objects.filter(submission_key=key).select_related("ticket").first()
        ticket = letter.ticket if letter else None
    if ticket:
        raise DraftMoved(_("This was sent already, from another tab or device."), url=ticket.get_absolute_url())


def _write(draft: Draft, key: uuid.UUID, typed: Typed, stand: Stand, now: datetime) -> Draft:
    verdict = judge(draft.stand, stand)
    if verdict == Verdict.ELSEWHERE or (draft.key != key and stand.revision != draft.revision):
        raise _moved(draft)
    if verdict == Verdict.WRITE:
        if draft.key != key:  # a letter begun in another tab, which this one replaces knowingly, with its files
            _require_unsent(key)
            Attachment.objects.unsent(user=draft.owner, draft_key=draft.key).update(draft_key=key)
            draft.key = key
        written = asdict(stand) | {"revision": draft.revision + 1, "typed": typed, "updated_at": now}
        for name, value in written.items():
            setattr(draft, name, value)
        draft.save(update_fields={"key", *written})
    return draft


def _moved(draft: Draft) -> DraftMoved:
    words = _("This draft was changed in another tab or on another device, %(at)s.")
    told = words % {"at": wording.instant(draft.updated_at)}
    return DraftMoved(told, revision=draft.revision, url=draft.get_absolute_url())
