"""Rows of zero promised what nobody could keep: a plan of zero takes a minute, a promise of zero is none."""

from django.db import migrations


def mend(apps, schema_editor):
    apps.get_model("escalation.StepPlan").objects.filter(taken_over_within=0).update(taken_over_within=60)
    apps.get_model("escalation.PromiseTarget").objects.filter(amount=0).delete()


class Migration(migrations.Migration):

    dependencies = [
        ('escalation', '0009_missed_expected_time'),
    ]

    operations = [
        migrations.RunPython(mend, migrations.RunPython.noop),
    ]
