from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("leads", "0003_nothing_is_not_partial")]

    operations = [
        migrations.RemoveField("search", "cancel_requested_at"),
    ]
