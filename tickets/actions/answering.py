"""The answers to what we asked the customer, and the end of questions that need none."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from tickets.actions.base import locked, record, require, set_status, settle
from tickets.actions.conversation import add_message, locked_for, received
from tickets.actions.inquiring import has_open_questions
from tickets.choices import EventKind, InquiryState, Status
from tickets.errors import ActionRefused
from tickets.lifecycle import status_after_customer_reply
from tickets.masking import mask
from tickets.models import Inquiry, Message, Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenReply:
    """The customer's answer to the question with that key: words, or that nobody there knows."""

    inquiry: int
    text: str = ""
    is_unknown: bool = False


def answer_questions(
    *, ticket: Ticket, by: User, replies: Sequence[GivenReply], now: datetime, submission_key: uuid.UUID | None = None
) -> Message:
    """The customer answers some of what was asked, in one letter that repeats the questions. A double click sends one.

    With the last open question answered a ticket that waited goes on; until then it waits. A question that somebody answered
    or took back meanwhile keeps what it has, and the words stand in the letter all the same. Raises ActionRefused when none
    is answered.
    """
    with transaction.atomic():
        ticket, sent = locked_for("customer_reply", ticket, submission_key)
        if sent:
            return sent
        rows = {row.pk: row for row in Inquiry.objects.filter(ticket=ticket, pk__in=[each.inquiry for each in replies])}
        given = [each for each in replies if each.inquiry in rows and (each.is_unknown or each.text.strip())]
        if not given:
            raise ActionRefused(_("Answer at least one question, or say that you do not know."))
        body = "\n\n".join(_paragraph(rows[each.inquiry], each) for each in given)
        message = add_message(ticket, by=by, body=body, now=now, key=submission_key)
        for each in given:
            _answer(rows[each.inquiry], each, by=by, reply=message, now=now)
        is_still_waiting = ticket.status == Status.WAITING_CUSTOMER and has_open_questions(ticket)
        after = ticket.status if is_still_waiting else status_after_customer_reply(ticket.status)
        received(ticket, message, by=by, after=Status(after), now=now, data={"answered": len(given)})
        return message


def close_question(*, ticket: Ticket, inquiry: int, by: User, is_answered: bool, now: datetime) -> Ticket:
    """An engineer takes a question back, or says that a letter answered it. Again changes nothing.

    A ticket that waited for nothing else goes on: its resolution clock runs again.
    """
    with transaction.atomic():
        ticket = locked(ticket)
        row = Inquiry.objects.open().filter(ticket=ticket, pk=inquiry).first()
        if row is None:
            return ticket
        require("close_question", ticket)
        row.state = InquiryState.ANSWERED if is_answered else InquiryState.WITHDRAWN
        row.closed_by, row.closed_at = by, now
        row.save(update_fields=["state", "closed_by", "closed_at"])
        data = {"inquiry": row.pk, "text": row.text, "as": row.state}
        record(ticket, EventKind.QUESTION_CLOSED, by=by, now=now, data=data)
        if ticket.status == Status.WAITING_CUSTOMER and not has_open_questions(ticket):
            set_status(ticket, Status.OPEN, by=by, now=now, reason="question_closed")
            record(ticket, EventKind.RESUMED, by=by, now=now)
        settle(ticket, now=now)
        return ticket


def _paragraph(row: Inquiry, given: GivenReply) -> str:
    """The question as a quote, and under it what the customer says, in the words of their page."""
    words = given.text.strip() or _("I do not know.")
    return f"> {row.text}\n\n{words}" if row.text else words


def _answer(row: Inquiry, given: GivenReply, *, by: User, reply: Message, now: datetime) -> None:
    if not row.is_open:
        return
    row.state, row.closed_by, row.closed_at, row.reply = InquiryState.ANSWERED, by, now, reply
    row.answer = mask(given.text.strip()).text
    row.is_unknown = not row.answer
    row.save(update_fields=["state", "closed_by", "closed_at", "reply", "answer", "is_unknown"])
