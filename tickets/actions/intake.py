"""Filing a ticket."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import App, Organisation, User
from knowledgebase import markdown
from sla.policies import terms_for
from sla.terms import to_json
from tickets import ledger
from tickets.actions.base import JUDGED, judge, record, settle
from tickets.actions.details import GivenAnswer, store_answers
from tickets.actions.drafts import consume_draft, lock_writer
from tickets.actions.environment import EnvironmentFacts, masked_facts, write_facts
from tickets.actions.files import send_unsent
from tickets.actions.findable import make_findable
from tickets.actions.masking import Masker
from tickets.actions.telemetry import reckon
from tickets.choices import EventKind, SecretPlace
from tickets.errors import ActionRefused
from tickets.models import Category, Environment, Message, Ticket


def open_ticket(
    *,
    by: User,
    organisation: Organisation,
    app: App | None,
    category: Category,
    severity: str,
    subject: str,
    description: str,
    environment: EnvironmentFacts,
    submission_key: uuid.UUID,
    now: datetime,
    requester: User | None = None,
    is_shared: bool = True,
    follows: Ticket | None = None,
    answers: Sequence[GivenAnswer] = (),
) -> Ticket:
    """File a ticket: its answers, its opening message with the files sent under `submission_key`, its clocks, the event
    `opened`.

    The same `submission_key` again gives the ticket that is already there, so a double click files one. `requester` is
    given when an engineer files for a caller; the opening message is then no first response. `follows` is the closed ticket that
    this one goes on from. Secrets are masked. Raises ActionRefused for a key that something else was sent under, and for an
    organisation that is gone by the commit.
    """
    owner = requester or by
    existing = Ticket.objects.filter(submission_key=submission_key, requester=owner).first()
    if existing:
        return existing
    masker = Masker()
    subject = masker.text(subject, SecretPlace.SUBJECT)
    description = masker.text(description, SecretPlace.MESSAGE)
    environment = masked_facts(environment, masker)
    try:
        with transaction.atomic():
            lock_writer(by)
            ticket = Ticket.objects.create(
                organisation=organisation,
                app=app,
                requester=owner,
                category=category,
                severity=severity,
                subject=subject,
                sla_terms=to_json(terms_for(organisation)),
                created_at=now,
                updated_at=now,
                submission_key=submission_key,
                is_shared=is_shared,
                follows=follows,
            )
            _describe(ticket, environment, now=now)
            store_answers(ticket, answers, by=by, now=now, masker=masker)
            make_findable(ticket, description=description)
            message = _begin(ticket, by=by, description=description, now=now)
            masker.record(ticket, by=by, now=now, sent_with=message)
            return ticket
    except IntegrityError:
        twin = _twin(submission_key, owner, organisation)
        if twin is None:
            raise
        return twin


def _twin(submission_key: uuid.UUID, requester: User, organisation: Organisation) -> Ticket | None:
    """The ticket of the other, faster half of a double click. Raises ActionRefused for a key used for something else, and
    for an organisation that is gone."""
    twin = Ticket.objects.filter(submission_key=submission_key).first()
    if twin and twin.requester_id == requester.pk:
        return twin
    if twin or Message.objects.filter(submission_key=submission_key).exists():
        raise ActionRefused(_("This page was used already. Check what is in it and send it again."))
    if not Organisation.objects.filter(pk=organisation.pk).exists():
        raise ActionRefused(_("Your organisation was removed a moment ago. Write to your success manager."))
    return None


def _begin(ticket: Ticket, *, by: User, description: str, now: datetime) -> Message:
    """The opening message with its files, the clocks, and the event; the draft it was typed in is done with."""
    message = Message.objects.create(
        ticket=ticket,
        author=by,
        is_from_staff=by.is_staff,
        body=description,
        body_html=markdown.render(description),
        created_at=now,
        submission_key=ticket.submission_key,
    )
    send_unsent(message, user=by, draft_key=ticket.submission_key)
    consume_draft(by=by, key=ticket.submission_key)
    ledger.start_clocks(ticket, by=by, now=now)
    record(ticket, EventKind.OPENED, by=by, now=now, message=message, data={"severity": ticket.severity})
    judge(ticket)
    settle(ticket, now=now, fields=(*JUDGED, "data_gone_at"))
    return message


def _describe(ticket: Ticket, facts: EnvironmentFacts, *, now: datetime) -> None:
    row = Environment(ticket=ticket)
    write_facts(row, facts)
    reckon(ticket, row, now=now)
    row.save(force_insert=True)
