"""On which version of a calendar the grace was counted that a ticket's next look follows from."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sla', '0005_contracts'),
        ('tickets', '0004_merge_answers_canary'),
    ]

    operations = [
        migrations.AddField(
            model_name='ticket',
            name='look_calendar',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sla.calendar'),
        ),
        migrations.AddField(
            model_name='ticket',
            name='look_version',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('look_calendar__isnull', False)), fields=['look_calendar', 'look_version'], name='ticket_look_calendar'),
        ),
    ]
