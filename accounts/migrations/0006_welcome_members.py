from django.db import migrations
from django.utils import timezone


def mark(apps, schema_editor):
    """Whoever was a member before there was a welcome knows their way about."""
    Membership = apps.get_model("accounts.Membership")
    Membership.objects.filter(welcomed_at=None).update(welcomed_at=timezone.now())


class Migration(migrations.Migration):

    dependencies = [("accounts", "0005_welcomed")]

    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
