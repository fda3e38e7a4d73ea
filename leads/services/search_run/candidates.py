"""What a search considers: companies of the base, places of the map, and which of them come next."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db.models import Max

from leads.models import LeadAccess, Search, SearchCandidate
from leads.selectors.known import KnownCompany, list_known_companies
from leads.services.running import open_search

Status = SearchCandidate.Status


def count_missing(search: Search) -> int:
    """How many companies the search still owes."""
    return search.quantity - LeadAccess.objects.filter(search_id=search.pk).count()


def list_ready_company_ids(search: Search) -> list[int]:
    """The next batch to deliver, in the order found (L9)."""
    ready = SearchCandidate.objects.filter(search=search, status=Status.READY).order_by("position")
    return [
        company_id
        for company_id in ready.values_list("company_id", flat=True)[: settings.LEADS_DELIVERY_BATCH]
        if company_id is not None
    ]


def list_pending(search: Search, *, limit: int | None) -> list[SearchCandidate]:
    """The next candidates to check: those that failed least often, then in the order found."""
    pending = SearchCandidate.objects.filter(search=search, status=Status.PENDING)
    ordered = pending.select_related("place__company", "company").order_by("attempts", "position")
    return list(ordered[:limit])


def add_known_companies(search: Search, *, missing: int, now: datetime) -> int:
    """Consider companies of the shared base, only as many as may be needed; return how many (L8 step 2).

    Those with fresh registry data are ready at once; the others must be looked up again (L11).
    """
    with open_search(search.pk) as locked:
        waiting = SearchCandidate.objects.filter(search=locked, status__in=[Status.PENDING, Status.READY])
        room = min(missing - waiting.count(), settings.LEADS_DELIVERY_BATCH)
        known = list_known_companies(locked, limit=room, now=now) if room > 0 else []
        if known:
            _insert_known(locked, known)
    return len(known)


def _insert_known(search: Search, known: Sequence[KnownCompany]) -> None:
    start = next_position(search)
    SearchCandidate.objects.bulk_create(
        SearchCandidate(
            search=search,
            company_id=company.company_id,
            position=start + step,
            status=Status.READY if company.is_fresh else Status.PENDING,
        )
        for step, company in enumerate(known)
    )
    search.found_count += len(known)
    search.checked_count += sum(company.is_fresh for company in known)
    search.save(update_fields=["found_count", "checked_count"])


def next_position(search: Search) -> int:
    """The position after the last candidate. Inside `open_search`."""
    last = SearchCandidate.objects.filter(search=search).aggregate(last=Max("position"))["last"]
    return (last or 0) + 1
