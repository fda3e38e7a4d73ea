"""What arrived: one row per message, append-only (R62, R81)."""

from django.db import models
from django.db.models import Q

from core.fields import EncryptedBytesField, EncryptedTextField
from inbox.models import Delivery
from whatsapp.models.channels import Channel
from whatsapp.models.conversations import Conversation


class InboundMessage(models.Model):
    """One message as it arrived. A trigger keeps it; only what is named here is written later.

    A row without content (`has_content` false, kind "unknown") is completed once, when the content comes
    under the same id, and takes a new `seq`. Media state, transcript and the marks `edited_at` and
    `deleted_at` are added. A message that waits when two conversations are joined moves to the other with a
    new `seq`, and `came_before_link`: it is read as data and never as a yes.

    Within a batch the order is (sent_at, seq). `provider_message_id` of an edit or a deletion that has no id
    of its own is made of the original's ("edit:…", "revoke:…").
    """

    class Kind(models.TextChoices):
        TEXT = "text", "Texto"
        AUDIO = "audio", "Áudio"
        IMAGE = "image", "Imagem"
        VIDEO = "video", "Vídeo"
        DOCUMENT = "document", "Documento"
        STICKER = "sticker", "Figurinha"
        LOCATION = "location", "Localização"
        CONTACT = "contact", "Contato"
        POLL = "poll", "Enquete"
        ALBUM = "album", "Álbum"
        REACTION = "reaction", "Reação"
        EDIT = "edit", "Edição"
        REVOKE = "revoke", "Exclusão"
        UNKNOWN = "unknown", "Sem conteúdo"
        OTHER = "other", "Outro"

    class Media(models.TextChoices):
        NONE = "none", "Sem mídia"
        UNFETCHED = "unfetched", "Não buscada"
        PENDING = "pending", "Buscando"
        FETCHED = "fetched", "Guardada"
        FAILED = "failed", "Não foi possível buscar"
        DELETED = "deleted", "Apagada pelo prazo"

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+")
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="messages")
    seq = models.PositiveBigIntegerField(help_text="order of arrival, counted under the conversation's lock")
    provider_message_id = models.CharField(max_length=200)
    is_from_firm = models.BooleanField(default=False, help_text="typed by the firm on its phone: never read")
    address = EncryptedTextField(help_text="the JID it came from, exactly")
    sent_at = models.DateTimeField("enviada em", help_text="the sender's clock, whole seconds")
    received_at = models.DateTimeField("recebida em")
    came_before_link = models.BooleanField(default=False)

    kind = models.CharField("tipo", max_length=8, choices=Kind.choices)
    has_content = models.BooleanField(default=True, help_text="false: empty, or an edit that cannot be read")
    text = EncryptedTextField(blank=True, help_text="text, caption, or the emoji of a reaction")
    button_id = EncryptedTextField(blank=True, help_text="of a button, list or interactive reply")
    quoted_id = models.CharField(max_length=200, blank=True)
    target_id = models.CharField(max_length=200, blank=True, help_text="of an edit, a deletion, a reaction")
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    media_state = models.CharField(max_length=9, choices=Media.choices, default=Media.NONE)
    media_type = models.CharField(max_length=100, blank=True, help_text="MIME type, as the sender says")
    media_size = models.PositiveBigIntegerField(null=True, blank=True)
    media_seconds = models.PositiveIntegerField(null=True, blank=True)
    media_name = EncryptedTextField(blank=True, help_text="the file's name: untrusted")
    is_voice = models.BooleanField(default=False, help_text="a voice note")
    transcript = EncryptedTextField("transcrição", blank=True)

    delivery = models.ForeignKey(
        Delivery, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )

    class Meta:
        verbose_name = "mensagem recebida"
        verbose_name_plural = "mensagens recebidas"
        constraints = (
            models.UniqueConstraint(fields=["channel", "provider_message_id"], name="whatsapp_inbound_once"),
            models.UniqueConstraint(fields=["conversation", "seq"], name="whatsapp_inbound_seq"),
            models.CheckConstraint(condition=~Q(provider_message_id=""), name="whatsapp_inbound_has_id"),
            models.CheckConstraint(
                condition=Q(
                    kind__in=[
                        *("text", "audio", "image", "video", "document", "sticker", "location", "contact"),
                        *("poll", "album", "reaction", "edit", "revoke", "unknown", "other"),
                    ]
                ),
                name="whatsapp_inbound_kind_known",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["edit", "revoke", "reaction"]) | ~Q(target_id=""),
                name="whatsapp_inbound_has_target",
            ),
            models.CheckConstraint(
                condition=~Q(kind="unknown") | Q(has_content=False), name="whatsapp_inbound_unknown_is_empty"
            ),
            models.CheckConstraint(
                condition=Q(media_state__in=["none", "unfetched", "pending", "fetched", "failed", "deleted"]),
                name="whatsapp_inbound_media_known",
            ),
        )
        indexes = (
            models.Index(
                fields=["channel", "target_id"], condition=~Q(target_id=""), name="whatsapp_inbound_target"
            ),
            models.Index(fields=["received_at"], name="whatsapp_inbound_age"),
            models.Index(
                fields=["delivery"], condition=Q(delivery__isnull=False), name="whatsapp_inbound_delivery"
            ),
        )

    def __str__(self) -> str:
        return f"message {self.pk} ({self.kind})"


class StoredMedia(models.Model):
    """The bytes of a voice note, encrypted and kept for 30 days (W24)."""

    message = models.OneToOneField(InboundMessage, on_delete=models.CASCADE, related_name="media")
    content = EncryptedBytesField()
    media_type = models.CharField(max_length=100, help_text="by its first bytes")
    size = models.PositiveIntegerField()
    fetched_at = models.DateTimeField("recebida em")

    class Meta:
        verbose_name = "mídia guardada"
        verbose_name_plural = "mídias guardadas"
        indexes = (models.Index(fields=["fetched_at"], name="whatsapp_media_age"),)

    def __str__(self) -> str:
        return f"media of message {self.message_id}"
