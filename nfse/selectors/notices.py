"""Reads of the bell (A28): a person sees only what was written to them in this firm."""

from django.db.models import QuerySet

from accounts.models import Membership
from nfse.models import Notice
from nfse.permissions import NotFound


def list_notices(firm_id: int, user_id: int, *, unread: bool = False) -> QuerySet[Notice]:
    """The person's notices, or the unread ones, newest first, with the company."""
    notices = Notice.objects.filter(firm_id=firm_id, recipient_id=user_id).select_related("company")
    if unread:
        notices = notices.filter(read_at=None)
    return notices.order_by("-created_at", "-pk")


def count_unread_notices(firm_id: int, user_id: int) -> int:
    """The number on the bell."""
    return Notice.objects.filter(firm_id=firm_id, recipient_id=user_id, read_at=None).count()


def count_unread_of_member(membership: Membership) -> int:
    """The same for a header that knows the membership alone: one query, without the firm."""
    return Notice.objects.filter(
        firm__account=membership.account_id, recipient=membership.user_id, read_at=None
    ).count()


def get_notice(firm_id: int, user_id: int, notice_id: int) -> Notice:
    """One of the person's own notices. Raises NotFound."""
    notice = list_notices(firm_id, user_id).filter(pk=notice_id).first()
    if notice is None:
        raise NotFound
    return notice
