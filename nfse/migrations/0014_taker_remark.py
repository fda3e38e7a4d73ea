from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("nfse", "0013_federal_retentions")]

    operations = [
        migrations.RenameField("taker", "notes", "remark"),
    ]
