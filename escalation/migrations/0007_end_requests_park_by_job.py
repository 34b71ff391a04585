"""An escalation ends with its ticket; a ticket is parked for the job whose look failed."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('escalation', '0006_write_promise_targets'),
        ('tickets', '0006_look_again'),
    ]

    operations = [
        migrations.AlterField(
            model_name='escalationrequest',
            name='state',
            field=models.CharField(choices=[('open', 'Waiting for an answer'), ('accepted', 'Accepted'), ('answered', 'Answered'), ('ended', 'Ended with the ticket')], default='open', max_length=10),
        ),
        migrations.AddField(
            model_name='parkedticket',
            name='job',
            field=models.CharField(choices=[('sweep', 'Deadlines and steps'), ('promises', 'Promises')], default='sweep', max_length=10, verbose_name='job'),
        ),
        migrations.AlterField(
            model_name='parkedticket',
            name='ticket',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parked', to='tickets.ticket'),
        ),
        migrations.AddConstraint(
            model_name='parkedticket',
            constraint=models.UniqueConstraint(fields=('ticket', 'job'), name='parked_once_a_job'),
        ),
    ]
