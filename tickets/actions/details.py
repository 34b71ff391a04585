"""The answers to a category's questions: kept with the ticket, and added to it later."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from accounts.models import User
from accounts.versions import version_key
from tickets import lifecycle
from tickets.actions.base import JUDGED, follow, judge, locked, record, require, set_status, settle
from tickets.actions.environment import EnvironmentFacts, changed_facts, masked_facts, write_facts
from tickets.actions.findable import make_findable
from tickets.actions.inquiring import answer_letters
from tickets.actions.masking import Masker
from tickets.actions.telemetry import forget_call, reckon
from tickets.choices import EventKind, QuestionKind, SecretPlace, Status
from tickets.models import Answer, Environment, Question, QuestionChoice, Ticket
from tickets.models.intake import KEY_LENGTH

REMEMBERED = 500  # characters of a text that the event keeps of what stood before


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenAnswer:
    """An answer as it is given; all empty means that nothing is said. Instants are aware."""

    question: Question
    choice: QuestionChoice | None = None
    text: str = ""
    number: Decimal | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    zone: str = ""
    is_unknown: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.choice or self.text or self.number is not None or self.starts_at or self.is_unknown)


def store_answers(ticket: Ticket, answers: Sequence[GivenAnswer], *, by: User, now: datetime, masker: Masker) -> None:
    """The answers of a new ticket, within the transaction that files it and writes down what was masked."""
    given = [masked_answer(each, masker) for each in answers if not each.is_empty]
    Answer.objects.bulk_create(_row(ticket, each, by=by, now=now) for each in given)


def masked_answer(given: GivenAnswer, masker: Masker) -> GivenAnswer:
    """The answer without secrets in what was typed."""
    return replace(given, text=masker.text(given.text, SecretPlace.DETAILS)) if given.text else given


def add_details(
    *,
    ticket: Ticket,
    by: User,
    environment: EnvironmentFacts,
    told: Collection[str],
    answers: Sequence[GivenAnswer],
    now: datetime,
) -> bool:
    """What is known by now in place of what was told before; was anything new? The event keeps what stood before.

    Of the environment only the columns in `told` are written, of the answers only the questions that are among them, so
    that two people who add at once take nothing from each other. A ticket that waited for its customer goes on when the
    customer adds something. Said again, nothing happens. Secrets are masked.
    """
    masker = Masker()
    environment = masked_facts(environment, masker)
    answers = [masked_answer(each, masker) for each in answers]
    with transaction.atomic():
        ticket = locked(ticket)
        require("add_details", ticket)
        changes = [
            *_change_facts(ticket, environment, told, now=now),
            *_change_answers(ticket, answers, by=by, now=now),
        ]
        if not changes:
            return False
        if not by.is_staff:
            answer_letters(ticket, by=by, reply=None, now=now)
        if not by.is_staff and ticket.status == Status.WAITING_CUSTOMER:
            after = Status(lifecycle.status_after_customer_reply(ticket.status))
            set_status(ticket, after, by=by, now=now, reason="details_added")
            record(ticket, EventKind.RESUMED, by=by, now=now)
        record(ticket, EventKind.DETAILS_ADDED, by=by, now=now, data={"changes": changes})
        masker.record(ticket, by=by, now=now)
        make_findable(ticket)
        if by.pk != ticket.requester_id:
            follow(ticket, by, now=now)
        judge(ticket)
        settle(ticket, now=now, fields=(*JUDGED, "data_gone_at"))
        return True


def _change_facts(
    ticket: Ticket, facts: EnvironmentFacts, told: Collection[str], *, now: datetime
) -> list[dict[str, str]]:
    row = Environment.objects.filter(ticket=ticket).first() or Environment(ticket=ticket)
    changes = changed_facts(row, facts, told)
    if changes:
        write_facts(row, facts, told)
        if {"occurred_at", "channel"} & {change["fact"] for change in changes}:
            forget_call(row)
        reckon(ticket, row, now=now)
        row.save()
    return changes


def _change_answers(ticket: Ticket, answers: Sequence[GivenAnswer], *, by: User, now: datetime) -> list[dict[str, str]]:
    """Insert, replace and delete; questions that are not among `answers` keep what they have."""
    kept = {row.question_id: row for row in Answer.objects.filter(ticket=ticket).select_related("choice")}
    changes = []
    for given in answers:
        before, after = kept.get(given.question.pk), _row(ticket, given, by=by, now=now)
        if _said(before) == _said(None if given.is_empty else after):
            continue
        changes.append({"question": given.question.code, "before": "\n".join(_said(before))[:REMEMBERED]})
        if before:
            before.delete()
        if not given.is_empty:
            after.save(force_insert=True)
    return changes


def _said(answer: Answer | None) -> tuple[str, ...]:
    """An answer as plain codes and texts, to compare and to remember."""
    if answer is None:
        return ()
    times = [f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in (answer.starts_at, answer.ends_at) if at]
    choice = answer.choice.code if answer.choice else ""
    unknown = "unknown" if answer.is_unknown else ""
    return tuple(part for part in (choice, answer.text, answer.plain_number, *times, answer.zone, unknown) if part)


def _row(ticket: Ticket, given: GivenAnswer, *, by: User, now: datetime) -> Answer:
    return Answer(
        ticket=ticket,
        question=given.question,
        choice=given.choice,
        text=given.text,
        number=given.number,
        starts_at=given.starts_at,
        ends_at=given.ends_at,
        zone=given.zone,
        key=_key(given),
        is_unknown=given.is_unknown,
        by=by,
        at=now,
    )


def _key(given: GivenAnswer) -> str:
    """What the answer is found and compared by; text of many lines is not."""
    if given.question.kind == QuestionKind.VERSION:
        return version_key(given.text)
    return "" if given.question.kind == QuestionKind.LONG_TEXT else given.text.lower()[:KEY_LENGTH]
