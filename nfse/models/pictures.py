"""The PDF of a note that only its gateway can draw, kept so that it is fetched once (N13)."""

import base64

from django.db import models

from core.fields import EncryptedTextField
from fiscal.enumerations import NoteStatus
from nfse.models.firms import Firm
from nfse.models.invoices import Invoice


class NotePicture(models.Model):
    """A PDF as received. It shows the note in one `status`: when the note moves on, it is fetched again."""

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+")
    invoice = models.OneToOneField(Invoice, on_delete=models.CASCADE, related_name="picture")
    status = models.CharField("situação no PDF", max_length=16, choices=NoteStatus.choices())
    pdf_text = EncryptedTextField(help_text="base64 of the PDF")
    fetched_at = models.DateTimeField("recebido em", auto_now=True)

    class Meta:
        verbose_name = "PDF de nota"
        verbose_name_plural = "PDFs de notas"

    def __str__(self) -> str:
        return f"picture of note {self.invoice_id}"

    @property
    def pdf(self) -> bytes:
        return base64.b64decode(self.pdf_text)

    @pdf.setter
    def pdf(self, data: bytes) -> None:
        self.pdf_text = base64.b64encode(data).decode()
