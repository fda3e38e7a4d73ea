"""Reads of firms and their people (A6, A8)."""

from collections.abc import Iterable

from django.db.models import QuerySet

from accounts.models import Membership
from nfse.models import Firm, Invite
from nfse.permissions import FIRM_ROLES, NotFound


def get_firm(firm_id: int) -> Firm:
    """The firm with its account and city. Raises NotFound."""
    firm = Firm.objects.select_related("account", "city").filter(pk=firm_id).first()
    if firm is None:
        raise NotFound
    return firm


def choose_membership(memberships: Iterable[Membership]) -> Membership | None:
    """The membership in a firm among those of a user, or None."""
    return next((one for one in memberships if one.role in FIRM_ROLES), None)


def list_members(firm_id: int) -> QuerySet[Membership]:
    """Everybody who works or worked in the firm, the active first, by name."""
    members = Membership.objects.filter(account__firm=firm_id, role__in=FIRM_ROLES).select_related("user")
    return members.order_by("-is_active", "user__full_name", "pk")


def list_open_invites(firm_id: int) -> QuerySet[Invite]:
    """Invitations neither accepted nor withdrawn, also ended ones, the newest first, with who invited."""
    opened = Invite.objects.filter(firm_id=firm_id, accepted_at=None, revoked_at=None)
    return opened.select_related("invited_by").order_by("-created_at", "-pk")
