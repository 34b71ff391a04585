"""Two reminders to begin with; and what tickets that wait already wait for: the last letter of ours.

Their silence counts from here, so that nobody is reminded at once of something old. In batches, so that a long table does not
fill memory.
"""

from decimal import Decimal

from django.db import migrations
from django.utils import timezone

AFTER_DAYS = (Decimal(2), Decimal(4))
BATCH = 500


def add(apps, schema_editor):
    step = apps.get_model("tickets", "ReminderStep")
    for days in AFTER_DAYS:
        step.objects.get_or_create(after_days=days)
    ticket, now, last = apps.get_model("tickets", "Ticket"), timezone.now(), 0
    waiting = ticket.objects.filter(status="waiting_customer", waits=None).order_by("pk")
    while batch := list(waiting.filter(pk__gt=last).values_list("pk", flat=True)[:BATCH]):
        _begin(apps, batch, now)
        last = batch[-1]


def _begin(apps, batch, now):
    wait, message = apps.get_model("tickets", "CustomerWait"), apps.get_model("tickets", "Message")
    inquiry = apps.get_model("tickets", "Inquiry")
    wait.objects.bulk_create(wait(ticket_id=pk, began_at=now, look_at=now) for pk in batch)
    asked = set(inquiry.objects.filter(ticket__in=batch, state="open").values_list("ticket", flat=True))
    letters = message.objects.filter(ticket__in=batch, kind="public", is_from_staff=True, author__isnull=False)
    newest = {each.ticket_id: each for each in letters.only("ticket", "author", "created_at").order_by("created_at", "pk")}
    inquiry.objects.bulk_create(
        inquiry(ticket_id=pk, message_id=each.pk, by_id=each.author_id, at=each.created_at)
        for pk, each in newest.items()
        if pk not in asked
    )


def remove(apps, schema_editor):
    apps.get_model("tickets", "ReminderStep").objects.filter(after_days__in=AFTER_DAYS).delete()


class Migration(migrations.Migration):
    dependencies = [("tickets", "0028_reminders")]
    operations = [migrations.RunPython(add, remove)]
