"""Reads of the bell (A28): a person sees only what was written to them in this firm."""

from django.db.models import QuerySet

from nfse.models import Notice
from nfse.permissions import NotFound


def list_notices(firm_id: int, user_id: int) -> QuerySet[Notice]:
    """The person's notices, newest first, with the company."""
    notices = Notice.objects.filter(firm_id=firm_id, recipient_id=user_id).select_related("company")
    return notices.order_by("-created_at", "-pk")


def count_unread_notices(firm_id: int, user_id: int) -> int:
    """The number on the bell."""
    return Notice.objects.filter(firm_id=firm_id, recipient_id=user_id, read_at=None).count()


def get_notice(firm_id: int, user_id: int, notice_id: int) -> Notice:
    """One of the person's own notices. Raises NotFound."""
    notice = list_notices(firm_id, user_id).filter(pk=notice_id).first()
    if notice is None:
        raise NotFound
    return notice
