"""What kind of thing a row is becomes a term of the engine's index, so that a search reads rows of its own kind alone."""

from django.db import migrations

FORWARD = {
    "sqlite": (
        "DROP TABLE textsearch_fts",
        "CREATE VIRTUAL TABLE textsearch_fts USING fts5(kind, title, body, tokenize = 'ascii')",
        "INSERT INTO textsearch_fts (rowid, kind, title, body)"
        " SELECT id, 'k' || kind, title, body FROM textsearch_document",
    ),
    "postgresql": (
        "DROP INDEX document_tokens",
        "CREATE INDEX document_tokens ON textsearch_document USING gin"
        " ((to_tsvector('simple', 'k' || kind) || to_tsvector('simple', title) || to_tsvector('simple', body)))",
    ),
}
BACKWARD = {
    "sqlite": (
        "DROP TABLE textsearch_fts",
        "CREATE VIRTUAL TABLE textsearch_fts USING fts5(title, body, tokenize = 'ascii')",
        "INSERT INTO textsearch_fts (rowid, title, body) SELECT id, title, body FROM textsearch_document",
    ),
    "postgresql": (
        "DROP INDEX document_tokens",
        "CREATE INDEX document_tokens ON textsearch_document"
        " USING gin ((to_tsvector('simple', title) || to_tsvector('simple', body)))",
    ),
}


def forward(apps, schema_editor):
    for statement in FORWARD[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def backward(apps, schema_editor):
    for statement in BACKWARD[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("textsearch", "0002_engine_indexes")]
    operations = [migrations.RunPython(forward, backward)]
