"""What customers find a ticket by: its number, its subject, what it was told, and its public messages. Internal notes never.

Candidates come from the search index, within the person's organisations; who may see them is asked of the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from accounts.numbers import whole_number
from textsearch import engine
from textsearch.tokens import query_tokens
from tickets.models import Answer, Environment, Ticket
from tickets.told import words_of

TALK = "talk"  # the kind in the search index; its scope is the organisation
LONGEST_MESSAGE = 20_000  # characters of one message that are searched


@dataclass(frozen=True, slots=True)
class Found:
    """Candidates by primary key; `is_cut` where only the newest of many were looked at."""

    ids: tuple[int, ...]
    is_cut: bool


def find(words: str, *, organisations: Sequence[int]) -> Found:
    """Tickets of these organisations that hold all the words, the last one perhaps begun only, and the one of that number;
    after a # only that (at most 1 query). Whoever asks filters by visibility."""
    number = whole_number(words.strip().removeprefix("#"))
    is_number_alone = number is not None and words.strip().startswith("#")
    ids = [] if is_number_alone else engine.newest(TALK, query_tokens(words), scopes=organisations)
    return Found(ids=(*ids, *([] if number is None else [number])), is_cut=len(ids) >= engine.MOST_RECENT)


def headwords(ticket: Ticket, environment: Environment | None, answers: Iterable[Answer]) -> str:
    """The subject, and what was told in answer to what was asked, numbers too."""
    answers = list(answers)
    numbers = [answer.plain_number for answer in answers if answer.number is not None]
    return "\n".join([ticket.subject, words_of(environment, answers), *numbers])
