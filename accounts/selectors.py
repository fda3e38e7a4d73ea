"""Reads about users and accounts."""

import uuid
from collections.abc import Iterable

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from accounts.models import Account, KeptForm, Membership, User


def list_memberships(user: AbstractBaseUser | AnonymousUser) -> list[Membership]:
    """The active memberships of a user with their accounts; none for the anonymous and who was shut out."""
    if not user.is_authenticated or not user.is_active:
        return []
    return list(Membership.objects.filter(user_id=user.pk, is_active=True).select_related("account"))


def choose_buyer_account(memberships: Iterable[Membership]) -> Account | None:
    """The buyer account among a user's memberships, or None."""
    buyers = (one.account for one in memberships if one.role == Membership.Role.BUYER)
    return next(buyers, None)


def find_buyer_account(user: AbstractBaseUser | AnonymousUser) -> Account | None:
    """The buyer account that the user acts for, or None (anonymous, operator, member of a firm only)."""
    return choose_buyer_account(list_memberships(user))


def find_user_by_email(email: str) -> User | None:
    """The user with this address, whatever its case, or None."""
    try:
        return User.objects.get_by_natural_key(email)
    except User.DoesNotExist:
        return None


def can_search_and_buy(user: User) -> bool:
    """Whether the user confirmed the e-mail (A1: without it one may look around, not search or buy)."""
    return user.is_email_confirmed


def find_kept_form(*, user_id: int, key: uuid.UUID, page: str) -> list[tuple[str, str]] | None:
    """What was kept of the form of a page for this user; None for everybody else."""
    kept = KeptForm.objects.filter(pk=key, user_id=user_id, page=page, expires_at__gt=timezone.now()).first()
    return [(name, value) for name, value in kept.typed] if kept else None
