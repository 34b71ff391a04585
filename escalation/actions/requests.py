"""The customer's escalation: asked for, accepted with a plan, or answered with reasons."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.choices import Tier
from accounts.models import User
from escalation.actions.commitments import commit, end_commitment, open_for_request, promise_update
from escalation.actions.promises import end_promise, keep_promise, make_promise, promise_target, running_promise
from escalation.actions.steps import move
from escalation.choices import PromiseKind, RequestReason, RequestState, Trigger
from escalation.ladder import LADDER
from escalation.models import Commitment, EscalationReason, EscalationRequest, LadderEnd
from tickets import actions as ticket_actions
from tickets.actions.base import follow, locked, record, require
from tickets.actions.masking import Masker
from tickets.choices import EventKind, SecretPlace, Status
from tickets.errors import ActionRefused
from tickets.models import Ticket


def request_escalation(
    *, ticket: Ticket, by: User, reason: str, body: str, submission_key: uuid.UUID, now: datetime
) -> EscalationRequest:
    """The customer asks for an escalation; the promise of an answer starts now and has an owner.

    A request that waits for its answer takes further reasons, and its promise runs on. The same `submission_key` again
    changes nothing.
    """
    with transaction.atomic():
        ticket = locked(ticket)
        sent = EscalationReason.objects.filter(submission_key=submission_key).select_related("request").first()
        if sent and sent.request.ticket_id == ticket.pk:
            return sent.request
        require("request_escalation", ticket)
        if sent or reason not in RequestReason.values:
            raise ActionRefused(_("This page was used already. Check what is in it and send it again."))
        request = EscalationRequest.objects.filter(ticket=ticket, state=RequestState.OPEN).first()
        is_new = request is None
        if request is None:
            request = EscalationRequest.objects.create(ticket=ticket, opened_at=now)
            commitment = open_for_request(ticket, by=by, trigger=Trigger.CUSTOMER, now=now)
            _promise_answer(ticket, owner=commitment.owner, by=by, now=now)
            ticket_actions.stay_resolved(ticket=ticket, now=now)
        masker = Masker()
        body = masker.text(body.strip(), SecretPlace.ESCALATION)
        EscalationReason.objects.create(
            request=request, reason=reason, body=body, by=by, at=now, submission_key=submission_key
        )
        if by.pk != ticket.requester_id:
            follow(ticket, by, now=now)
        data = {"request": request.pk, "reason": reason, "body": body, "further": not is_new}
        record(ticket, EventKind.ESCALATION_REQUESTED, by=by, now=now, data=data)
        masker.record(ticket, by=by, now=now)
        return request


def accept_request(
    *,
    ticket: Ticket,
    by: User,
    plan: str,
    expected_at: datetime,
    now: datetime,
    next_update_at: datetime | None = None,
    severity: str | None = None,
) -> EscalationRequest:
    """Accepted with a plan and an expected time. The ticket climbs one tier; where the ladder ends it stays.

    `severity` puts back one that was lowered. A resolved ticket goes on: the plan says what is done.
    """
    with transaction.atomic():
        ticket = locked(ticket)
        request, row = _open_request(ticket)
        masker = Masker()
        plan = masker.text(plan, SecretPlace.ESCALATION)
        if ticket.status == Status.RESOLVED:
            ticket = ticket_actions.reopen(ticket=ticket, by=by, reason=plan, now=now)
        if severity and severity != ticket.severity:
            reason = _("The customer's escalation was accepted.")
            ticket = ticket_actions.change_severity(ticket=ticket, by=by, severity=severity, reason=reason, now=now)
        if row.owner is None:
            row.owner = by
        commit(row, ticket, by=by, plan=plan, expected_at=expected_at, now=now)
        row.save()
        _climb(ticket, by=by, plan=plan.strip(), now=now)
        _answered(request, RequestState.ACCEPTED, plan, by=by, now=now)
        if next_update_at is not None:
            promise_update(ticket, at=next_update_at, owner=row.owner, by=by, now=now)
        data = {"request": request.pk, "plan": row.plan, "expected_at": expected_at.isoformat()}
        record(ticket, EventKind.ESCALATION_ACCEPTED, by=by, now=now, data=data)
        masker.record(ticket, by=by, now=now)
        return request


def answer_request(*, ticket: Ticket, by: User, answer: str, now: datetime) -> EscalationRequest:
    """Answered with reasons instead. An escalation that nothing else keeps open is over with it.

    The customer has as many days to answer as after a resolution before the ticket closes.
    """
    with transaction.atomic():
        ticket = locked(ticket)
        request, row = _open_request(ticket)
        if not answer.strip():
            raise ActionRefused(_("Give the reasons: the customer reads them."))
        masker = Masker()
        answer = masker.text(answer, SecretPlace.ESCALATION)
        _answered(request, RequestState.ANSWERED, answer, by=by, now=now)
        ticket_actions.stay_resolved(ticket=ticket, now=now)
        row.acknowledged_at, row.acknowledged_by = row.acknowledged_at or now, row.acknowledged_by or by
        row.save()
        if ticket.tier == Tier.T1 and ticket.manager_paged_at is None and not row.plan:
            end_commitment(row, by=by, now=now)
        data = {"request": request.pk, "answer": answer.strip()}
        record(ticket, EventKind.ESCALATION_ANSWERED, by=by, now=now, data=data)
        masker.record(ticket, by=by, now=now)
        return request


def end_with_ticket(*, ticket: Ticket, now: datetime) -> bool:
    """A locked ticket is over: so is what it still owed beside its clocks, from the instant on at which it was resolved or
    closed. True when a customer's escalation ended unanswered.

    One that the customer filed after the resolution goes on until the ticket closes. A resolved ticket keeps its commitment:
    reopened, it is as escalated as it was.
    """
    over_at = min(ticket.closed_at or ticket.resolved_at or now, now)
    is_closed = ticket.status == Status.CLOSED
    request = EscalationRequest.objects.filter(ticket=ticket, state=RequestState.OPEN).first()
    ends = request is not None and (is_closed or request.opened_at < over_at)
    end_promise(running_promise(ticket, PromiseKind.NEXT_UPDATE), reason=ticket.status, by=None, now=over_at)
    if request is None or ends:
        end_promise(running_promise(ticket, PromiseKind.ACKNOWLEDGE), reason=ticket.status, by=None, now=over_at)
    if request is not None and ends:
        request.state, request.answered_at = RequestState.ENDED, over_at
        request.save(update_fields=["state", "answered_at"])
        because = "merged" if ticket.is_merged else ticket.status
        data = {"request": request.pk, "ended_with": str(because)}
        record(ticket, EventKind.ESCALATION_CLOSED, by=None, now=now, data=data)
    if is_closed:
        Commitment.objects.filter(ticket=ticket, closed_at=None).update(closed_at=over_at)
    return ends


def _promise_answer(ticket: Ticket, *, owner: User | None, by: User, now: datetime) -> None:
    if target := promise_target(ticket, PromiseKind.ACKNOWLEDGE):
        seconds, calendar_id = target
        make_promise(
            ticket, PromiseKind.ACKNOWLEDGE, seconds=seconds, calendar_id=calendar_id, owner=owner, by=by, now=now
        )


def _open_request(ticket: Ticket) -> tuple[EscalationRequest, Commitment]:
    request = EscalationRequest.objects.filter(ticket=ticket, state=RequestState.OPEN).first()
    row = Commitment.objects.filter(ticket=ticket, closed_at=None).select_related("owner").first()
    if request is None or row is None:
        raise ActionRefused(_("A colleague answered this escalation a moment ago. Look at it first."))
    require("request_escalation", ticket)
    return request, row


def _climb(ticket: Ticket, *, by: User, plan: str, now: datetime) -> None:
    end = LadderEnd.objects.filter(severity=ticket.severity).first()
    top = end.top if end else Tier.RND
    if LADDER.index(ticket.tier) >= LADDER.index(top):
        return
    move(locked(ticket), up=1, trigger=Trigger.CUSTOMER, by=by, now=now, reason=plan)


def _answered(request: EscalationRequest, state: RequestState, words: str, *, by: User, now: datetime) -> None:
    request.state, request.answer, request.answered_by, request.answered_at = state, words.strip(), by, now
    request.save()
    keep_promise(running_promise(request.ticket, PromiseKind.ACKNOWLEDGE), reason=state, by=by, now=now)
