from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("nfse", "0016_history_time")]

    operations = [
        migrations.RemoveField("invoice", "withheld_amount"),
    ]
