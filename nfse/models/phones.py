"""Phones whose holders may ask for notes of a company by WhatsApp (A16); of the company, not of the chat."""

from django.db import models
from django.db.models import Q

from accounts.models import User
from core.crypto import blind_index
from core.fields import EncryptedTextField
from core.phones import with_ninth_digit
from nfse.models.companies import Company
from nfse.models.firms import Firm

INDEX_SHAPE = "^[0-9a-f]{64}$"


class AuthorizedPhone(models.Model):
    """One number that may act for one company. The same number may stand in several companies of a firm.

    Read and write `number` and `cpf`; `AuthorizedPhone(number=..., cpf=...)` works too. To filter, use
    `number_index=AuthorizedPhone.index_number(number)` or `cpf_index=AuthorizedPhone.index_cpf(cpf)`.
    A phone is never deleted while the company stands: it is deactivated, and what it did keeps its name.
    """

    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="+")
    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="phones")
    name = models.CharField("nome", max_length=80)
    number_text = EncryptedTextField("WhatsApp", help_text="E.164; mobiles with the ninth digit")
    number_index = models.CharField(max_length=64, editable=False)
    cpf_text = EncryptedTextField("CPF", blank=True)
    cpf_index = models.CharField(max_length=64, blank=True, editable=False)
    email = models.EmailField("e-mail", blank=True)
    can_issue = models.BooleanField("pode pedir notas", default=True)
    can_cancel = models.BooleanField("pode cancelar notas", default=False)
    is_main = models.BooleanField("telefone principal", default=False)
    is_active = models.BooleanField("ativo", default=True)
    created_at = models.DateTimeField("criado em", auto_now_add=True)
    updated_at = models.DateTimeField("alterado em", auto_now=True)

    class Meta:
        verbose_name = "telefone autorizado"
        verbose_name_plural = "telefones autorizados"
        constraints = (
            models.UniqueConstraint(
                fields=["company", "number_index"],
                name="nfse_phone_number_unique",
                violation_error_message="Este número já está cadastrado nesta empresa.",
            ),
            models.UniqueConstraint(
                fields=["company"], condition=Q(is_main=True), name="nfse_phone_one_main"
            ),
            models.UniqueConstraint(fields=["id", "firm"], name="nfse_phone_of_firm"),
            models.CheckConstraint(
                condition=Q(is_main=False) | Q(is_active=True), name="nfse_phone_main_is_active"
            ),
            models.CheckConstraint(
                condition=Q(number_index__regex=INDEX_SHAPE), name="nfse_phone_has_number"
            ),
            models.CheckConstraint(
                condition=Q(cpf_index="") | Q(cpf_index__regex=INDEX_SHAPE), name="nfse_phone_cpf_index"
            ),
        )
        indexes = (models.Index(fields=["firm", "number_index"], name="nfse_phone_by_number"),)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def index_number(cls, number: str) -> str:
        """Return the hash by which a number is found: the same for both spellings of the ninth digit (R76).

        `number` is E.164 or the digits of a WhatsApp address, with the country's 55.
        """
        return blind_index(with_ninth_digit(number), "nfse.authorizedphone.number")

    @classmethod
    def index_cpf(cls, cpf: str) -> str:
        """Return the hash by which a CPF (11 digits) is found."""
        return blind_index(cpf, "nfse.authorizedphone.cpf")

    @property
    def number(self) -> str:
        """The number in E.164."""
        return str(self.number_text)

    @number.setter
    def number(self, number: str) -> None:
        self.number_text = with_ninth_digit(number)
        self.number_index = self.index_number(number)

    @property
    def cpf(self) -> str:
        """The holder's CPF, 11 digits; empty when it is not known."""
        return str(self.cpf_text)

    @cpf.setter
    def cpf(self, cpf: str) -> None:
        self.cpf_text = cpf
        self.cpf_index = self.index_cpf(cpf) if cpf else ""


def name_actor(user: User | None, phone: AuthorizedPhone | None) -> str:
    """Return who acted, for people: a user's name, or a phone's with a mark; "" when it was Nitro itself."""
    if phone is not None:
        return f"{phone.name} (WhatsApp)"
    return (user.full_name or str(user)) if user is not None else ""
