"""What a ticket is found by besides its number and subject: what its customer told in answer to what was asked."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models.expressions import RawSQL

from textsearch import engine
from textsearch.tokens import query_tokens
from tickets.models import Answer, Environment

TOLD = "told"  # the kind in the search index
LONGEST = 4000  # characters of one answer, so that a pasted log does not become the index
_COLUMNS = ("platform", "sdk_version", "os_version", "device", "channel", "user_ids", "steps")


def words_of(environment: Environment | None, answers: Iterable[Answer]) -> str:
    """Everything that was typed, a line each. What was chosen from a list is filtered by, not searched for."""
    columns = [getattr(environment, name, "") for name in _COLUMNS]
    return "\n".join(text[:LONGEST] for text in (*columns, *(answer.text for answer in answers)) if text)


def told(words: str) -> RawSQL | None:
    """The tickets that were told all these words, the last one perhaps begun only; for the right side of `pk__in`."""
    tokens = query_tokens(words)
    return engine.holding(TOLD, tokens) if tokens else None
