"""One request of a person, from its first data to its end (PRODUCT.md 5.1), and every step of it."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from core.crypto import blind_index
from core.fields import EncryptedJSONField
from nfse.models import AuthorizedPhone, Company, Firm, Invoice, InvoiceRequest
from whatsapp.conversation import states
from whatsapp.models.conversations import Conversation
from whatsapp.models.messages import InboundMessage

STATES = [state.value for state in states.State if state is not states.State.NONE]
CNPJ_LENGTH = 14
OPEN_STATES = sorted(state.value for state in states.OPEN)


class Session(models.Model):
    """One note being made, or one being canceled. At most one is open in a conversation.

    `data` holds the typed fields with their statuses. `mirror` is the frozen NoteInput with its snapshot,
    bound by `mirror_hash` to the yes; `mirror_seq` is the number of the last message that had arrived when it
    was shown, so that an earlier yes is known as such. Firm, company and phone stay as they were (R100).
    """

    key = models.UUIDField(
        default=uuid.uuid4, unique=True, editable=False, help_text="the request's form key"
    )
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="chat_sessions")
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="sessions")
    label = models.CharField(
        "protocolo", max_length=20, blank=True, help_text="for people; never a key (R98)"
    )
    kind = models.CharField(
        "tipo", max_length=12, choices=[(kind.value, kind.value) for kind in states.Kind], default="issue"
    )
    state = models.CharField(
        "situação",
        max_length=22,
        choices=[(state.value, label) for state, label in states.LABELS.items()],
    )
    question = models.CharField(
        max_length=24, choices=[(item.value, item.value) for item in states.Question], blank=True
    )
    company = models.ForeignKey(
        Company, on_delete=models.PROTECT, null=True, blank=True, related_name="chat_sessions"
    )
    phone = models.ForeignKey(
        AuthorizedPhone, on_delete=models.PROTECT, null=True, blank=True, related_name="chat_sessions"
    )

    data = EncryptedJSONField(default=dict)
    lookup_index = models.CharField(
        max_length=64,
        blank=True,
        editable=False,
        help_text="hash of the client's document: the registry answers",
    )
    mirror = EncryptedJSONField(null=True, blank=True)
    mirror_hash = models.CharField(max_length=64, blank=True)
    mirror_seq = models.PositiveBigIntegerField(null=True, blank=True)
    mirror_shown_at = models.DateTimeField(null=True, blank=True)
    mirror_is_void = models.BooleanField(default=False)
    has_refused_mirror = models.BooleanField(default=False)
    cancel_is_wanted = models.BooleanField(default=False)
    times_unmatched = models.PositiveSmallIntegerField(default=0)

    request = models.ForeignKey(
        InvoiceRequest, on_delete=models.PROTECT, null=True, blank=True, related_name="chat_sessions"
    )
    invoice = models.ForeignKey(
        Invoice,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="chat_sessions",
        help_text="the note to cancel",
    )
    confirmed_by_message = models.ForeignKey(
        InboundMessage, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    close_reason = models.CharField(
        max_length=16, choices=[(item.value, item.value) for item in states.CloseReason], blank=True
    )
    expires_at = models.DateTimeField("expira em", null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    last_user_at = models.DateTimeField(
        null=True, blank=True, help_text="the last message of the person (R77)"
    )
    opened_at = models.DateTimeField("aberta em")
    state_changed_at = models.DateTimeField("mudou em")
    closed_at = models.DateTimeField("encerrada em", null=True, blank=True)
    forgotten_at = models.DateTimeField(
        null=True, blank=True, help_text="what was said in it was deleted (W24)"
    )

    class Meta:
        verbose_name = "sessão"
        verbose_name_plural = "sessões"
        constraints = (
            models.UniqueConstraint(
                fields=["conversation"], condition=Q(state__in=OPEN_STATES), name="whatsapp_session_one_open"
            ),
            models.CheckConstraint(condition=Q(state__in=STATES), name="whatsapp_session_state_known"),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in states.Kind]), name="whatsapp_session_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(question__in=["", *(item.value for item in states.Question)]),
                name="whatsapp_session_question_known",
            ),
            models.CheckConstraint(
                condition=(Q(state__in=OPEN_STATES) & Q(closed_at=None, close_reason=""))
                | (~Q(state__in=OPEN_STATES) & Q(closed_at__isnull=False) & ~Q(close_reason="")),
                name="whatsapp_session_open_or_closed",
            ),
            models.CheckConstraint(
                condition=Q(mirror_hash="") | Q(mirror_hash__regex="^[0-9a-f]{64}$"),
                name="whatsapp_session_mirror_hash",
            ),
        )
        indexes = (
            models.Index(fields=["firm", "-opened_at"], name="whatsapp_session_newest"),
            models.Index(
                fields=["expires_at"], condition=Q(state__in=OPEN_STATES), name="whatsapp_session_expiry"
            ),
            models.Index(fields=["conversation", "-opened_at"], name="whatsapp_session_of_talk"),
            models.Index(
                fields=["lookup_index"],
                condition=Q(state__in=OPEN_STATES) & ~Q(lookup_index=""),
                name="whatsapp_session_lookup",
            ),
        )

    def __str__(self) -> str:
        return f"session {self.pk} ({self.state})"

    @property
    def waits_for_firm(self) -> bool:
        """Whether a person of the firm has to approve or deny the cancellation that was asked for (A23)."""
        return self.kind == states.Kind.CANCELLATION and self.state == states.State.AWAITING_FIRM

    @classmethod
    def index_lookup(cls, document: str) -> str:
        """Return the hash by which sessions of a client's CNPJ are found when the registry answers."""
        return blind_index(document, "whatsapp.session.lookup") if len(document) == CNPJ_LENGTH else ""


class SessionEvent(models.Model):
    """One step of a session: the row of the transition table that was taken. Append-only by trigger."""

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="history")
    row = models.CharField("linha", max_length=8, help_text="of PRODUCT.md 5.3")
    event = models.CharField("acontecimento", max_length=24)
    from_state = models.CharField(max_length=22)
    to_state = models.CharField(max_length=22)
    seq = models.PositiveBigIntegerField(null=True, blank=True, help_text="of the last message read for it")
    at = models.DateTimeField("em", db_default=Now())

    class Meta:
        verbose_name = "passo da sessão"
        verbose_name_plural = "passos das sessões"

    def __str__(self) -> str:
        return f"{self.event}: {self.from_state} to {self.to_state}"
