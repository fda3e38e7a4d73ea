"""What the model was asked, and what it cost: figures only, never words (W8, A25)."""

from django.db import models
from django.db.models import Q

from nfse.models import Firm
from whatsapp.models.conversations import Conversation


class AiModel(models.Model):
    """What OpenAI said last of a model that the settings name: one that was shut down answers nobody."""

    name = models.CharField("modelo", max_length=60, unique=True)
    checked_at = models.DateTimeField("conferido em")
    missing_since = models.DateTimeField("não existe desde", null=True, blank=True)
    shutdown_on = models.DateField("desligado em", null=True, blank=True)

    class Meta:
        verbose_name = "modelo de IA"
        verbose_name_plural = "modelos de IA"

    def __str__(self) -> str:
        return self.name


class AiCall(models.Model):
    """One try of a call of OpenAI. `cost`: millionths of a US dollar, by the prices of its day."""

    class Purpose(models.TextChoices):
        READING = "reading", "Leitura"
        TRANSCRIPTION = "transcription", "Transcrição"

    class Outcome(models.TextChoices):
        OK = "ok", "Respondeu"
        REFUSAL = "refusal", "Não quis responder"
        CUT = "cut", "Resposta cortada"
        UNREADABLE = "unreadable", "Resposta ilegível"
        EMPTY = "empty", "Resposta vazia"
        REFUSED = "refused", "Pedido recusado"
        ACCOUNT = "account", "Conta sem acesso"
        UNAVAILABLE = "unavailable", "Fora do ar"

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+")
    conversation = models.ForeignKey(
        Conversation, on_delete=models.SET_NULL, null=True, blank=True, related_name="ai_calls"
    )
    purpose = models.CharField("finalidade", max_length=13, choices=Purpose.choices)
    model = models.CharField("modelo", max_length=60)
    prompt_version = models.CharField("versão do prompt", max_length=40, blank=True)
    outcome = models.CharField("resultado", max_length=11, choices=Outcome.choices)
    attempt = models.PositiveSmallIntegerField("tentativa", default=1)
    request_id = models.CharField(max_length=60, blank=True, help_text="OpenAI's, for its support")
    tokens_in = models.PositiveIntegerField(default=0)
    tokens_cached = models.PositiveIntegerField(default=0, help_text="part of tokens_in")
    tokens_out = models.PositiveIntegerField(default=0)
    audio_seconds = models.PositiveIntegerField(default=0)
    cost = models.PositiveBigIntegerField("custo", default=0, help_text="millionths of a US dollar")
    duration_ms = models.PositiveIntegerField("duração", default=0)
    at = models.DateTimeField("em")

    class Meta:
        verbose_name = "chamada de IA"
        verbose_name_plural = "chamadas de IA"
        constraints = (
            models.CheckConstraint(
                condition=Q(purpose__in=["reading", "transcription"]), name="whatsapp_ai_call_purpose"
            ),
            models.CheckConstraint(
                condition=Q(
                    outcome__in=[
                        "ok",
                        "refusal",
                        "cut",
                        "unreadable",
                        "empty",
                        "refused",
                        "account",
                        "unavailable",
                    ]
                ),
                name="whatsapp_ai_call_outcome",
            ),
            models.CheckConstraint(
                condition=Q(tokens_cached__lte=models.F("tokens_in")), name="whatsapp_ai_call_cached_is_part"
            ),
        )
        indexes = (models.Index(fields=["firm", "-at"], name="whatsapp_ai_call_newest"),)

    def __str__(self) -> str:
        return f"{self.purpose} at {self.at:%Y-%m-%d %H:%M}"
