"""Reads about users and accounts."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser

from accounts.models import Account, Membership, User


def find_buyer_account(user: AbstractBaseUser | AnonymousUser) -> Account | None:
    """The buyer account that the user acts for, or None (anonymous, operator, member of a firm only)."""
    if not isinstance(user, User):
        return None
    membership = (
        Membership.objects.filter(user=user, role=Membership.Role.BUYER, is_active=True)
        .select_related("account")
        .first()
    )
    return membership.account if membership else None


def find_user_by_email(email: str) -> User | None:
    """The user with this address, whatever its case, or None."""
    try:
        return User.objects.get_by_natural_key(email)
    except User.DoesNotExist:
        return None


def can_search_and_buy(user: User) -> bool:
    """Whether the user confirmed the e-mail (A1: without it one may look around, not search or buy)."""
    return user.is_email_confirmed
