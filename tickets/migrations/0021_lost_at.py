from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0020_findable")]

    operations = [
        migrations.AddField(model_name="attachment", name="lost_at", field=models.DateTimeField(null=True)),
    ]
