"""The bell: what one person of a firm should know (A28)."""

from django.conf import settings
from django.db import models

from nfse.models.companies import Company
from nfse.models.firms import Firm


class Notice(models.Model):
    """One message for one person. `dedupe_key` makes the same happening one notice per person."""

    class Kind(models.TextChoices):
        REJECTED = "rejected", "Nota recusada"
        IN_DOUBT = "in_doubt", "Nota em conferência"
        CERTIFICATE = "certificate", "Certificado"
        CHANNEL_DOWN = "channel_down", "Canal fora do ar"
        HANDOFF = "handoff", "Atendimento pedido"
        CANCELLATION_ASKED = "cancellation_asked", "Cancelamento pedido"
        NOT_READY = "not_ready", "Empresa não pronta"
        NOTE_CHANGED = "note_changed", "Nota mudou de situação"
        CLOSING = "closing", "Fechamento"

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="notices")
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices", verbose_name="para"
    )
    company = models.ForeignKey(Company, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    kind = models.CharField("tipo", max_length=20, choices=Kind.choices)
    title = models.CharField("título", max_length=120)
    text = models.CharField("texto", max_length=500)
    reference_type = models.CharField(max_length=20, blank=True, help_text="company, certificate, request…")
    reference_id = models.CharField(max_length=20, blank=True)
    dedupe_key = models.CharField(max_length=80)
    created_at = models.DateTimeField("criado em", auto_now_add=True)
    read_at = models.DateTimeField("lido em", null=True, blank=True)
    emailed_at = models.DateTimeField("enviado por e-mail em", null=True, blank=True)

    class Meta:
        verbose_name = "aviso"
        constraints = (
            models.UniqueConstraint(
                fields=["firm", "recipient", "dedupe_key"], name="nfse_notice_once_per_person"
            ),
        )
        indexes = (
            models.Index(fields=["firm", "recipient", "-created_at"], name="nfse_notice_newest"),
            models.Index(
                fields=["firm", "recipient"],
                condition=models.Q(read_at=None),
                name="nfse_notice_unread",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} for {self.recipient_id}"
