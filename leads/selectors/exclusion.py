"""What a search may not deliver, because of what this buyer has (L7, R12, R43)."""

from collections.abc import Collection

from django.db.models import QuerySet

from leads.models import LeadAccess, Search

RECENT_SEARCHES = 3


def list_excluding_accesses(search: Search) -> QuerySet[LeadAccess]:
    """The accesses whose companies must not be delivered by this search (L7).

    By default all that the account owns. With `include_owned`, what this search and the account's last
    three searches before it delivered, archived ones included. Demos never count.
    """
    owned = LeadAccess.objects.filter(account_id=search.account_id).exclude(kind=LeadAccess.Kind.DEMO)
    if not search.include_owned:
        return owned
    recent = Search.objects.filter(account_id=search.account_id, pk__lt=search.pk).order_by("-pk")
    last_ids = list(recent.values_list("pk", flat=True)[:RECENT_SEARCHES])
    return owned.filter(search_id__in=[search.pk, *last_ids])


def list_excluded_company_ids(search: Search, company_ids: Collection[int]) -> set[int]:
    """Those of `company_ids` that the search must not deliver (L7)."""
    accesses = list_excluding_accesses(search).filter(company_id__in=company_ids)
    return set(accesses.values_list("company_id", flat=True))
