"""What the vendor commits to on an escalated ticket: owner, plan, expected time, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, Protocol

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from accounts.choices import Role
from accounts.models import User
from escalation.actions.promises import keep_promise, make_promise, running_promise
from escalation.choices import Expects, PromiseKind, RequestState, Target
from escalation.models import Commitment, EscalationRequest, TrackerLink
from escalation.promises import is_slipped
from tickets import bulk
from tickets.actions import store_events
from tickets.actions.base import locked, record
from tickets.actions.masking import Masker
from tickets.choices import EventKind, SecretPlace
from tickets.errors import ActionRefused
from tickets.lifecycle import ACTIVE_STATUSES
from tickets.models import Ticket

_MAY_ANSWER = (Role.ESCALATION_MANAGER, Role.MANAGER, Role.ADMINISTRATOR)  # who answers, in this order


class Stepped(Protocol):
    """What of a step decides on the commitment: an Escalation has it, and so have the columns of one."""

    ticket_id: int
    trigger: str
    target: str
    by_id: int | None
    plan_en: str
    plan_zh: str
    expected_at: datetime | None


@dataclass(slots=True)
class _Standing:
    """The columns of a Commitment. A sweep writes thousands: a model's instance each costs more than its row."""

    ticket_id: int
    opened_at: datetime | None = None
    trigger: str = ""
    asked_by_id: int | None = None
    owner_id: int | None = None
    plan: str = ""
    plan_en: str = ""
    plan_zh: str = ""
    expects: str = Expects.TAKEOVER
    expected_at: datetime | None = None
    slipped_at: datetime | None = None
    slips: int = 0
    missed_expected_at: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by_id: int | None = None
    closed_at: datetime | None = None
    closed_by_id: int | None = None


_COLUMNS = tuple(each.name for each in fields(_Standing))
_columns_of = attrgetter(*_COLUMNS)


def note_steps(steps: Sequence[Stepped], *, now: datetime, before: Mapping[int, Ticket] | None = None) -> None:
    """The commitments that follow from steps just written; the same number of queries for any number of steps.

    Each step promises that somebody takes over by its expected time. A plan with a time that a person gave and that is
    still to come is left alone: the customer was told it by name, and a row of defaults must not take it back. An owner
    who is an escalation manager keeps an escalation that was open; otherwise whoever takes the ticket owns it.

    `before` holds the tickets as they were: an expected time that had passed by then, and that nobody had counted yet, is
    counted and told as a slip before the step's own takes its place.
    """
    if not steps:
        return
    stored = Commitment.objects.filter(ticket__in=bulk.among(step.ticket_id for step in steps))
    known = {}
    for role, *columns in stored.values_list("owner__role", *_COLUMNS):
        known[columns[0]] = _Standing(*columns)
        if role not in _MAY_ANSWER:
            known[columns[0]].owner_id = None
    slipped = [known[pk] for pk, ticket in (before or {}).items() if _has_slipped(known.get(pk), ticket, now)]
    store_events([(each.ticket_id, EventKind.SLIPPED.value, count_slip(each), True) for each in slipped], now=now)
    answerers = _Answerers() if any(step.target == Target.MANAGER for step in steps) else None
    rows = [_after_step(known.get(step.ticket_id), step, answerers, now) for step in steps]
    bulk.insert(Commitment, _COLUMNS, [_columns_of(row) for row in rows], replaces="ticket_id")


def _has_slipped(row: Commitment | _Standing | None, ticket: Ticket, now: datetime) -> bool:
    """Has an expected time of an open commitment passed, not kept and not counted yet?"""
    if row is None or row.closed_at is not None or row.slipped_at is not None:
        return False
    return is_slipped(
        expected_at=row.expected_at,
        expects=row.expects,
        is_taken=ticket.assignee_id is not None,
        is_active=ticket.status in ACTIVE_STATUSES,
        now=now,
    )


def count_slip(row: Commitment | _Standing) -> dict[str, Any]:
    """Count the expected time of the row as not kept, unsaved; what the event of it says."""
    row.slips, row.missed_expected_at = row.slips + 1, row.expected_at
    at = row.expected_at.isoformat() if row.expected_at else None
    return {"expected_at": at, "slips": row.slips, "expects": row.expects}


def _after_step(known: _Standing | None, step: Stepped, answerers: _Answerers | None, now: datetime) -> _Standing:
    row = known or _Standing(step.ticket_id)
    if row.opened_at is None or row.closed_at is not None:
        _open(row, trigger=step.trigger, asked_by_id=step.by_id, now=now)
    if answerers and row.owner_id is None and step.target == Target.MANAGER:
        row.owner_id = answerers.next_id()
    is_given = row.plan and row.expects == Expects.RESULT and row.expected_at and row.expected_at > now
    if not is_given:
        row.plan, row.plan_en, row.plan_zh = "", step.plan_en, step.plan_zh
        row.expects, row.expected_at, row.slipped_at = Expects.TAKEOVER, step.expected_at, None
    return row


def open_for_request(ticket: Ticket, *, by: User, trigger: str, now: datetime) -> Commitment:
    """The ticket's commitment, open, with somebody who answers for it and not acknowledged yet.

    One that was open already, for a missed clock or a hand-up, is from now on what this person asks for: its age stays.
    """
    row = Commitment.objects.filter(ticket=ticket).select_related("owner").first() or Commitment(ticket=ticket)
    if row.opened_at is None or row.closed_at is not None:
        _open(row, trigger=trigger, asked_by_id=by.pk, now=now)
    row.trigger, row.asked_by = trigger, by
    row.acknowledged_at = row.acknowledged_by = None
    if not (row.owner and row.owner.is_active and row.owner.role in _MAY_ANSWER):
        row.owner_id = _Answerers().next_id()
    row.save()
    return row


def acknowledge(*, ticket: Ticket, by: User, now: datetime) -> Commitment:
    """“Seen, it is mine”: the promise of an answer is kept. A second one changes nothing."""
    with transaction.atomic():
        ticket = locked(ticket)
        row = _open_commitment(ticket)
        if row.acknowledged_at:
            return row
        _acknowledged(row, by=by, now=now)
        row.owner = by
        row.save()
        keep_promise(running_promise(ticket, PromiseKind.ACKNOWLEDGE), reason="acknowledged", by=by, now=now)
        record(ticket, EventKind.ESCALATION_ACKNOWLEDGED, by=by, now=now, data={"name": by.name})
        return row


def set_plan(
    *,
    ticket: Ticket,
    by: User,
    plan: str,
    expected_at: datetime,
    now: datetime,
    next_update_at: datetime | None = None,
    seen_expected_at: datetime | None = None,
) -> Commitment:
    """Confirm or replace plan and expected time; the customer is told both, and the time that was not kept.

    `seen_expected_at` is the time that stood there when they decided: another one by now refuses. A passed time that nobody
    had counted yet is counted as a slip first: nobody escapes one by replacing it late.
    """
    with transaction.atomic():
        ticket = locked(ticket)
        row = _open_commitment(ticket)
        if seen_expected_at is not None and row.expected_at != seen_expected_at:
            raise ActionRefused(_("A colleague gave another time a moment ago. Look at it first."))
        before, slips, masker = row.expected_at, row.slips, Masker()
        plan = masker.text(plan, SecretPlace.ESCALATION)
        commit(row, ticket, by=by, plan=plan, expected_at=expected_at, now=now)
        row.save()
        if next_update_at is not None:
            promise_update(ticket, at=next_update_at, owner=row.owner or ticket.assignee, by=by, now=now)
        record(
            ticket,
            EventKind.COMMITTED,
            by=by,
            now=now,
            data={
                "plan": row.plan,
                "expected_at": expected_at.isoformat(),
                "before": before.isoformat() if before else None,
                "slipped": row.slips > slips,
                "slips": row.slips,
            },
        )
        masker.record(ticket, by=by, now=now)
        return row


def commit(row: Commitment, ticket: Ticket, *, by: User, plan: str, expected_at: datetime, now: datetime) -> None:
    """A person's plan and time on the row, not saved. Refuses an empty plan and a time that has passed."""
    if not plan.strip():
        raise ActionRefused(_("Say what happens next: the customer reads it."))
    if expected_at <= now:
        raise ActionRefused(_("The expected time has passed already. Give one that is still to come."))
    if _has_slipped(row, ticket, now):
        count_slip(row)
    row.plan, row.expects, row.expected_at, row.slipped_at = plan.strip(), Expects.RESULT, expected_at, None
    if row.acknowledged_at is None:
        _acknowledged(row, by=by, now=now)


def promise_update(ticket: Ticket, *, at: datetime, owner: User | None, by: User, now: datetime) -> None:
    """The next update is promised for that instant, in place of the one that was promised before."""
    if at <= now:
        raise ActionRefused(_("The next update lies in the past. Give a time that is still to come."))
    seconds = int((at - now).total_seconds())
    begins_at = at - timedelta(seconds=seconds)  # less than a second from now, so that it is due at that very instant
    make_promise(ticket, PromiseKind.NEXT_UPDATE, seconds=seconds, calendar_id=None, owner=owner, by=by, now=begins_at)


def reassign(*, ticket: Ticket, to: User, by: User, now: datetime) -> Commitment:
    """Somebody else answers for the escalation. The ticket's own owner stays."""
    with transaction.atomic():
        ticket = locked(ticket)
        row = _open_commitment(ticket)
        if not (to.is_active and to.is_staff):
            raise ActionRefused(_("Only active staff can own an escalation."))
        if row.owner_id == to.pk:
            return row
        row.owner = to
        row.save(update_fields=["owner"])
        ticket.promises.filter(kind=PromiseKind.ACKNOWLEDGE, stopped_at=None).update(owner=to)
        record(ticket, EventKind.ESCALATION_OWNED, by=by, now=now, data={"to": to.pk, "name": to.name})
        return row


def close_commitment(*, ticket: Ticket, by: User, outcome: str, now: datetime) -> Commitment:
    """The escalation is over, with words for the customer. A request that nobody answered must be answered first."""
    with transaction.atomic():
        ticket = locked(ticket)
        row = _open_commitment(ticket)
        if EscalationRequest.objects.filter(ticket=ticket, state=RequestState.OPEN).exists():
            raise ActionRefused(_("The customer's escalation is not answered yet. Accept it or answer it first."))
        if not outcome.strip():
            raise ActionRefused(_("Say how the escalation ended: the customer reads it."))
        masker = Masker()
        outcome = masker.text(outcome, SecretPlace.ESCALATION)
        end_commitment(row, by=by, now=now)
        record(ticket, EventKind.ESCALATION_CLOSED, by=by, now=now, data={"outcome": outcome.strip()})
        masker.record(ticket, by=by, now=now)
        return row


def end_commitment(row: Commitment, *, by: User, now: datetime) -> None:
    row.closed_at, row.closed_by = now, by
    row.save()


def attach_tracker(*, ticket: Ticket, by: User, url: str, now: datetime) -> TrackerLink:
    """Where it is worked on inside. Staff only, http or https; the same address twice stands there once."""
    with transaction.atomic():
        ticket = locked(ticket)
        try:
            URLValidator(schemes=("http", "https"))(url)
        except ValidationError as mistake:
            raise ActionRefused(_("This is no web address. It begins with https://.")) from mistake
        link, is_new = TrackerLink.objects.get_or_create(ticket=ticket, url=url, defaults={"by": by, "at": now})
        if is_new:
            record(ticket, EventKind.TRACKED, by=by, now=now, data={"url": url}, is_public=False)
        return link


def remove_tracker(*, link: TrackerLink, by: User, now: datetime) -> None:
    """Take the address away again; the timeline remembers that it stood there."""
    with transaction.atomic():
        ticket = locked(link.ticket)
        if TrackerLink.objects.filter(pk=link.pk).delete()[0]:
            data = {"url": link.url, "removed": True}
            record(ticket, EventKind.TRACKED, by=by, now=now, data=data, is_public=False)


def _acknowledged(row: Commitment, *, by: User, now: datetime) -> None:
    row.acknowledged_at, row.acknowledged_by = now, by


def _open(row: Commitment | _Standing, *, trigger: str, asked_by_id: int | None, now: datetime) -> None:
    row.opened_at, row.trigger, row.asked_by_id = now, trigger, asked_by_id
    row.owner_id = row.acknowledged_at = row.acknowledged_by_id = row.closed_at = row.closed_by_id = None
    row.plan = row.plan_en = row.plan_zh = ""
    row.expects, row.expected_at, row.slipped_at, row.missed_expected_at = Expects.TAKEOVER, None, None, None


def _open_commitment(ticket: Ticket) -> Commitment:
    row = Commitment.objects.filter(ticket=ticket, closed_at=None).select_related("owner").first()
    if row is None:
        raise ActionRefused(_("This escalation is over already. Look at what changed."))
    return row


class _Answerers:
    """Who answers for the next escalation: the escalation manager with the fewest open ones; without any a manager, then
    an administrator. Two queries, however many are asked for."""

    def __init__(self) -> None:
        people = User.objects.active().filter(role__in=_MAY_ANSWER).order_by("pk")
        open_ones = Commitment.objects.filter(closed_at=None, owner__in=people).values("owner")
        counts = dict(open_ones.annotate(count=Count("pk", filter=Q(closed_at=None))).values_list("owner", "count"))
        first = next((role for role in _MAY_ANSWER if any(each.role == role for each in people)), None)
        self._load = {each.pk: counts.get(each.pk, 0) for each in people if each.role == first}

    def next_id(self) -> int | None:
        if not self._load:
            return None
        chosen = min(self._load, key=lambda pk: (self._load[pk], pk))
        self._load[chosen] += 1
        return chosen
