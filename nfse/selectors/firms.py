"""Reads of firms and their people (A6, A8)."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from accounts.models import Membership
from nfse.models import Firm
from nfse.permissions import FIRM_ROLES, NotFound


def get_firm(firm_id: int) -> Firm:
    """The firm with its account and city. Raises NotFound."""
    firm = Firm.objects.select_related("account", "city").filter(pk=firm_id).first()
    if firm is None:
        raise NotFound
    return firm


def find_membership(user: AbstractBaseUser | AnonymousUser) -> Membership | None:
    """The membership by which a user works in a firm, with `account.firm` loaded, or None."""
    if not user.is_authenticated or not user.is_active:
        return None
    return (
        Membership.objects.filter(
            user_id=user.pk, role__in=FIRM_ROLES, is_active=True, account__firm__isnull=False
        )
        .select_related("account__firm", "user")
        .first()
    )


def list_members(firm_id: int) -> QuerySet[Membership]:
    """Everybody who works or worked in the firm, the active first, by name."""
    members = Membership.objects.filter(account__firm=firm_id, role__in=FIRM_ROLES).select_related("user")
    return members.order_by("-is_active", "user__full_name", "pk")
