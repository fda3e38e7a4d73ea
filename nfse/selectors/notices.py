"""Reads of the bell (A28): a person sees only what was written to them in this firm."""

from django.db.models import QuerySet

from nfse.models import Notice


def list_notices(firm_id: int, user_id: int) -> QuerySet[Notice]:
    """The person's notices, newest first, with the company."""
    notices = Notice.objects.filter(firm_id=firm_id, recipient_id=user_id).select_related("company")
    return notices.order_by("-created_at", "-pk")


def count_unread_notices(firm_id: int, user_id: int) -> int:
    """The number on the bell."""
    return Notice.objects.filter(firm_id=firm_id, recipient_id=user_id, read_at=None).count()
