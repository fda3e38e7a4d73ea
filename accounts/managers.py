"""How users are made and found: by e-mail, whatever its case."""

from typing import TYPE_CHECKING, Any

from django.contrib.auth.base_user import BaseUserManager
from django.utils import timezone

if TYPE_CHECKING:
    from accounts.models import User


def normalize_email(email: str) -> str:
    """The one spelling in which an address is stored and compared."""
    return email.strip().lower()


class UserManager(BaseUserManager["User"]):
    """Creates users by e-mail; the address is kept in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        if not email.strip():
            raise ValueError("a user needs an e-mail address")
        user = self.model(email=normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        fields.update(is_staff=True, is_superuser=True)
        fields.setdefault("email_confirmed_at", timezone.now())
        return self.create_user(email, password, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=normalize_email(username or ""))
