"""The firm's logo, in a table of its own: no list of firms reads pictures (A27, R105, R110)."""

from django.db import models

from nfse.models.firms import Firm


class FirmLogo(models.Model):
    """One picture as we drew it again: PNG, small, without whatever else the uploaded file carried."""

    firm = models.OneToOneField(Firm, on_delete=models.CASCADE, related_name="logo")
    picture = models.BinaryField("imagem")
    width = models.PositiveSmallIntegerField("largura")
    height = models.PositiveSmallIntegerField("altura")
    uploaded_at = models.DateTimeField("enviado em", auto_now=True)

    class Meta:
        verbose_name = "logo"

    def __str__(self) -> str:
        return f"logo of firm {self.firm_id}"
