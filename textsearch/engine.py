"""The one place that knows which database searches how: FTS5 on SQLite, tsvector on PostgreSQL.

The last token of a query also matches as a prefix, so that results come while a word is being typed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models.expressions import RawSQL

MOST = 200  # candidates; whoever asks filters by visibility and ranks
SHORTEST_BEGUN = 3  # characters of an encoded token, its own letter included
MOST_RECENT = 1000  # of a scope's things, where the newest are wanted and not the best

_POSTGRES = """
FROM textsearch_document, to_tsquery('simple', %s) AS query
WHERE (to_tsvector('simple', 'k' || kind) || to_tsvector('simple', title) || to_tsvector('simple', body))
 @@ (to_tsquery('simple', %s) && query)
"""
_POSTGRES_BEST = f"""
SELECT object_id, language, ts_rank(setweight(to_tsvector('simple', title), 'A') || to_tsvector('simple', body), query)
{_POSTGRES} ORDER BY 3 DESC, object_id LIMIT %s
"""
_SQLITE = """
FROM textsearch_fts JOIN textsearch_document AS d ON d.id = textsearch_fts.rowid WHERE textsearch_fts MATCH %s
"""
_SQLITE_BEST = f"""
SELECT d.object_id, d.language, -bm25(textsearch_fts, 0.0, 5.0, 1.0) {_SQLITE} ORDER BY 3 DESC, d.object_id LIMIT %s
"""
# Held back until all hits are known: in the order of the ids alone, PostgreSQL might read every row and cut it into words.
_POSTGRES_NEWEST = """
WITH found AS MATERIALIZED (
 SELECT object_id FROM textsearch_document
 WHERE (to_tsvector('simple', 'k' || kind) || to_tsvector('simple', title) || to_tsvector('simple', body))
  @@ to_tsquery('simple', %s)
) SELECT object_id FROM found ORDER BY object_id DESC LIMIT %s
"""
_SQLITE_NEWEST = """
SELECT d.object_id FROM textsearch_fts JOIN textsearch_document AS d ON d.id = textsearch_fts.rowid
WHERE textsearch_fts MATCH %s ORDER BY textsearch_fts.rowid DESC LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Hit:
    """`score`: the engine's own, larger is better; comparable within one answer only."""

    object_id: int
    language: str
    score: float


def search(kind: str, tokens: Sequence[str], *, any_token: bool = False) -> list[Hit]:
    """Things of a kind that hold all the tokens (or any of them), best first. No token finds nothing."""
    if not tokens:
        return []
    sql = _POSTGRES_BEST if connection.vendor == "postgresql" else _SQLITE_BEST
    with connection.cursor() as cursor:
        cursor.execute(sql, [*_terms(kind, tokens, any_token=any_token), MOST])
        return [Hit(*row) for row in cursor.fetchall()]


def holding(kind: str, tokens: Sequence[str]) -> RawSQL:
    """The `object_id` of every thing of a kind that holds all the tokens, at least one: for the right side of an `__in`."""
    is_postgres = connection.vendor == "postgresql"
    sql = f"SELECT object_id {_POSTGRES}" if is_postgres else f"SELECT d.object_id {_SQLITE}"
    return RawSQL(sql, _terms(kind, tokens))  # noqa: S611 (the text is one of two constants; what was typed is a parameter)


def newest(kind: str, tokens: Sequence[str], *, scopes: Sequence[int]) -> list[int]:
    """The `object_id` of at most `MOST_RECENT` things within the scopes that hold all the tokens, those first that became
    findable last. Costs what the scopes hold, not what the index holds. A last token of one or two letters is no beginning
    of a longer one: half of everything begins so. No token, or no scope, finds nothing."""
    if not tokens or not scopes:
        return []
    is_postgres = connection.vendor == "postgresql"
    within = (" | " if is_postgres else " OR ").join(scope_term(kind, scope) for scope in scopes)
    both = f"({within}) {'&' if is_postgres else 'AND'} ({_words(tokens, is_begun=len(tokens[-1]) > SHORTEST_BEGUN)})"
    with connection.cursor() as cursor:
        cursor.execute(_POSTGRES_NEWEST if is_postgres else _SQLITE_NEWEST, [both, MOST_RECENT])
        return [object_id for (object_id,) in cursor.fetchall()]


def scope_term(kind: str, scope: int) -> str:
    """The term that things of one kind within one scope share; like a kind's it begins with a letter of its own."""
    return f"s{kind}{scope}"


def kind_term(kind: str) -> str:
    """The term by which the engines tell kinds apart: no token of a text begins with its letter. `kind`: letters only."""
    return f"k{kind}"


def _terms(kind: str, tokens: Sequence[str], *, any_token: bool = False) -> list[str]:
    """What is asked of this database's engine."""
    words = _words(tokens, any_token=any_token)
    if connection.vendor == "postgresql":
        return [words, kind_term(kind)]
    return [f"kind : {kind_term(kind)} AND ({words})"]


def _words(tokens: Sequence[str], *, any_token: bool = False, is_begun: bool = True) -> str:
    if connection.vendor == "postgresql":
        joiner, prefix_mark = " | " if any_token else " & ", ":*"
    else:
        joiner, prefix_mark = " OR " if any_token else " AND ", "*"
    return joiner.join([*tokens[:-1], f"({tokens[-1]}{prefix_mark if is_begun else ''})"])
