"""What Nitro says: one row per outgoing message, in order per conversation (W19, R81)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.fields import EncryptedTextField
from nfse.models import Invoice
from whatsapp.models.channels import Channel
from whatsapp.models.conversations import Conversation
from whatsapp.models.sessions import Session


class OutboundMessage(models.Model):
    """One message to a person. What it says never changes (trigger); its state does.

    `cause` says why it exists ("batch:17", "issued:4"), `dedupe_key` makes the same reason one message.
    `slot` names what a newer message replaces while it waits: an older mirror of the same session.
    States of delivery only move forward; `sent` is the transport's acceptance, `delivered` the phone's.
    """

    class Kind(models.TextChoices):
        TEXT = "text", "Texto"
        DOCUMENT = "document", "Documento"

    class File(models.TextChoices):
        PDF = "pdf", "PDF"
        XML = "xml", "XML"

    class Author(models.TextChoices):
        BOT = "bot", "Assistente"
        MEMBER = "member", "Contabilidade"

    class State(models.TextChoices):
        PENDING = "pending", "Na fila"
        SENDING = "sending", "Enviando"
        SENT = "sent", "Enviada"
        DELIVERED = "delivered", "Entregue"
        READ = "read", "Lida"
        UNKNOWN = "unknown", "Conferindo"
        FAILED = "failed", "Recusada"
        DEAD = "dead", "Não enviada"
        SUPERSEDED = "superseded", "Substituída"

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+")
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="outbox")
    session = models.ForeignKey(
        Session, on_delete=models.SET_NULL, null=True, blank=True, related_name="outbox"
    )
    seq = models.PositiveBigIntegerField(help_text="order of sending, counted under the conversation's lock")
    cause = models.CharField(max_length=80)
    dedupe_key = models.CharField(max_length=120, unique=True)
    slot = models.CharField(max_length=80, blank=True)

    kind = models.CharField("tipo", max_length=8, choices=Kind.choices)
    text = EncryptedTextField(blank=True, help_text="of a document: its caption")
    text_key = models.CharField(max_length=40, blank=True, help_text="the text of PRODUCT.md 5.10, as T24")
    mirror_hash = models.CharField(max_length=64, blank=True)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    file = models.CharField(max_length=3, choices=File.choices, blank=True)
    author = models.CharField("autor", max_length=6, choices=Author.choices, default=Author.BOT)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    state = models.CharField("situação", max_length=10, choices=State.choices, default=State.PENDING)
    provider_message_id = models.CharField(max_length=200, blank=True)
    attempts = models.PositiveIntegerField("tentativas", default=0)
    error = models.CharField(
        "motivo", max_length=200, blank=True, help_text="of the last try, without personal data"
    )
    created_at = models.DateTimeField("criada em")
    first_tried_at = models.DateTimeField(null=True, blank=True)
    tried_at = models.DateTimeField("tentada em", null=True, blank=True)
    next_try_at = models.DateTimeField(null=True, blank=True, help_text="not before; None: at once")
    unknown_at = models.DateTimeField(null=True, blank=True, help_text="since when its outcome is not known")
    is_resent = models.BooleanField(default=False, help_text="sent again after it was not found: only once")
    sent_at = models.DateTimeField("enviada em", null=True, blank=True)
    acked_at = models.DateTimeField(null=True, blank=True, help_text="WhatsApp's server has it")
    delivered_at = models.DateTimeField("entregue em", null=True, blank=True)
    read_at = models.DateTimeField("lida em", null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="failed, dead or superseded")

    class Meta:
        verbose_name = "mensagem enviada"
        verbose_name_plural = "mensagens enviadas"
        constraints = (
            models.UniqueConstraint(fields=["conversation", "seq"], name="whatsapp_outbound_seq"),
            models.UniqueConstraint(
                fields=["channel", "provider_message_id"],
                condition=~Q(provider_message_id=""),
                name="whatsapp_outbound_id_once",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        *("pending", "sending", "sent", "delivered", "read"),
                        *("unknown", "failed", "dead", "superseded"),
                    ]
                ),
                name="whatsapp_outbound_state_known",
            ),
            models.CheckConstraint(
                condition=Q(kind="text", invoice=None, file="")
                | Q(kind="document", invoice__isnull=False, file__in=["pdf", "xml"]),
                name="whatsapp_outbound_text_or_file",
            ),
            models.CheckConstraint(
                condition=Q(author="bot", member=None) | Q(author="member"), name="whatsapp_outbound_author"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sent", "delivered", "read"]) | Q(sent_at__isnull=False),
                name="whatsapp_outbound_sent_has_time",
            ),
        )
        indexes = (
            models.Index(
                fields=["conversation", "seq"],
                condition=Q(state__in=["pending", "sending", "unknown"]),
                name="whatsapp_outbound_waiting",
            ),
            models.Index(
                fields=["channel", "sent_at"],
                condition=Q(state="sent", acked_at=None),
                name="whatsapp_outbound_unacked",
            ),
            models.Index(fields=["created_at"], name="whatsapp_outbound_age"),
        )

    def __str__(self) -> str:
        return f"outgoing message {self.pk} ({self.state})"
