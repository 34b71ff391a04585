"""Screen-sharing calls: proposing times, agreeing on one, calling off, and writing down what came of it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from tickets.actions.base import follow, locked, record, require
from tickets.actions.masking import Masker
from tickets.calling import (
    ASKED_AFTER,
    FURTHEST,
    LONGEST,
    MOST_TIMES,
    SHORTEST,
    link_of,
    may_answer,
    may_cancel,
    may_note,
)
from tickets.choices import CallState, EventKind, SecretPlace
from tickets.errors import ActionRefused
from tickets.models import Call, CallRoom, CallTime, Ticket

BATCH = 200


def propose_call(
    *,
    ticket: Ticket,
    by: User,
    topic: str,
    minutes: int,
    times: Sequence[datetime],
    submission_key: uuid.UUID,
    now: datetime,
    seen: int | None = None,
) -> Call:
    """Propose one to three times for a call; it takes the place of what was proposed or agreed before.

    A double click proposes once. `seen` is the call that the person saw as proposed or agreed, None where there was none:
    refused when it is another by now.
    """
    with transaction.atomic():
        ticket = locked(ticket)
        if sent := Call.objects.filter(submission_key=submission_key, ticket=ticket, proposed_by=by).first():
            return sent
        require("propose_call", ticket)
        times = _acceptable(times, minutes=minutes, now=now)
        masker = Masker()
        topic = masker.text(topic.strip(), SecretPlace.CALL)
        replaced = _make_room(ticket, seen=seen, by=by, now=now)
        call = Call.objects.create(
            ticket=ticket, submission_key=submission_key, topic=topic, minutes=minutes,
            is_from_staff=by.is_staff, proposed_by=by, proposed_at=now,
        )  # fmt: skip
        CallTime.objects.bulk_create(CallTime(call=call, at=at) for at in times)
        data = {"topic": topic, "minutes": minutes, "times": [at.isoformat() for at in times]}
        record(ticket, EventKind.CALL_PROPOSED, by=by, now=now, data={"call": call.pk, **data, **replaced})
        masker.record(ticket, by=by, now=now)
        _join(ticket, by, now=now)
        return call


def accept_call(*, call: Call, by: User, at: datetime, now: datetime) -> Call:
    """The other side takes one of the proposed times. The same again changes nothing."""
    with transaction.atomic():
        ticket, call = _locked(call)
        if call.state == CallState.ACCEPTED and call.decided_by_id == by.pk and call.starts_at == at:
            return call
        require("accept_call", ticket)
        if not may_answer(call.state, is_from_staff=call.is_from_staff, by_staff=by.is_staff):
            raise ActionRefused(_not_any_more(call, by))
        if not call.times.filter(at=at).exists():
            raise ActionRefused(_("Choose one of the times that were proposed."))
        if at <= now:
            raise ActionRefused(_("That time is past. Choose another one, or propose new ones."))
        call.state, call.starts_at, call.ends_at = CallState.ACCEPTED, at, at + call.duration
        call.decided_by, call.decided_at = by, now
        call.link = link_of(_template(), ticket=ticket.pk, key=call.key.hex)
        call.save()
        data = {"call": call.pk, "topic": call.topic, "minutes": call.minutes, "at": at.isoformat()}
        record(ticket, EventKind.CALL_ACCEPTED, by=by, now=now, data=data | _caller(call))
        _join(ticket, by, now=now)
        return call


def decline_call(*, call: Call, by: User, reason: str, now: datetime) -> Call:
    """The other side takes none of the times, and says why."""
    with transaction.atomic():
        ticket, call = _locked(call)
        if call.state == CallState.DECLINED and call.decided_by_id == by.pk:
            return call
        if not may_answer(call.state, is_from_staff=call.is_from_staff, by_staff=by.is_staff):
            raise ActionRefused(_not_any_more(call, by))
        return _end(ticket, call, CallState.DECLINED, EventKind.CALL_DECLINED, by=by, reason=reason, now=now)


def cancel_call(*, call: Call, by: User, reason: str, now: datetime) -> Call:
    """Take a proposal of one's own side back, or call off what was agreed; with a reason."""
    with transaction.atomic():
        ticket, call = _locked(call)
        if call.state == CallState.CANCELLED and call.decided_by_id == by.pk:
            return call
        side = {"is_from_staff": call.is_from_staff, "by_staff": by.is_staff}
        if not may_cancel(call.state, starts_at=call.starts_at, now=now, **side):
            raise ActionRefused(_not_any_more(call, by))
        return _end(ticket, call, CallState.CANCELLED, EventKind.CALL_CANCELLED, by=by, reason=reason, now=now)


def note_outcome(*, call: Call, by: User, outcome: str, took_place: bool, now: datetime) -> Call:
    """Write what came of a call into the ticket, once, or that it did not take place."""
    with transaction.atomic():
        ticket, call = _locked(call)
        masker = Masker()
        told = masker.text(outcome.strip(), SecretPlace.CALL)
        state = CallState.HELD if took_place else CallState.MISSED
        if (call.state, call.outcome, call.outcome_by_id) == (state, told, by.pk):
            return call
        if not may_note(call.state, starts_at=call.starts_at, now=now):
            raise ActionRefused(_not_any_more(call, by))
        if not told:
            raise ActionRefused(_("Say in a sentence what came of it."))
        call.state, call.outcome, call.outcome_by, call.outcome_at = state, told, by, now
        call.save(update_fields=["state", "outcome", "outcome_by", "outcome_at"])
        data = {"call": call.pk, "at": _iso(call.starts_at), "took_place": took_place, "outcome": told}
        record(ticket, EventKind.CALL_HELD, by=by, now=now, data=data)
        masker.record(ticket, by=by, now=now)
        return call


def ask_for_outcomes(*, now: datetime) -> int:
    """Ask our side, once a call, what came of those that ended a quarter of an hour ago; how many.

    Any number may run at once: whoever has the ticket's lock finds the state as it is.
    """
    ended = Call.objects.filter(state=CallState.ACCEPTED, ends_at__lte=now - ASKED_AFTER).order_by("ends_at", "pk")
    asked = 0
    for each in ended.select_related("ticket")[:BATCH]:
        with transaction.atomic():
            ticket, call = _locked(each)
            if call.state == CallState.ACCEPTED and call.is_over_at(now - ASKED_AFTER):
                _ask_for_outcome(ticket, call, now=now)
                asked += 1
    return asked


def _locked(call: Call) -> tuple[Ticket, Call]:
    """The ticket's row locked, and the call as it is now."""
    ticket = locked(call.ticket)
    return ticket, Call.objects.select_related("proposed_by", "decided_by").get(pk=call.pk)


def _acceptable(times: Sequence[datetime], *, minutes: int, now: datetime) -> list[datetime]:
    chosen = sorted(set(times))
    if not 1 <= len(chosen) <= MOST_TIMES:
        raise ActionRefused(_("Propose one to three times."))
    if chosen[0] <= now:
        raise ActionRefused(_("Propose times that are still to come."))
    if chosen[-1] > now + FURTHEST:
        raise ActionRefused(_("Propose times within the next %(days)s days.") % {"days": FURTHEST.days})
    if not SHORTEST <= minutes <= LONGEST:
        raise ActionRefused(_("A call takes from 15 to 120 minutes."))
    return chosen


def _make_room(ticket: Ticket, *, seen: int | None, by: User, now: datetime) -> dict[str, Any]:
    """End what was proposed or agreed; what was agreed and is past waits for its outcome instead. What the event says of it."""
    before = Call.objects.pending().filter(ticket=ticket).select_related("proposed_by", "decided_by").first()
    if before is None:
        return {}
    if before.is_over_at(now):
        _ask_for_outcome(ticket, before, now=now)
        return {}
    if before.pk != seen:
        raise ActionRefused(
            _("%(name)s proposed a call meanwhile. Look at it, then answer it or send this in its place.")
            % {"name": before.proposed_by.name}
        )
    data = {"replaces": before.pk, **_caller(before)}
    if before.state == CallState.ACCEPTED:
        if before.starts_at and before.starts_at <= now:
            raise ActionRefused(_("The call that was agreed goes on just now. Propose another one when it is over."))
        data["was_at"] = _iso(before.starts_at)
        before.sequence += 1
    before.state, before.decided_by, before.decided_at = CallState.REPLACED, by, now
    before.save(update_fields=["state", "sequence", "decided_by", "decided_at"])
    return data


def _end(
    ticket: Ticket, call: Call, state: CallState, kind: EventKind, *, by: User, reason: str, now: datetime
) -> Call:
    masker = Masker()
    reason = masker.text(reason.strip(), SecretPlace.REASON)
    if not reason:
        raise ActionRefused(_("Say why, so that the others know how to go on."))
    data = {"call": call.pk, "topic": call.topic, "reason": reason, **_caller(call)}
    if call.state == CallState.ACCEPTED:
        call.sequence += 1
        data["at"] = _iso(call.starts_at)
    call.state, call.reason, call.decided_by, call.decided_at = state, reason, by, now
    call.save(update_fields=["state", "reason", "decided_by", "decided_at", "sequence"])
    record(ticket, kind, by=by, now=now, data=data)
    masker.record(ticket, by=by, now=now)
    return call


def _ask_for_outcome(ticket: Ticket, call: Call, *, now: datetime) -> None:
    call.state, call.outcome_asked_at = CallState.OVER, now
    call.save(update_fields=["state", "outcome_asked_at"])
    data = {"call": call.pk, "topic": call.topic, "at": _iso(call.starts_at), **_caller(call)}
    record(ticket, EventKind.CALL_OUTCOME_ASKED, by=None, now=now, data=data, is_public=False)


def _caller(call: Call) -> dict[str, Any]:
    """Who of our side is in the call: they are told whether or not they have the ticket."""
    return {"caller": call.caller.pk} if call.caller and call.caller.is_staff else {}


def _join(ticket: Ticket, by: User, *, now: datetime) -> None:
    """Whoever has a part in the call hears how it goes on."""
    if by.pk != ticket.requester_id:
        follow(ticket, by, now=now)


def _template() -> str:
    return CallRoom.objects.order_by("pk").values_list("template", flat=True).first() or ""


def _iso(at: datetime | None) -> str:
    return at.isoformat() if at else ""


def _not_any_more(call: Call, by: User) -> str:
    """Why not, in the words of where the call is now."""
    if call.state == CallState.PROPOSED and call.is_from_staff == by.is_staff:
        return _("Your own side proposed it: the other side answers.")
    if call.state == CallState.PROPOSED:
        return _("It is not agreed yet: take one of the times, or decline.")
    if call.state in (CallState.ACCEPTED, CallState.OVER):
        return _("The call is agreed; look at its time on the ticket.")
    return _("This call is now “%(state)s”. Look at what changed on the ticket.") % {"state": call.get_state_display()}
