"""The expected time that was last not kept stands beside the new one."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('escalation', '0008_lean_indexes'),
    ]

    operations = [
        migrations.AddField(
            model_name='commitment',
            name='missed_expected_at',
            field=models.DateTimeField(null=True),
        ),
    ]
