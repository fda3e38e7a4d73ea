"""The talk with one contact: whose turn it is, and what is remembered between sessions (W6, W7, W18, W20)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.fields import EncryptedTextField
from nfse.models import Company, Firm
from whatsapp.models.channels import Channel
from whatsapp.models.contacts import Contact


class Conversation(models.Model):
    """One contact's conversation. Its row is the lock of all that arrives and of all that is decided.

    `last_seq` is the number of the latest message that arrived, `done_seq` of the latest that was read.
    `version` grows with each decision (compare and set). A conversation that was joined to another
    (`merged_into`) keeps its history and gets no further message.
    """

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="conversations")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="conversations")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="conversations")
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="merged"
    )
    address = EncryptedTextField(help_text="the JID that the person last wrote from: answers go there (9.2)")

    last_seq = models.PositiveBigIntegerField(default=0)
    done_seq = models.PositiveBigIntegerField(default=0)
    out_seq = models.PositiveBigIntegerField(default=0, help_text="of the latest outgoing message")
    version = models.PositiveBigIntegerField(default=0)
    first_unread_at = models.DateTimeField(null=True, blank=True)
    last_message_at = models.DateTimeField("última mensagem", null=True, blank=True)

    company = models.ForeignKey(
        Company, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="empresa"
    )
    listed_until = models.DateTimeField(null=True, blank=True)

    handed_off_at = models.DateTimeField("com a contabilidade desde", null=True, blank=True)
    handed_off_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    handoff_last_at = models.DateTimeField(null=True, blank=True, help_text="the last message of either side")

    unknown_answered_at = models.DateTimeField(null=True, blank=True, help_text="T03, once per 24 h (W5)")
    kind_answered_at = models.DateTimeField(null=True, blank=True, help_text="T42, once per 10 min (5.9)")
    burst_warned_at = models.DateTimeField(null=True, blank=True)
    ai_day = models.DateField(null=True, blank=True, help_text="the day that ai_count belongs to (W20)")
    ai_count = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField("criada em", auto_now_add=True)
    forgotten_at = models.DateTimeField(null=True, blank=True, help_text="the person was forgotten (W24)")

    class Meta:
        verbose_name = "conversa"
        constraints = (
            models.UniqueConstraint(fields=["channel", "contact"], name="whatsapp_conversation_once"),
            models.UniqueConstraint(fields=["id", "firm"], name="whatsapp_conversation_firm"),
            models.CheckConstraint(
                condition=Q(done_seq__lte=F("last_seq")), name="whatsapp_conversation_reads_what_came"
            ),
            models.CheckConstraint(
                condition=Q(merged_into=None) | ~Q(merged_into=F("id")),
                name="whatsapp_conversation_not_into_itself",
            ),
        )
        indexes = (
            models.Index(fields=["firm", "-last_message_at"], name="whatsapp_conversation_newest"),
            models.Index(
                fields=["handoff_last_at"],
                condition=Q(handed_off_at__isnull=False),
                name="whatsapp_conversation_handoff",
            ),
            models.Index(
                fields=["last_message_at"],
                condition=Q(done_seq__lt=F("last_seq"), merged_into=None),
                name="whatsapp_conversation_unread",
            ),
        )

    def __str__(self) -> str:
        return f"conversation {self.pk}"
