"""A model that only tests know; conftest.py makes its table."""

from django.db import models

from core.fields import EncryptedJSONField, EncryptedTextField


class Secret(models.Model):
    text = EncryptedTextField(blank=True, null=True)
    data = EncryptedJSONField(blank=True, null=True)

    class Meta:
        app_label = "core"

    def __str__(self):
        return f"secret {self.pk}"
