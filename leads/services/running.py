"""The row of a running search: every step of the engine writes under its lock, and only while it is open.

Two workers on one search (a lost lease) therefore take turns, and nothing is written after the end (R8, R56).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from leads.models import LeadAccess, Search


class SearchEnded(Exception):
    """The search reached a final state: stop working on it."""


@contextmanager
def open_search(search_id: int) -> Iterator[Search]:
    """Lock the search for one step. The step commits whole, or not at all. Raises SearchEnded."""
    with transaction.atomic():
        search = Search.objects.select_for_update().get(pk=search_id)
        if search.is_final:
            raise SearchEnded
        yield search


def begin_search(*, search_id: int) -> Search:
    """Mark the search as running, once; its deadline counts from here. Raises SearchEnded."""
    with open_search(search_id) as search:
        if search.started_at is None:
            search.status = Search.Status.RUNNING
            search.started_at = timezone.now()
            search.save(update_fields=["status", "started_at"])
    return Search.objects.select_related("niche", "city").get(pk=search_id)


def count_drops(search: Search, reasons: Mapping[str, int]) -> None:
    """Add to the counted reasons of what was not delivered (R39). Inside `open_search`."""
    for reason, count in reasons.items():
        search.drops[reason] = search.drops.get(reason, 0) + count
    search.save(update_fields=["drops"])


def reserve_calls(*, search_id: int, wanted: int) -> int:
    """Take up to `wanted` provider calls from the budget, before they are made; return how many (L26).

    A call that a crash prevented stays counted: the budget is a ceiling (R51). Raises SearchEnded.
    """
    with open_search(search_id) as search:
        granted = max(0, min(wanted, search.calls_allowed - search.calls_made))
        if granted:
            Search.objects.filter(pk=search_id).update(calls_made=F("calls_made") + granted)
    return granted


def finish_search(*, search_id: int, reason: str) -> Search:
    """End an open search for `reason` (a Search.Reason) and return it; an ended one comes back as it is.

    What was delivered decides the state (L12): all of it is `completed`; less is `partial`, or `canceled`
    when the buyer stopped it. Nothing at all is `failed` for a technical reason, else `completed` with its
    reason: an answer too, and never `partial`. Inside or outside of the
    caller's transaction.
    """
    with transaction.atomic():
        search = Search.objects.select_for_update().get(pk=search_id)
        if search.is_final:
            return search
        delivered = LeadAccess.objects.filter(search_id=search_id).count()
        search.status = _final_status(search, delivered, reason)
        search.reason = "" if delivered >= search.quantity else reason
        search.finished_at = timezone.now()
        search.save(update_fields=["status", "reason", "finished_at"])
    return search


def end_dead_search(*, search_id: int) -> None:
    """A search whose work died keeps what it delivered and never stays open (R8, L12)."""
    finish_search(search_id=search_id, reason=Search.Reason.PROVIDER)


def _final_status(search: Search, delivered: int, reason: str) -> Search.Status:
    if delivered >= search.quantity:
        return Search.Status.COMPLETED
    if reason == Search.Reason.CANCELED:
        return Search.Status.CANCELED
    if delivered:
        return Search.Status.PARTIAL
    technical = reason in (Search.Reason.PROVIDER, Search.Reason.DEADLINE)
    return Search.Status.FAILED if technical else Search.Status.COMPLETED
