"""Reads of searches. Counts come from the rows that were paid, never from a counter (R3)."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict

from django.db.models import (
    CharField,
    Count,
    Exists,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Concat

from core.errors import NitroError
from credits.models import LedgerEntry
from leads.models import LeadAccess, Search
from queue_worker.models import WorkItem

SEARCH_REFERENCE = "search"


class SearchCounts(TypedDict):
    """What the selectors add to a search: sums over the rows that were paid."""

    delivered_count: int
    credits_spent: int
    credits_refunded: int


if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

    CountedSearch = WithAnnotations[Search, SearchCounts]


class SearchNotFound(NitroError):
    """Not there, or another account's: the same answer (R23)."""

    message = "Busca não encontrada."


@dataclass(frozen=True)
class SearchProgress:
    """What a waiting page needs: the state and real counts, nothing of the providers (O22, R24)."""

    search_id: int
    status: str
    status_label: str
    reason: str
    is_final: bool
    quantity: int
    found: int
    checked: int
    delivered: int
    credits_spent: int
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def percent(self) -> int:
        """Share of what was asked that has arrived, 0 to 100."""
        return min(100, self.delivered * 100 // self.quantity)


def list_searches(account_id: int, *, archived: bool = False) -> "QuerySet[CountedSearch]":
    """The account's searches, newest first, each with `delivered_count`, `credits_spent`, `credits_refunded`.

    One query whatever the page size. `archived=True` lists the hidden ones instead.
    """
    return (
        with_counts(Search.objects.filter(account_id=account_id, archived_at__isnull=not archived))
        .select_related("niche", "city")
        .order_by("-created_at", "-pk")
    )


def get_search(account_id: int, search_id: int) -> "CountedSearch":
    """The account's search with its counts, archived or not. Raises SearchNotFound (R23)."""
    searches = with_counts(Search.objects.filter(account_id=account_id)).select_related("niche", "city")
    try:
        return searches.get(pk=search_id)
    except Search.DoesNotExist:
        raise SearchNotFound from None


def get_progress(account_id: int, search_id: int) -> SearchProgress:
    """State and counts of a search in one query. Raises SearchNotFound (R23)."""
    search = get_search(account_id, search_id)
    return SearchProgress(
        search_id=search.pk,
        status=search.status,
        status_label=search.get_status_display(),
        reason=search.get_reason_display() if search.reason else "",
        is_final=search.is_final,
        quantity=search.quantity,
        found=search.found_count,
        checked=search.checked_count,
        delivered=search.delivered_count,
        credits_spent=search.credits_spent,
        started_at=search.started_at,
        finished_at=search.finished_at,
    )


def count_open_searches(account_id: int) -> int:
    """How many searches of the account wait or run."""
    return Search.objects.filter(account_id=account_id).exclude(status__in=Search.FINAL).count()


def work_key(search_id: int) -> str:
    """The key of the work items of a search."""
    return f"search:{search_id}"


def list_searches_without_work(before: datetime) -> QuerySet[Search]:
    """Open searches older than `before` that no work item will bring to an end."""
    key = Concat(Value("search:"), Cast(OuterRef("pk"), CharField()))
    work = WorkItem.objects.filter(ordering_key=key, status__in=WorkItem.OPEN)
    return Search.objects.exclude(status__in=Search.FINAL).filter(~Exists(work), created_at__lt=before)


def with_counts(searches: QuerySet[Search]) -> "QuerySet[CountedSearch]":
    """Add `SearchCounts` to searches, by subquery: still one query."""
    accesses = LeadAccess.objects.filter(search_id=OuterRef("pk")).order_by().values("search_id")
    refunds = (
        LedgerEntry.objects.filter(
            kind=LedgerEntry.Kind.REFUND,
            reference_type=SEARCH_REFERENCE,
            reference_id=Cast(OuterRef("pk"), CharField()),
        )
        .order_by()
        .values("reference_id")
    )
    return searches.annotate(
        delivered_count=_number(accesses.annotate(n=Count("pk"))),
        credits_spent=_number(accesses.annotate(n=Sum("credits_charged"))),
        credits_refunded=_number(refunds.annotate(n=Sum("amount"))),
    )


def _number(rows: QuerySet) -> Coalesce:
    return Coalesce(Subquery(rows.values("n"), output_field=IntegerField()), 0)
