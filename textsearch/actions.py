"""Writing the index: in the transaction of whoever changed the thing."""

from __future__ import annotations

from django.db import connection, transaction

from textsearch.engine import kind_term
from textsearch.models import Document
from textsearch.tokens import tokens


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
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute(
                    "INSERT INTO textsearch_fts (rowid, kind, title, body) VALUES (%s, %s, %s, %s)",
                    [row.pk, kind_term(kind), row.title, row.body],
                )


def forget(*, kind: str, object_id: int, language: str) -> None:
    """Make the thing unfindable in that language."""
    rows = Document.objects.filter(kind=kind, object_id=object_id, language=language)
    with transaction.atomic():
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                for pk in rows.values_list("pk", flat=True):
                    cursor.execute("DELETE FROM textsearch_fts WHERE rowid = %s", [pk])
        rows.delete()
