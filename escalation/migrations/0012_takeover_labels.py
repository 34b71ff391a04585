
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('escalation', '0011_above_zero'),
    ]

    operations = [
        migrations.AlterField(
            model_name='commitment',
            name='expects',
            field=models.CharField(choices=[('takeover', 'To be taken over by'), ('result', 'Expected by')], default='takeover', max_length=10),
        ),
        migrations.AlterField(
            model_name='escalation',
            name='expected_at',
            field=models.DateTimeField(null=True, verbose_name='to be taken over by'),
        ),
    ]
