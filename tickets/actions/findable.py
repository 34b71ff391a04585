"""Keeping tickets in the search index: in the transaction that stores what they are found by.

A later task would have to remember which tickets it owes; here the row is locked already, a message costs one row more, and
what was sent can be found at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from django.db import transaction
from django.db.models.functions import Left

from textsearch.actions import Thing, add_words, index, set_words, set_words_of_many
from tickets.choices import MessageKind
from tickets.models import Answer, Environment, Message, Ticket
from tickets.searching import LONGEST_MESSAGE, TALK, headwords
from tickets.told import TOLD, words_of

BATCH = 200  # tickets


def make_findable(ticket: Ticket, *, description: str | None = None) -> None:
    """Findable by what the rows of its environment and answers say now, and by its subject; a new one by its
    `description` as well."""
    environment = Environment.objects.filter(ticket=ticket).first()
    answers = list(Answer.objects.filter(ticket=ticket))
    index(kind=TOLD, object_id=ticket.pk, language="", title="", body=words_of(environment, answers))
    set_words(
        kind=TALK,
        object_id=ticket.pk,
        scope=ticket.organisation_id,
        title=headwords(ticket, environment, answers),
        body=None if description is None else description[:LONGEST_MESSAGE],
    )


def make_message_findable(message: Message) -> None:
    """The ticket is found by what the message says. Internal notes enter the index of no customer."""
    if message.kind == MessageKind.PUBLIC:
        add_words(kind=TALK, object_id=message.ticket_id, text=message.body[:LONGEST_MESSAGE])


def rebuild_search(*, batch: int = BATCH) -> Iterator[int]:
    """Index all that customers find tickets by anew, the oldest first; after each batch, how many are done.

    Each batch locks its tickets, so that nothing said meanwhile is lost. May be stopped, and run beside people at work.
    """
    done = last = 0
    while ids := list(Ticket.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:batch]):
        with transaction.atomic():
            list(Ticket.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
            set_words_of_many(TALK, _things(ids))
        last = ids[-1]
        done += len(ids)
        yield done


def _things(ids: list[int]) -> list[Thing]:
    environments = {each.ticket_id: each for each in Environment.objects.filter(ticket__in=ids)}
    answers, said = defaultdict(list), defaultdict(list)
    for answer in Answer.objects.filter(ticket__in=ids):
        answers[answer.ticket_id].append(answer)
    public = Message.objects.filter(ticket__in=ids, kind=MessageKind.PUBLIC).order_by("pk")
    for ticket_id, text in public.values_list("ticket", Left("body", LONGEST_MESSAGE)):
        said[ticket_id].append(text)
    return [
        Thing(
            object_id=ticket.pk,
            scope=ticket.organisation_id,
            title=headwords(ticket, environments.get(ticket.pk), answers[ticket.pk]),
            body="\n".join(said[ticket.pk]),
        )
        for ticket in Ticket.objects.filter(pk__in=ids).order_by("pk")
    ]
