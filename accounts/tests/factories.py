"""Rows for tests. No randomness: a name given twice is a collision, as in life."""

from typing import Any

from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.utils import timezone

from accounts.managers import normalize_email
from accounts.models import Account, Membership, User
from accounts.signals import account_created

PASSWORD = "um cavalo correto grampeia"


def make_user(
    email: str = "dona@nitro.example",
    *,
    confirmed: bool = True,
    password: str = PASSWORD,
    full_name: str = "Dona Maria da Silva",
    **fields: Any,
) -> User:
    if confirmed:
        fields.setdefault("email_confirmed_at", timezone.now())
    # One round of hashing: it is right, and it does not make every test wait.
    fields["password"] = PBKDF2PasswordHasher().encode(password, salt="salt", iterations=1)
    return User.objects.create(email=normalize_email(email), full_name=full_name, **fields)


def make_buyer(email: str = "dona@nitro.example", **fields: Any) -> tuple[User, Account]:
    """A user with a buyer account; the apps above hear of it as they do of a real sign-up."""
    user = make_user(email, **fields)
    account = Account.objects.create(kind=Account.Kind.BUYER, name=user.full_name)
    Membership.objects.create(user=user, account=account, role=Membership.Role.BUYER)
    account_created.send(Account, account_id=account.pk)
    return user, account


def make_operator(email: str = "operador@nitro.example", **fields: Any) -> User:
    fields = {"full_name": "Olavo Operador", "is_staff": True, "is_superuser": True} | fields
    return make_user(email, **fields)
