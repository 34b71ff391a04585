"""Promises beside the ladder, until an administrator changes them: the SLA policy's section on promises."""

from django.db import migrations

NEXT_UPDATE = {"p0": (30, "minutes"), "p1": (2, "hours")}
ACKNOWLEDGE = {"p0": (30, "minutes", "always"), "p1": (30, "minutes", "always"), "p2": (1, "hours", "business"), "p3": (1, "hours", "business")}


def write(apps, schema_editor):
    PromiseTarget = apps.get_model("escalation", "PromiseTarget")
    rows = [("next_update", severity, amount, unit, "always") for severity, (amount, unit) in NEXT_UPDATE.items()]
    rows += [("acknowledge", severity, *row) for severity, row in ACKNOWLEDGE.items()]
    for kind, severity, amount, unit, hours in rows:
        PromiseTarget.objects.get_or_create(
            kind=kind, severity=severity, defaults={"amount": amount, "unit": unit, "hours": hours}
        )


class Migration(migrations.Migration):
    dependencies = [("escalation", "0005_commitments_promises_health")]
    operations = [migrations.RunPython(write, migrations.RunPython.noop)]
