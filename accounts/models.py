"""Users, the accounts that are billed, and who may act for an account."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone


class UserManager(BaseUserManager["User"]):
    """Creates users by e-mail; the address is kept in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        if not email:
            raise ValueError("a user needs an e-mail address")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        fields.update(is_staff=True, is_superuser=True)
        fields.setdefault("email_confirmed_at", timezone.now())
        return self.create_user(email, password, **fields)


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
                Lower("email"),
                name="accounts_user_email_unique",
                violation_error_message="Já existe um usuário com este e-mail.",
            ),
        )

    def __str__(self) -> str:
        return self.email

    @property
    def is_email_confirmed(self) -> bool:
        return self.email_confirmed_at is not None


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
        )

    def __str__(self) -> str:
        return f"{self.user_id} → {self.account_id} ({self.role})"
