"""Users, the accounts that are billed, and who may act for an account."""

import uuid
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.managers import UserManager
from core.fields import EncryptedJSONField


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in. Operators are users with `is_staff`."""

    class Theme(models.TextChoices):
        SYSTEM = "system", "Do sistema"
        LIGHT = "light", "Claro"
        DARK = "dark", "Escuro"

    email = models.EmailField("e-mail")
    full_name = models.CharField("nome", max_length=120)
    phone = models.CharField("telefone", max_length=20, blank=True)
    theme = models.CharField("tema", max_length=6, choices=Theme.choices, default=Theme.SYSTEM)
    new_email = models.EmailField("novo e-mail, a confirmar", blank=True)
    email_confirmed_at = models.DateTimeField("e-mail confirmado em", null=True, blank=True)
    terms_accepted_at = models.DateTimeField("termos aceitos em", null=True, blank=True)
    is_staff = models.BooleanField("operador", default=False)
    is_active = models.BooleanField("ativo", default=True)
    date_joined = models.DateTimeField("criado em", default=timezone.now)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["full_name"]

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        verbose_name = "usuário"
        constraints = (
            models.UniqueConstraint(
                fields=["email"],
                name="accounts_user_email_unique",
                violation_error_message="Já existe um usuário com este e-mail.",
            ),
            models.CheckConstraint(
                condition=models.Q(email__contains="@", email=Lower("email")),
                name="accounts_user_email_real",
                violation_error_message="Informe um e-mail, em letras minúsculas.",
            ),
        )

    def __str__(self) -> str:
        return self.email

    def get_full_name(self) -> str:
        return self.full_name

    def get_short_name(self) -> str:
        return self.full_name.partition(" ")[0]

    @property
    def is_email_confirmed(self) -> bool:
        return self.email_confirmed_at is not None


class AccountEmail(models.Model):
    """The latest request for one kind of e-mail to one user: at most one a minute, and each sent once."""

    class Template(models.TextChoices):
        CONFIRM_EMAIL = "confirm_email", "Confirmação de e-mail"
        ALREADY_REGISTERED = "already_registered", "Cadastro repetido"
        PASSWORD_RESET = "password_reset", "Nova senha"
        PASSWORD_CHANGED = "password_changed", "Aviso de senha trocada"
        CONFIRM_NEW_EMAIL = "confirm_new_email", "Confirmação do novo e-mail"
        NEW_EMAIL_NOTICE = "new_email_notice", "Aviso de troca de e-mail"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="emails")
    template = models.CharField("modelo", max_length=20, choices=Template.choices)
    requested_at = models.DateTimeField("pedido em")
    sent_at = models.DateTimeField("enviado em", null=True, blank=True)

    class Meta:
        verbose_name = "e-mail de conta"
        verbose_name_plural = "e-mails de conta"
        constraints = (
            models.UniqueConstraint(fields=["user", "template"], name="accounts_email_one_per_template"),
        )

    def __str__(self) -> str:
        return f"{self.template} → {self.user_id}"


class Account(models.Model):
    """The billing subject: one buyer or one accounting firm. It owns one wallet (credits.Wallet)."""

    class Kind(models.TextChoices):
        BUYER = "buyer", "Comprador"
        FIRM = "firm", "Contabilidade"

    kind = models.CharField("tipo", max_length=5, choices=Kind.choices)
    name = models.CharField("nome", max_length=120)
    blocked_at = models.DateTimeField("bloqueada em", null=True, blank=True)
    created_at = models.DateTimeField("criada em", auto_now_add=True)

    class Meta:
        verbose_name = "conta"

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A user may act for an account in a role. A buyer account has exactly one member."""

    class Role(models.TextChoices):
        BUYER = "buyer", "Comprador"
        OWNER = "owner", "Dono"
        ACCOUNTANT = "accountant", "Contador"
        ATTENDANT = "attendant", "Atendente"

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField("papel", max_length=10, choices=Role.choices)
    is_active = models.BooleanField("ativo", default=True)
    created_at = models.DateTimeField("criado em", auto_now_add=True)

    class Meta:
        verbose_name = "vínculo"
        constraints = (
            models.UniqueConstraint(fields=["user", "account"], name="accounts_membership_unique"),
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(role="buyer"),
                name="accounts_membership_one_buyer_account",
            ),
            models.UniqueConstraint(
                fields=["account"],
                condition=models.Q(role="buyer"),
                name="accounts_membership_one_member_per_buyer",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(is_active=True) & ~models.Q(role="buyer"),
                name="accounts_membership_one_firm",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} → {self.account_id} ({self.role})"


class KeptForm(models.Model):
    """What a person typed into a form that was refused, or sent after the session had ended (R117).

    It lives for hours. Only `user`, who had opened the form, gets it back; no passwords, no files.
    """

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="kept_forms")
    page = models.CharField("página", max_length=200, help_text="path of the page with the form")
    typed = EncryptedJSONField("digitado", help_text="[[name, value], …] as the browser sent it")
    created_at = models.DateTimeField("guardado em", auto_now_add=True)
    expires_at = models.DateTimeField("vale até")

    class Meta:
        verbose_name = "formulário guardado"
        verbose_name_plural = "formulários guardados"
        indexes = (
            models.Index(fields=["user", "created_at"], name="accounts_kept_of_user"),
            models.Index(fields=["expires_at"], name="accounts_kept_by_end"),
        )

    def __str__(self) -> str:
        return f"form of {self.user_id} at {self.page}"
