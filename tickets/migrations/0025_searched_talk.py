"""Tickets filed before become findable by their customers: by subject, public messages, and what they were told.

In batches, so that a long table does not fill memory. Internal notes are not read.
"""

from django.db import migrations
from django.db.models import Max
from django.db.models.functions import Left

from textsearch.tokens import tokens

KIND, BATCH, LONGEST, LONGEST_MESSAGE, MOST_TEXT = "talk", 500, 4000, 20_000, 300_000
COLUMNS = ("platform", "sdk_version", "os_version", "device", "channel", "user_ids", "steps")


def fill(apps, schema_editor):
    Ticket, Document = apps.get_model("tickets", "Ticket"), apps.get_model("textsearch", "Document")
    last = 0
    while batch := list(
        Ticket.objects.filter(pk__gt=last).order_by("pk").values_list("pk", "organisation", "subject")[:BATCH]
    ):
        before = Document.objects.aggregate(last=Max("pk"))["last"] or 0
        Document.objects.bulk_create(documents(apps, Document, batch))
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(
                "INSERT INTO textsearch_fts (rowid, kind, title, body)"
                " SELECT id, 'k' || kind, title, body FROM textsearch_document WHERE id > %s ORDER BY id",
                [before],
            )
        last = batch[-1][0]


def documents(apps, Document, batch):
    ids = [pk for pk, _organisation, _subject in batch]
    heads: dict[int, list[str]] = {pk: [subject] for pk, _organisation, subject in batch}
    said: dict[int, list[str]] = {pk: [] for pk in ids}
    Environment, Answer, Message = (apps.get_model("tickets", each) for each in ("Environment", "Answer", "Message"))
    for pk, *columns in Environment.objects.filter(ticket__in=ids).values_list("ticket", *COLUMNS):
        heads[pk] += [text[:LONGEST] for text in columns]
    answers = Answer.objects.filter(ticket__in=ids).order_by("pk")
    for pk, text, number in answers.values_list("ticket", "text", "number"):
        heads[pk] += [text[:LONGEST], "" if number is None else f"{number.normalize():f}"]
    public = Message.objects.filter(ticket__in=ids, kind="public").order_by("pk")
    for pk, text in public.values_list("ticket", Left("body", LONGEST_MESSAGE)):
        said[pk].append(text)
    for pk, organisation, _subject in batch:
        head = " ".join([f"s{KIND}{organisation}", *distinct(heads[pk])])
        yield Document(kind=KIND, object_id=pk, language="", title=head, body=" ".join(distinct(said[pk])))


def distinct(texts):
    kept, room = [], MOST_TEXT
    for word in dict.fromkeys(tokens("\n".join(texts))):
        room -= len(word) + 1
        if room < 0:
            break
        kept.append(word)
    return kept


def forget(apps, schema_editor):
    found = apps.get_model("textsearch", "Document").objects.filter(kind=KIND)
    if schema_editor.connection.vendor == "sqlite":
        schema_editor.execute(
            "DELETE FROM textsearch_fts WHERE rowid IN (SELECT id FROM textsearch_document WHERE kind = 'talk')"
        )
    found.delete()


class Migration(migrations.Migration):
    dependencies = [("tickets", "0024_ratings"), ("textsearch", "0003_kinds")]

    operations = [migrations.RunPython(fill, forget)]
