"""Addresses that notes are to be sent to."""

from django.db import models

from core.fields import EncryptedTextField
from nfse.models.invoices import InvoiceRequest


class NoteEmail(models.Model):
    """A note that a person had sent to an address that he typed. The row goes when the letter has left."""

    request = models.ForeignKey(InvoiceRequest, on_delete=models.PROTECT, related_name="emails")
    address = EncryptedTextField("endereço")
    asked_at = models.DateTimeField("pedido em", auto_now_add=True)

    class Meta:
        verbose_name = "nota por e-mail"
        verbose_name_plural = "notas por e-mail"

    def __str__(self) -> str:
        return f"e-mail {self.pk} of request {self.request_id}"
