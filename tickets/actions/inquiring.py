"""The rows of what we ask the customer, within actions that hold the ticket's lock. Decides no status."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from accounts.models import User
from tickets.choices import InquiryState
from tickets.models import Inquiry, Message, Ticket


def put_questions(message: Message, questions: Sequence[str], *, by: User, now: datetime) -> None:
    """Remember what the letter asks: each question, or without any the letter itself."""
    Inquiry.objects.bulk_create(
        Inquiry(ticket_id=message.ticket_id, message=message, text=text, by=by, at=now) for text in questions or [""]
    )


def has_open_questions(ticket: Ticket) -> bool:
    return Inquiry.objects.open().filter(ticket=ticket).exists()


def answer_letters(ticket: Ticket, *, by: User, reply: Message | None, now: datetime) -> None:
    """What was asked by a letter as a whole is answered by whatever the customer sends."""
    _close(Inquiry.objects.filter(ticket=ticket, text=""), InquiryState.ANSWERED, by=by, now=now, reply=reply)


def lapse_questions(ticket: Ticket, *, by: User | None, now: datetime) -> None:
    """The ticket is solved or goes on elsewhere: nobody needs the answers any more."""
    _close(Inquiry.objects.filter(ticket=ticket), InquiryState.LAPSED, by=by, now=now)


def _close(rows, state: InquiryState, *, by: User | None, now: datetime, reply: Message | None = None) -> None:
    rows.filter(state=InquiryState.OPEN).update(state=state, closed_by=by, closed_at=now, reply=reply)
