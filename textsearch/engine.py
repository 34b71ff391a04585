"""The one place that knows which database searches how: FTS5 on SQLite, tsvector on PostgreSQL.

The last token of a query also matches as a prefix, so that results come while a word is being typed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

MOST = 200  # candidates; whoever asks filters by visibility and ranks

_POSTGRES = """
SELECT object_id, language, ts_rank(setweight(to_tsvector('simple', title), 'A') || to_tsvector('simple', body), query)
FROM textsearch_document, to_tsquery('simple', %s) AS query
WHERE kind = %s AND (to_tsvector('simple', title) || to_tsvector('simple', body)) @@ query
ORDER BY 3 DESC, object_id LIMIT %s
"""
_SQLITE = """
SELECT d.object_id, d.language, -bm25(textsearch_fts, 5.0, 1.0)
FROM textsearch_fts JOIN textsearch_document AS d ON d.id = textsearch_fts.rowid
WHERE textsearch_fts MATCH %s AND d.kind = %s
ORDER BY 3 DESC, d.object_id LIMIT %s
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
    is_postgres = connection.vendor == "postgresql"
    joiner = (" | " if any_token else " & ") if is_postgres else (" OR " if any_token else " AND ")
    prefix_mark = ":*" if is_postgres else "*"
    expression = joiner.join([*tokens[:-1], f"({tokens[-1]}{prefix_mark})"])
    with connection.cursor() as cursor:
        cursor.execute(_POSTGRES if is_postgres else _SQLITE, [expression, kind, MOST])
        return [Hit(*row) for row in cursor.fetchall()]
