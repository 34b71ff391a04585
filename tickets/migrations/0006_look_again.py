"""Have the sweep look at every overdue ticket once: it writes down on which version of a calendar it counted."""

from django.db import migrations
from django.utils import timezone


def look_again(apps, schema_editor):
    clocks = apps.get_model("tickets", "Clock").objects.filter(breached_at__isnull=False, stopped_at=None)
    tickets = apps.get_model("tickets", "Ticket").objects.filter(
        status__in=("open", "in_progress", "waiting_internal"), pk__in=clocks.values("ticket")
    )
    tickets.update(check_at=timezone.now())


class Migration(migrations.Migration):

    dependencies = [
        ('tickets', '0005_look_calendar'),
    ]

    operations = [
        migrations.RunPython(look_again, migrations.RunPython.noop),
    ]
