"""The engine's own index: an FTS5 table on SQLite, a GIN index on PostgreSQL. Its expression is that of engine.py."""

from django.db import migrations

FORWARD = {
    "sqlite": "CREATE VIRTUAL TABLE textsearch_fts USING fts5(title, body, tokenize = 'ascii')",
    "postgresql": (
        "CREATE INDEX document_tokens ON textsearch_document"
        " USING gin ((to_tsvector('simple', title) || to_tsvector('simple', body)))"
    ),
}
BACKWARD = {"sqlite": "DROP TABLE textsearch_fts", "postgresql": "DROP INDEX document_tokens"}


def forward(apps, schema_editor):
    schema_editor.execute(FORWARD[schema_editor.connection.vendor])


def backward(apps, schema_editor):
    schema_editor.execute(BACKWARD[schema_editor.connection.vendor])


class Migration(migrations.Migration):
    dependencies = [("textsearch", "0001_initial")]
    operations = [migrations.RunPython(forward, backward)]
