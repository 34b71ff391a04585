"""Keeping what a ticket was told in the search index: in the transaction that stores it."""

from __future__ import annotations

from textsearch.actions import index
from tickets.models import Answer, Environment, Ticket
from tickets.told import TOLD, words_of


def make_findable(ticket: Ticket) -> None:
    """Findable by what the rows of its environment and answers say now."""
    environment = Environment.objects.filter(ticket=ticket).first()
    words = words_of(environment, Answer.objects.filter(ticket=ticket))
    index(kind=TOLD, object_id=ticket.pk, language="", title="", body=words)
