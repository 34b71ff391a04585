"""Writing on a ticket: public replies of both sides, and internal notes."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from knowledgebase import markdown
from sla.choices import ClockKind
from tickets import ledger, lifecycle
from tickets.actions.base import JUDGED, follow, judge, locked, record, require, set_status, settle
from tickets.actions.drafts import consume_draft
from tickets.actions.files import send_unsent
from tickets.actions.findable import make_message_findable
from tickets.actions.inquiring import answer_letters, put_questions
from tickets.actions.masking import Masker
from tickets.actions.waits import begin_wait
from tickets.actions.writing import stop_writing
from tickets.choices import EventKind, MessageKind, SecretPlace, Status
from tickets.errors import ActionRefused
from tickets.models import Message, Ticket


def reply(
    *,
    ticket: Ticket,
    by: User,
    body: str,
    now: datetime,
    submission_key: uuid.UUID | None = None,
    is_automatic: bool = False,
) -> Message:
    """An engineer's public reply. The first one by a human stops the first-response clock. A double click sends one."""
    with transaction.atomic():
        ticket, sent = locked_for("reply", ticket, submission_key)
        if sent:
            return sent
        return send_reply(ticket, by=by, body=body, now=now, key=submission_key, is_automatic=is_automatic)


def reply_and_wait(
    *,
    ticket: Ticket,
    by: User,
    body: str,
    now: datetime,
    questions: Sequence[str] = (),
    submission_key: uuid.UUID | None = None,
) -> Message:
    """A public reply that asks the customer something: the reply first, then the resolution clock pauses.

    The questions stand at the letter's end, numbered, and are answered one by one; without any the letter itself is the
    question. Raises ActionRefused when nothing is asked.
    """
    with transaction.atomic():
        ticket, sent = locked_for("reply", ticket, submission_key)
        if sent:
            return sent
        masker = Masker()
        asked = [masker.text(each.strip(), SecretPlace.QUESTIONS) for each in questions if each.strip()]
        if not asked and not body.strip():
            raise ActionRefused(_("Write what you need from the customer: a ticket waits for an answer only."))
        message = send_reply(ticket, by=by, body=_with_questions(body, asked), now=now, key=submission_key)
        masker.record(ticket, by=by, now=now)
        put_questions(message, asked, by=by, now=now)
        if ticket.status != Status.WAITING_CUSTOMER:
            set_status(ticket, Status.WAITING_CUSTOMER, by=by, now=now, reason="waiting_on_customer")
            record(ticket, EventKind.WAITED_ON_CUSTOMER, by=by, now=now, data={"asked": len(asked)})
        else:
            begin_wait(ticket, now=now)  # they have more to answer: the reminders count from here
        settle(ticket, now=now)
        return message


def _with_questions(body: str, questions: Sequence[str]) -> str:
    listed = "\n".join(f"{number}. {each}" for number, each in enumerate(questions, start=1))
    return "\n\n".join(filter(None, (body.rstrip(), listed)))


def customer_reply(
    *, ticket: Ticket, by: User, body: str, now: datetime, submission_key: uuid.UUID | None = None
) -> Message:
    """The customer writes: a ticket that waited for it goes on, a resolved one reopens, else no clock changes.

    What a letter of ours asked as a whole is answered by this one; questions that were listed stay open.
    """
    with transaction.atomic():
        ticket, sent = locked_for("customer_reply", ticket, submission_key)
        if sent:
            return sent
        message = add_message(ticket, by=by, body=body, now=now, key=submission_key)
        answer_letters(ticket, by=by, reply=message, now=now)
        after = Status(lifecycle.status_after_customer_reply(ticket.status))
        received(ticket, message, by=by, after=after, now=now)
        consume_draft(by=by, key=submission_key)
        return message


def received(
    ticket: Ticket, message: Message, *, by: User, after: Status, now: datetime, data: dict[str, Any] | None = None
) -> None:
    """What a letter of the customer does to the ticket, within an action that holds the lock."""
    if after != ticket.status:
        was_resolved = ticket.status == Status.RESOLVED
        set_status(ticket, after, by=by, now=now, reason="customer_replied")
        ticket.resolved_at = None
        record(ticket, EventKind.REOPENED if was_resolved else EventKind.RESUMED, by=by, now=now)
    elif ticket.status == Status.WAITING_CUSTOMER:
        begin_wait(ticket, now=now)  # they are not silent
    record(ticket, EventKind.CUSTOMER_REPLIED, by=by, now=now, message=message, data=data)
    if by.pk != ticket.requester_id:
        follow(ticket, by, now=now)
    judge(ticket)
    settle(ticket, now=now, fields=("resolved_at", *JUDGED))


def note(*, ticket: Ticket, by: User, body: str, now: datetime, submission_key: uuid.UUID | None = None) -> Message:
    """An internal note: staff only, stops no clock, tells no customer."""
    with transaction.atomic():
        ticket, sent = locked_for("note", ticket, submission_key)
        if sent:
            return sent
        message = add_message(ticket, by=by, body=body, now=now, key=submission_key, kind=MessageKind.INTERNAL)
        record(ticket, EventKind.NOTED, by=by, now=now, message=message, is_public=False)
        settle(ticket, now=now)
        return message


def send_reply(
    ticket: Ticket, *, by: User, body: str, now: datetime, key: uuid.UUID | None, is_automatic: bool = False
) -> Message:
    """The reply within an action that holds the lock."""
    message = add_message(ticket, by=by, body=body, now=now, key=key, is_automatic=is_automatic)
    clocks = ledger.clocks_of(ticket)
    if not is_automatic and ledger.is_first_response_owed(clocks):
        ledger.append(clocks[ClockKind.FIRST_RESPONSE], "stopped", reason="answered", by=by, now=now)
    record(ticket, EventKind.REPLIED, by=by, now=now, message=message)
    if is_automatic:
        settle(ticket, now=now)
    else:  # whoever makes promises asks for the second when it next looks
        ticket.answered_at = ticket.unpromised_answer_at = now
        settle(ticket, now=now, fields=("answered_at", "unpromised_answer_at"))
    return message


def locked_for(action: str, ticket: Ticket, key: uuid.UUID | None) -> tuple[Ticket, Message | None]:
    """The locked ticket, on which `action` may start, or the message that was sent under this key before."""
    ticket = locked(ticket)
    sent = already_sent(ticket, key)
    if sent is None:
        require(action, ticket)
    return ticket, sent


def already_sent(ticket: Ticket, key: uuid.UUID | None) -> Message | None:
    return Message.objects.filter(ticket=ticket, submission_key=key).first() if key else None


def add_message(
    ticket: Ticket,
    *,
    by: User,
    body: str,
    now: datetime,
    key: uuid.UUID | None,
    kind: MessageKind = MessageKind.PUBLIC,
    is_automatic: bool = False,
) -> Message:
    """The message row with its files, secrets masked. Raises ActionRefused when there is neither text nor a file."""
    key, masker = key or uuid.uuid4(), Masker()
    body = masker.text(body, SecretPlace.MESSAGE)
    message = Message.objects.create(
        ticket=ticket,
        author=by,
        kind=kind,
        is_from_staff=by.is_staff,
        is_automatic=is_automatic,
        body=body,
        body_html=markdown.render(body),
        created_at=now,
        submission_key=key,
    )
    stop_writing(ticket, by)
    files = send_unsent(message, user=by, draft_key=key)
    if not files and not body.strip():
        raise ActionRefused(_("Write a message or add a file first."))
    make_message_findable(message)
    is_public = kind == MessageKind.PUBLIC
    masker.record(ticket, by=by, now=now, sent_with=message if files else None, is_public=is_public)
    return message
