"""When a message is tried again, and since when its outcome is not known (R81)."""


from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('whatsapp', '0003_ai_call_outcomes'),
    ]

    operations = [
        migrations.AddField(
            model_name='outboundmessage',
            name='is_resent',
            field=models.BooleanField(default=False, help_text='sent again after it was not found: only once'),
        ),
        migrations.AddField(
            model_name='outboundmessage',
            name='next_try_at',
            field=models.DateTimeField(blank=True, help_text='not before; None: at once', null=True),
        ),
        migrations.AddField(
            model_name='outboundmessage',
            name='unknown_at',
            field=models.DateTimeField(blank=True, help_text='since when its outcome is not known', null=True),
        ),
    ]
