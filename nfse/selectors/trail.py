"""Reads of the trail of changes (A30)."""

from django.db.models import QuerySet

from nfse.models import ChangeRecord


def list_changes(firm_id: int, *, company_id: int | None = None) -> QuerySet[ChangeRecord]:
    """The changes of a firm, or of one of its companies, newest first, each with its actor."""
    changes = ChangeRecord.objects.filter(firm_id=firm_id).select_related("actor")
    if company_id is not None:
        changes = changes.filter(company_id=company_id)
    return changes.order_by("-created_at", "-pk")
