"""Files that customers sent before take room of their ticket's organisation."""

from django.db import migrations
from django.db.models import OuterRef, Subquery


def fill(apps, schema_editor):
    Attachment, Message = (apps.get_model("tickets", name) for name in ("Attachment", "Message"))
    of_message = Message.objects.filter(pk=OuterRef("message")).values("ticket__organisation")[:1]
    sent = Attachment.objects.filter(organisation=None, message__isnull=False, uploaded_by__role="customer")
    sent.update(organisation=Subquery(of_message))


class Migration(migrations.Migration):
    dependencies = [("tickets", "0011_uploads"), ("accounts", "0003_parent_labels")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
