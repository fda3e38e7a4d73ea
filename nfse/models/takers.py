"""Who receives the services of a firm's companies (N9, A19). A taker belongs to the firm (R101)."""

from django.db import models

from nfse.models.documents import Documented
from nfse.models.firms import CNPJ_SHAPE, Firm
from registry.models import Addressed


class Taker(Documented, Addressed):
    """A company or person that takes services."""

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="takers")
    name = models.CharField("nome ou razão social", max_length=160)
    nickname = models.CharField("apelido", max_length=80, blank=True)
    municipal_registration = models.CharField("inscrição municipal", max_length=15, blank=True)
    email = models.EmailField("e-mail", blank=True)
    phone = models.CharField("telefone", max_length=16, blank=True, help_text="E.164")
    city = models.ForeignKey(
        "registry.City",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="cidade",
    )
    remark = models.TextField("observações", max_length=1000, blank=True)
    registry_status = models.CharField("situação na Receita", max_length=2, blank=True)
    registry_fetched_at = models.DateTimeField("consultado em", null=True, blank=True)
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged", editable=False
    )
    created_at = models.DateTimeField("criado em", auto_now_add=True)
    updated_at = models.DateTimeField("alterado em", auto_now=True)

    class Meta:
        verbose_name = "tomador"
        verbose_name_plural = "tomadores"
        constraints = (
            models.UniqueConstraint(
                fields=["firm", "document_index"],
                condition=models.Q(merged_into=None),
                name="nfse_taker_document_unique",
                violation_error_message="Este tomador já está cadastrado.",
            ),
            models.UniqueConstraint(fields=["id", "firm"], name="nfse_taker_of_firm"),
            models.CheckConstraint(
                condition=models.Q(cnpj="") | models.Q(cnpj__regex=CNPJ_SHAPE), name="nfse_taker_cnpj_shape"
            ),
            models.CheckConstraint(
                condition=models.Q(document_index__regex="^[0-9a-f]{64}$"), name="nfse_taker_has_document"
            ),
        )
        indexes = (models.Index(fields=["firm", "name"], name="nfse_taker_by_name"),)

    def __str__(self) -> str:
        return self.name
