"""What others told us: one row per delivery of a webhook (O11), and who had it processed again."""

import hashlib
import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from core.crypto import DecryptionFailed
from core.fields import EncryptedBytesField


class Delivery(models.Model):
    """One delivery of one sender. Written by inbox.services only; the body goes after its source's time."""

    class State(models.TextChoices):
        RECEIVED = "received", "Recebida"
        PROCESSED = "processed", "Tratada"
        REFUSED = "refused", "Recusada"
        FAILED = "failed", "Falhou"

    OPEN: ClassVar[tuple[str, ...]] = (State.RECEIVED, State.FAILED)

    key = models.UUIDField(default=uuid.uuid4, editable=False, help_text="binds the body to this row")
    source = models.CharField("origem", max_length=32)
    account = models.CharField("conta ou canal", max_length=100, blank=True)
    external_id = models.CharField("código do remetente", max_length=200, blank=True)
    headers = models.JSONField("cabeçalhos", default=dict)
    body = EncryptedBytesField(null=True)
    body_size = models.PositiveIntegerField("tamanho")
    body_sha256 = models.CharField(max_length=64)
    body_deleted_at = models.DateTimeField("conteúdo apagado em", null=True)
    state = models.CharField("estado", max_length=9, choices=State.choices, default=State.RECEIVED)
    reason = models.CharField("motivo", max_length=300, blank=True)
    result = models.JSONField("resultado", default=dict)
    repeats = models.PositiveIntegerField("repetições", default=0, db_default=0)
    request_id = models.CharField("código da requisição", max_length=64, blank=True)
    received_at = models.DateTimeField("recebida em", db_default=Now())
    processed_at = models.DateTimeField("tratada em", null=True)

    class Meta:
        verbose_name = "webhook recebido"
        verbose_name_plural = "webhooks recebidos"
        constraints = (
            models.UniqueConstraint(
                fields=["source", "account", "external_id"],
                condition=~Q(external_id=""),
                name="inbox_delivery_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["received", "processed", "refused", "failed"]),
                name="inbox_delivery_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["received", "processed"]) | ~Q(reason=""),
                name="inbox_delivery_says_why",
            ),
            models.CheckConstraint(
                condition=Q(state="received") | Q(processed_at__isnull=False),
                name="inbox_delivery_end_has_time",
            ),
            models.CheckConstraint(
                condition=Q(body__isnull=False, body_deleted_at__isnull=True)
                | Q(body__isnull=True, body_deleted_at__isnull=False),
                name="inbox_delivery_body_or_time",
            ),
        )
        indexes = (
            models.Index(fields=["source", "received_at"], name="inbox_delivery_age"),
            models.Index(fields=["state", "-id"], name="inbox_delivery_state"),
        )

    def __str__(self) -> str:
        return f"{self.source} #{self.pk}"

    def seal(self, body: bytes) -> None:
        """Take `body` as the body of this row and of no other."""
        self.body = self._prefix + body
        self.body_size = len(body)
        self.body_sha256 = hashlib.sha256(body).hexdigest()

    def open_body(self) -> bytes:
        """Return the body. Raises BodyDeleted, and DecryptionFailed when it was stored for another row."""
        if self.body is None:
            raise BodyDeleted
        if not self.body.startswith(self._prefix):
            raise DecryptionFailed(detail="delivery's body bound to another row")
        return bytes(self.body[len(self._prefix) :])

    @property
    def _prefix(self) -> bytes:
        return f"{self.source}\n{self.key}\n".encode()


class BodyDeleted(Exception):
    """The body is no longer kept: nothing can be read or processed again."""


class Replay(models.Model):
    """An operator had a delivery processed again, and why. The form's key makes a double click one."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="replays")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField("motivo", max_length=200)
    form_key = models.UUIDField(unique=True)
    created_at = models.DateTimeField("em", db_default=Now())

    class Meta:
        verbose_name = "novo tratamento"
        constraints = (models.CheckConstraint(condition=~Q(reason=""), name="inbox_replay_has_reason"),)

    def __str__(self) -> str:
        return f"replay of #{self.delivery_id}"
