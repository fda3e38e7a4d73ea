"""A company may have each note sent to its taker by e-mail; off for all until somebody chooses it (N13)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("nfse", "0009_list_indexes")]

    operations = [
        migrations.AddField(
            model_name="taxprofile",
            name="email_to_taker",
            field=models.BooleanField(default=False, verbose_name="enviar a nota ao tomador por e-mail"),
        ),
    ]
