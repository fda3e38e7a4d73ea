"""A firm's WhatsApp number, as far as Nitro is connected to it (W1)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.fields import EncryptedTextField
from core.phones import with_ninth_digit
from nfse.models import Firm


class Channel(models.Model):
    """One number of a firm, which is one instance of the Evolution API. Deleted softly: its messages stay.

    `key` stands in the address of the webhook and `secret` in its header: whoever knows both is the channel's
    instance. `token` is how Nitro calls that instance. `state` is written by `services.channel_states` alone.
    """

    class State(models.TextChoices):
        DISCONNECTED = "disconnected", "Desconectado"
        CONNECTING = "connecting", "Conectando"
        QR_READY = "qr_ready", "Aguardando leitura do QR"
        CONNECTED = "connected", "Conectado"

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="channels")
    name = models.CharField("nome", max_length=60)
    key = models.CharField(max_length=64, unique=True, help_text="unguessable; in the webhook's address")
    instance_name = models.CharField(max_length=64, unique=True, help_text="opaque; at the Evolution API")
    secret = EncryptedTextField(help_text="what the webhook's header must hold")
    token = EncryptedTextField(help_text="the instance's key at the Evolution API")
    number = EncryptedTextField("número", blank=True, help_text="digits, as WhatsApp tells it")

    state = models.CharField("situação", max_length=12, choices=State.choices, default=State.DISCONNECTED)
    state_reason = models.CharField(
        "motivo", max_length=40, blank=True, help_text="the transport's code, as it came"
    )
    state_at = models.DateTimeField("desde", help_text="when Nitro learned of the state")
    state_stamp = models.DateTimeField(
        null=True, blank=True, help_text="the sender's clock of the event; compared with itself only (R82)"
    )
    qr = EncryptedTextField(
        blank=True, help_text="data: URL of the picture; whoever scans it owns the session"
    )
    qr_expires_at = models.DateTimeField(null=True, blank=True)

    is_created = models.BooleanField(default=False, help_text="the Evolution API knows the instance")
    trouble = models.CharField(
        "problema", max_length=200, blank=True, help_text="of the last order, for people"
    )
    last_event_at = models.DateTimeField("último evento", null=True, blank=True)
    down_since = models.DateTimeField("fora do ar desde", null=True, blank=True)
    alarm_at = models.DateTimeField(
        null=True, blank=True, help_text="the firm was told of the present trouble"
    )
    can_start_chats_refused_at = models.DateTimeField(
        null=True, blank=True, help_text="WhatsApp refused a message to somebody new (463)"
    )
    reconciled_until = models.DateTimeField(
        null=True, blank=True, help_text="read by findMessages up to here"
    )
    created_at = models.DateTimeField("criado em", auto_now_add=True)
    deleted_at = models.DateTimeField("excluído em", null=True, blank=True)

    STATES: ClassVar[list[str]] = [state.value for state in State]

    class Meta:
        verbose_name = "canal"
        verbose_name_plural = "canais"
        constraints = (
            models.UniqueConstraint(
                fields=["firm", "name"],
                condition=Q(deleted_at=None),
                name="whatsapp_channel_name_unique",
                violation_error_message="Já existe um canal com este nome.",
            ),
            models.UniqueConstraint(fields=["id", "firm"], name="whatsapp_channel_firm"),
            models.CheckConstraint(
                condition=~Q(key="") & ~Q(instance_name=""), name="whatsapp_channel_has_key"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["disconnected", "connecting", "qr_ready", "connected"]),
                name="whatsapp_channel_state_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="connected") | Q(down_since=None), name="whatsapp_channel_up_or_down"
            ),
        )
        indexes = (models.Index(fields=["firm", "id"], name="whatsapp_channel_of_firm"),)

    def __str__(self) -> str:
        return f"channel {self.pk}"

    @property
    def phone(self) -> str:
        """The number in E.164, "" while none is known."""
        return with_ninth_digit(self.number) if self.number else ""

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None


class ChannelEvent(models.Model):
    """Something that happened to a channel, or that a person wanted of it; kept as long as raw webhooks."""

    class What(models.TextChoices):
        CONNECTED = "connected", "Conectado ao WhatsApp"
        CONNECTING = "connecting", "Conectando"
        QR_SHOWN = "qr_shown", "QR gerado"
        DISCONNECTED = "disconnected", "Desconectado"
        ASKED = "asked", "Pedido"
        ORDER_FAILED = "order_failed", "Pedido sem resposta"
        ALARM = "alarm", "Aviso enviado"
        LOST_FOUND = "lost_found", "Mensagens recuperadas"

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="events")
    what = models.CharField("acontecimento", max_length=12, choices=What.choices)
    detail = models.CharField("detalhe", max_length=80, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField("em")

    class Meta:
        verbose_name = "acontecimento do canal"
        verbose_name_plural = "acontecimentos dos canais"
        indexes = (
            models.Index(fields=["channel", "-at"], name="whatsapp_channel_events"),
            models.Index(fields=["at"], name="whatsapp_channel_events_age"),
        )

    def __str__(self) -> str:
        return f"{self.what} of channel {self.channel_id}"
