"""A ticket as plain values: what its customer may read of it, nothing else. Reads, never writes; no words of a language.

`events` are those of the chain: an event that is in it once never changes, so the chain of a later bundle begins with that of
an earlier one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from django.db.models import Model, QuerySet

from accounts.models import User
from escalation.models import Escalation, EscalationRequest, PromiseClock
from sla.models import ClockBase
from tickets.choices import MessageKind
from tickets.models import Answer, Attachment, Call, Inquiry, Investigation, Message, Ticket, TicketEvent

FORMAT = "supportdesk-evidence-1"


def sha256_of(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def instant(at: datetime | None) -> str | None:
    """In UTC, as ISO 8601."""
    return at.astimezone(UTC).isoformat() if at else None


def events_of(ticket: Ticket) -> Iterator[dict[str, Any]]:
    """The public events in their order, each with the hashes of what was written and sent with it."""
    rows = TicketEvent.objects.filter(ticket=ticket, is_public=True).select_related("message").order_by("pk")
    for row in rows.prefetch_related("message__attachments"):
        message = row.message if row.message and not row.message.is_internal else None
        yield {
            "id": row.pk,
            "kind": row.kind,
            "at": instant(row.at),
            "by": row.actor_id,
            "data": row.data,
            "message": message
            and {
                "id": message.pk,
                "by": message.author_id,
                "sha256": sha256_of(message.body),
                "files": [each.sha256 for each in message.attachments.all()],
            },
        }


def files_of(ticket: Ticket) -> QuerySet[Attachment]:
    """The files of public messages, in the order in which they were sent."""
    rows = Attachment.objects.filter(message__ticket=ticket, message__kind=MessageKind.PUBLIC)
    return rows.order_by("message__created_at", "message_id", "pk")


def record_of(ticket: Ticket, paths: dict[int, str]) -> dict[str, Any]:
    """All of it but the events. `paths` says where in the bundle each file stands, by the attachment's key."""
    people: dict[int, User] = {}
    return {
        "format": FORMAT,
        "ticket": _head(ticket, people),
        "environment": _environment(ticket),
        "answers": [_answer(each) for each in ticket.answers.select_related("question", "choice")],
        "investigation": _investigation(ticket, people),
        "questions": [_question(each, people) for each in _questions(ticket)],
        "messages": [_message(each, paths, people) for each in _messages(ticket)],
        "clocks": [_clock(each, people) for each in _clocks(ticket.clocks.all())],
        "promises": [_clock(each, people) for each in _clocks(PromiseClock.objects.filter(ticket=ticket))],
        "escalations": [_step(each, people) for each in _steps(ticket)],
        "escalation_requests": [_request(each, people) for each in _requests(ticket)],
        "resolutions": [
            _fields(each, "cause fix prevention", by=_who(each.by, people), at=instant(each.at))
            for each in ticket.resolutions.select_related("by")
        ],
        "ratings": [
            _fields(
                each, "score speed skill communication comment", by=_who(each.by, people), at=instant(each.rated_at)
            )
            for each in ticket.ratings.filter(rated_at__isnull=False).select_related("by").order_by("pk")
        ],
        "calls": [_call(each, people) for each in _calls(ticket)],
        "people": [_person(each) for _pk, each in sorted(people.items())],
    }


def _fields(row: Model, names: str, **more: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names.split()} | more


def _who(user: User | None, people: dict[int, User]) -> int | None:
    """The person's number, under which the list of people has the name."""
    if user is None:
        return None
    people[user.pk] = user
    return user.pk


def _person(user: User) -> dict[str, Any]:
    return {"id": user.pk, "name": user.name, "side": "support" if user.is_staff else "customer"}


def _head(ticket: Ticket, people: dict[int, User]) -> dict[str, Any]:
    at = ("created_at", "updated_at", "resolved_at", "closed_at")
    return _fields(
        ticket,
        "pk subject severity status tier",
        organisation=ticket.organisation.name,
        app=str(ticket.app) if ticket.app else None,
        category=ticket.category.code,
        requester=_who(ticket.requester, people),
        assignee=_who(ticket.assignee, people),
        merged_into=ticket.merged_into_id,
        follows=ticket.follows_id,
        **{name: instant(getattr(ticket, name)) for name in at},
    )


def _environment(ticket: Ticket) -> dict[str, Any] | None:
    row = getattr(ticket, "environment", None)
    names = "sdk_version platform os_version device network channel user_ids occurred_zone frequency steps"
    return row and _fields(
        row,
        names,
        product=str(row.product) if row.product else None,
        occurred_at=instant(row.occurred_at),
        occurred_until=instant(row.occurred_until),
    )


def _answer(row: Answer) -> dict[str, Any]:
    at = {name: instant(getattr(row, name)) for name in ("starts_at", "ends_at")}
    number = str(row.number) if row.number is not None else None
    choice = row.choice.code if row.choice else None
    return _fields(row, "text zone is_unknown", question=row.question.code, choice=choice, number=number, **at)


def _investigation(ticket: Ticket, people: dict[int, User]) -> dict[str, Any] | None:
    """What is believed now; what was believed before stands in the events."""
    row = Investigation.objects.filter(ticket=ticket).select_related("by").first()
    if row is None:
        return None
    attempts = row.attempts.select_related("by")
    return _fields(
        row,
        "hypothesis reproduced reproduced_how conclusion fix prevention",
        by=_who(row.by, people),
        at=instant(row.at),
        tried=[_fields(each, "text", by=_who(each.by, people), at=instant(each.at)) for each in attempts],
    )


def _questions(ticket: Ticket) -> Iterable[Inquiry]:
    return Inquiry.objects.filter(ticket=ticket).select_related("by", "closed_by").order_by("pk")


def _question(row: Inquiry, people: dict[int, User]) -> dict[str, Any]:
    """Without text the message itself is the question. `reply` is the message that answered it, where one did."""
    return _fields(
        row,
        "text state answer is_unknown",
        message=row.message_id,
        by=_who(row.by, people),
        at=instant(row.at),
        reply=row.reply_id,
        closed_by=_who(row.closed_by, people),
        closed_at=instant(row.closed_at),
    )


def _messages(ticket: Ticket) -> Iterable[Message]:
    rows = Message.objects.filter(ticket=ticket, kind=MessageKind.PUBLIC).select_related("author")
    return rows.prefetch_related("attachments").order_by("created_at", "pk")


def _message(row: Message, paths: dict[int, str], people: dict[int, User]) -> dict[str, Any]:
    files = [_fields(each, "name content_type size sha256", path=paths.get(each.pk)) for each in row.attachments.all()]
    by, at = _who(row.author, people), instant(row.created_at)
    return _fields(row, "body is_from_staff is_automatic", id=row.pk, by=by, at=at, files=files)


def _calls(ticket: Ticket) -> Iterable[Call]:
    rows = ticket.calls.select_related("proposed_by", "decided_by", "outcome_by")
    return rows.prefetch_related("times").order_by("pk")


def _call(row: Call, people: dict[int, User]) -> dict[str, Any]:
    at = ("proposed_at", "starts_at", "ends_at", "decided_at", "outcome_at")
    who = ("proposed_by", "decided_by", "outcome_by")
    return _fields(
        row,
        "topic minutes state link reason outcome",
        times=[instant(each.at) for each in row.times.all()],
        **{name: instant(getattr(row, name)) for name in at},
        **{name: _who(getattr(row, name), people) for name in who},
    )


def _clocks(clocks: Any) -> Iterable[ClockBase]:
    return clocks.select_related("calendar").prefetch_related("segments__by").order_by("pk")


def _clock(row: ClockBase, people: dict[int, User]) -> dict[str, Any]:
    """Targets in working seconds of the calendar, or of the clock on the wall where there is none."""
    return _fields(
        row,
        "kind target_for state breach_cause",
        calendar=row.calendar.code if row.calendar else None,
        due_at=instant(row.due_at),
        breached_at=instant(row.breached_at),
        stopped_at=instant(row.stopped_at),
        segments=[
            _fields(each, "step reason", at=instant(each.at), by=_who(each.by, people)) for each in row.segments.all()
        ],
    )


def _steps(ticket: Ticket) -> Iterable[Escalation]:
    return Escalation.objects.filter(ticket=ticket).select_related("by").order_by("step_no")


def _step(row: Escalation, people: dict[int, User]) -> dict[str, Any]:
    at, expected = instant(row.created_at), instant(row.expected_at)
    names = "step_no trigger from_tier target clock reason plan_en plan_zh"
    return _fields(row, names, by=_who(row.by, people), at=at, expected_at=expected)


def _requests(ticket: Ticket) -> Iterable[EscalationRequest]:
    rows = EscalationRequest.objects.filter(ticket=ticket).select_related("answered_by")
    return rows.prefetch_related("reasons__by").order_by("pk")


def _request(row: EscalationRequest, people: dict[int, User]) -> dict[str, Any]:
    return _fields(
        row,
        "state answer",
        opened_at=instant(row.opened_at),
        answered_at=instant(row.answered_at),
        answered_by=_who(row.answered_by, people),
        reasons=[
            _fields(each, "reason body", by=_who(each.by, people), at=instant(each.at)) for each in row.reasons.all()
        ],
    )
