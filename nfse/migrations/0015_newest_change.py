from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("nfse", "0014_taker_remark"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            "changerecord",
            models.Index(fields=["firm", "subject", "subject_id", "-id"], name="nfse_change_of_subject"),
        ),
    ]
