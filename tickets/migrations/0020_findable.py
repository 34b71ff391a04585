"""Tickets filed before become findable by what they were told. In batches, so that a long table does not fill memory."""

from django.db import migrations
from django.db.models import Max

from textsearch.tokens import tokens

KIND, BATCH, LONGEST = "told", 500, 4000
COLUMNS = ("platform", "sdk_version", "os_version", "device", "channel", "user_ids", "steps")


def fill(apps, schema_editor):
    Ticket, Document = apps.get_model("tickets", "Ticket"), apps.get_model("textsearch", "Document")
    last = 0
    while batch := list(Ticket.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        before = Document.objects.aggregate(last=Max("pk"))["last"] or 0
        Document.objects.bulk_create(documents(apps, Document, batch))
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(
                "INSERT INTO textsearch_fts (rowid, kind, title, body)"
                " SELECT id, 'k' || kind, title, body FROM textsearch_document WHERE id > %s",
                [before],
            )
        last = batch[-1]


def documents(apps, Document, batch):
    texts: dict[int, list[str]] = {pk: [] for pk in batch}
    Environment, Answer = apps.get_model("tickets", "Environment"), apps.get_model("tickets", "Answer")
    for pk, *columns in Environment.objects.filter(ticket__in=batch).values_list("ticket", *COLUMNS):
        texts[pk] += columns
    for pk, text in Answer.objects.filter(ticket__in=batch).order_by("pk").values_list("ticket", "text"):
        texts[pk].append(text)
    for pk, said in texts.items():
        body = "\n".join(text[:LONGEST] for text in said if text)
        if body:
            yield Document(kind=KIND, object_id=pk, language="", title="", body=" ".join(tokens(body)))


def forget(apps, schema_editor):
    found = apps.get_model("textsearch", "Document").objects.filter(kind=KIND)
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(
            "DELETE FROM textsearch_fts WHERE rowid IN (SELECT id FROM textsearch_document WHERE kind = 'told')"
        )
    found.delete()


class Migration(migrations.Migration):
    dependencies = [("tickets", "0019_about_a_call"), ("textsearch", "0003_kinds")]

    operations = [migrations.RunPython(fill, forget)]
