import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import core.fields


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_one_firm_per_user")]

    operations = [
        migrations.CreateModel(
            name="KeptForm",
            fields=[
                (
                    "key",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "page",
                    models.CharField(
                        help_text="path of the page with the form", max_length=200, verbose_name="página"
                    ),
                ),
                (
                    "typed",
                    core.fields.EncryptedJSONField(
                        help_text="[[name, value], …] as the browser sent it", verbose_name="digitado"
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="guardado em")),
                ("expires_at", models.DateTimeField(verbose_name="vale até")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="kept_forms",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "formulário guardado",
                "verbose_name_plural": "formulários guardados",
                "indexes": [
                    models.Index(fields=["user", "created_at"], name="accounts_kept_of_user"),
                    models.Index(fields=["expires_at"], name="accounts_kept_by_end"),
                ],
            },
        )
    ]
