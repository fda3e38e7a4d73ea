"""Companies looked up one by one. Shared by all accounts and read-only for them (R101)."""

from django.db import models

from registry.values import RegistryRecord, record_from_json


class CnpjRecord(models.Model):
    """What the registry says of one CNPJ, and since when. Older data stay while newer ones are asked for."""

    class State(models.TextChoices):
        PENDING = "pending", "Consultando"
        FOUND = "found", "Encontrado"
        NOT_FOUND = "not_found", "Não existe na Receita"
        UNKNOWN = "unknown", "Sem resposta"

    cnpj = models.CharField("CNPJ", max_length=14, unique=True)
    state = models.CharField("estado", max_length=9, choices=State.choices, default=State.UNKNOWN)
    status = models.CharField("situação", max_length=2, blank=True, help_text="the Receita's code")
    data = models.JSONField("dados", default=dict, help_text="a RegistryRecord, or nothing")
    source = models.CharField("fonte", max_length=20, blank=True)
    silent_sources = models.JSONField("fontes que não conhecem", default=list)
    asked_at = models.DateTimeField("pedido em", null=True)
    fetched_at = models.DateTimeField("consultado em", null=True)

    class Meta:
        verbose_name = "consulta de CNPJ"
        verbose_name_plural = "consultas de CNPJ"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(cnpj__regex=r"^[0-9A-Z]{12}[0-9]{2}$"), name="registry_lookup_cnpj_shape"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="found") | models.Q(~models.Q(data={}), fetched_at__isnull=False),
                name="registry_lookup_found_has_data",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="not_found") | models.Q(data={}, fetched_at__isnull=False),
                name="registry_lookup_absent_has_date",
            ),
        )

    def __str__(self) -> str:
        return f"{self.cnpj} ({self.state})"

    @property
    def record(self) -> RegistryRecord | None:
        """The newest data that we have, also while newer ones are asked for; None without any."""
        return record_from_json(self.data) if self.data else None
