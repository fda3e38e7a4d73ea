"""People who wrote to a channel, and the names by which WhatsApp calls them (W4; evolution.md 9)."""

from django.db import models
from django.db.models import Q

from core.crypto import blind_index
from core.fields import EncryptedTextField
from core.phones import with_ninth_digit
from whatsapp.models.channels import Channel

INDEX_SHAPE = "^[0-9a-f]{64}$"


class Contact(models.Model):
    """One person at one channel. `name` is what the person calls itself: shown, never trusted."""

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="contacts")
    name = EncryptedTextField("nome", blank=True)
    created_at = models.DateTimeField("criado em", auto_now_add=True)

    class Meta:
        verbose_name = "contato"

    def __str__(self) -> str:
        return f"contact {self.pk}"


class ContactAlias(models.Model):
    """One identity of a contact. A phone stands once for both spellings of the ninth digit (R76).

    Read and write `digits`, as they stand in the address; to filter use
    `index=ContactAlias.index_digits(kind, digits)`. The digits of a LID are no phone.
    """

    class Kind(models.TextChoices):
        PHONE = "phone", "Telefone"
        LID = "lid", "Número oculto"

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+")
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="aliases")
    kind = models.CharField("tipo", max_length=5, choices=Kind.choices)
    value = EncryptedTextField("valor")
    index = models.CharField(max_length=64, editable=False)
    created_at = models.DateTimeField("criado em", auto_now_add=True)

    class Meta:
        verbose_name = "identidade"
        constraints = (
            models.UniqueConstraint(fields=["channel", "kind", "index"], name="whatsapp_alias_unique"),
            models.UniqueConstraint(
                fields=["contact"], condition=Q(kind="phone"), name="whatsapp_alias_one_phone"
            ),
            models.CheckConstraint(condition=Q(kind__in=["phone", "lid"]), name="whatsapp_alias_kind_known"),
            models.CheckConstraint(condition=Q(index__regex=INDEX_SHAPE), name="whatsapp_alias_has_index"),
        )

    def __str__(self) -> str:
        return f"{self.kind} of contact {self.contact_id}"

    @classmethod
    def index_digits(cls, kind: str, digits: str) -> str:
        """Return the hash by which an identity is found; a phone's spellings of the ninth digit share it."""
        plain = with_ninth_digit(digits) if kind == cls.Kind.PHONE else digits
        return blind_index(f"{kind}:{plain}", "whatsapp.contactalias.value")

    @property
    def digits(self) -> str:
        return str(self.value)

    @digits.setter
    def digits(self, digits: str) -> None:
        """Set after `kind`."""
        self.value = digits
        self.index = self.index_digits(self.kind, digits)
