"""The default calendar and targets, so that a ticket of any plan has its clocks from the first day on."""

import datetime as dt

from django.db import migrations

from sla import china
from sla.defaults import DEFAULT_TARGETS, OFFICE_DAY, OFFICE_HOURS, target_columns


def write(apps, schema_editor):
    year = dt.datetime.now(dt.UTC).year
    definition, known_until = china.definition(OFFICE_HOURS, years=[year - 1, year, year + 1])
    calendar = apps.get_model("sla", "Calendar").objects.create(
        code="china-office", name_en="China office hours", name_zh="中国工作日历", definition=definition,
        business_day_seconds=OFFICE_DAY, known_until=known_until,
    )
    policy = apps.get_model("sla", "SlaPolicy").objects.create(is_default=True, calendar=calendar)
    SlaTarget = apps.get_model("sla", "SlaTarget")
    for severity, row in DEFAULT_TARGETS.items():
        SlaTarget.objects.create(policy=policy, severity=severity, **target_columns(row))


def remove(apps, schema_editor):
    apps.get_model("sla", "SlaPolicy").objects.filter(is_default=True).delete()
    apps.get_model("sla", "Calendar").objects.filter(code="china-office", policies=None).delete()


class Migration(migrations.Migration):
    dependencies = [("sla", "0002_default_policy")]
    operations = [migrations.RunPython(write, remove)]
