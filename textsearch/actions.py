"""Writing the index: in the transaction of whoever changed the thing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import QuerySet

from textsearch.engine import kind_term, scope_term
from textsearch.models import Document
from textsearch.tokens import tokens

MOST_TEXT = 300_000  # characters of words a thing is found by; PostgreSQL takes a megabyte
# REPLACE: of a row that is there already; also of one from before a flush, which does not empty this index.
_INTO_FTS = "INSERT OR REPLACE INTO textsearch_fts (rowid, kind, title, body) VALUES (%s, %s, %s, %s)"


def index(*, kind: str, object_id: int, language: str, title: str, body: str) -> None:
    """Make the thing findable in that language by its title and body; empty text makes it unfindable."""
    with transaction.atomic():
        forget(kind=kind, object_id=object_id, language=language)
        if not (title.strip() or body.strip()):
            return
        row = Document.objects.create(
            kind=kind,
            object_id=object_id,
            language=language,
            title=" ".join(tokens(title)),
            body=" ".join(tokens(body)),
        )
        _store([row])


def forget(*, kind: str, object_id: int, language: str) -> None:
    """Make the thing unfindable in that language."""
    with transaction.atomic():
        _drop(Document.objects.filter(kind=kind, object_id=object_id, language=language))


def set_words(*, kind: str, object_id: int, scope: int, title: str, body: str | None = None) -> None:
    """Make a thing within a scope findable by the words of its title and body, each kept once: for things that are asked
    for by age (`engine.newest`). Without a `body` the one that is there stays. Its place among the others stays too."""
    with transaction.atomic():
        row = Document.objects.filter(kind=kind, object_id=object_id, language="").first()
        row = row or Document(kind=kind, object_id=object_id, language="", body="")
        row.title = " ".join([scope_term(kind, scope), *_distinct(tokens(title))])
        if body is not None:
            row.body = " ".join(_distinct(tokens(body)))
        _save(row)


def add_words(*, kind: str, object_id: int, text: str) -> None:
    """The thing is found by the words of this text as well; nothing happens where it is not in the index."""
    with transaction.atomic():
        row = Document.objects.filter(kind=kind, object_id=object_id, language="").first()
        if row is None:
            return
        known = row.body.split()
        words = " ".join(_distinct([*known, *tokens(text)]))
        if words != row.body:
            row.body = words
            _save(row)


@dataclass(frozen=True, slots=True)
class Thing:
    """What `set_words` takes of one thing, for many at once."""

    object_id: int
    scope: int
    title: str
    body: str


def set_words_of_many(kind: str, things: Sequence[Thing]) -> None:
    """As `set_words` for each, whatever was there before; they come to stand behind all others, in their order."""
    with transaction.atomic():
        _drop(Document.objects.filter(kind=kind, object_id__in=[each.object_id for each in things], language=""))
        rows = Document.objects.bulk_create(
            Document(
                kind=kind,
                object_id=each.object_id,
                language="",
                title=" ".join([scope_term(kind, each.scope), *_distinct(tokens(each.title))]),
                body=" ".join(_distinct(tokens(each.body))),
            )
            for each in things
        )
        _store(rows)


def _distinct(words: Iterable[str]) -> list[str]:
    """Each word once, in order, up to what the engines take."""
    kept, room = [], MOST_TEXT
    for word in dict.fromkeys(words):
        room -= len(word) + 1
        if room < 0:
            break
        kept.append(word)
    return kept


def _save(row: Document) -> None:
    row.save(update_fields=("title", "body") if row.pk else None)
    _store([row])


def _store(rows: Iterable[Document]) -> None:
    """What SQLite searches in; PostgreSQL keeps its index by itself."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.executemany(_INTO_FTS, [(row.pk, kind_term(row.kind), row.title, row.body) for row in rows])


def _drop(rows: QuerySet[Document]) -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.executemany("DELETE FROM textsearch_fts WHERE rowid = %s", list(rows.values_list("pk")))
    rows.delete()
