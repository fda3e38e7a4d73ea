"""Delivery: the only door through which a company becomes a buyer's (L9, R3, R4, R8)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from django.db import transaction
from django.db.models import Case, Value, When
from django.utils import timezone

from credits.models import LedgerEntry, Wallet
from credits.services import debit_many, lock_wallet
from credits.values import Debit, Reference
from leads.models import LeadAccess, LeadCompany, Search, SearchCandidate
from leads.selectors.exclusion import list_excluded_company_ids
from leads.selectors.searches import SEARCH_REFERENCE
from leads.services.running import count_drops
from registry.values import RegistryStatus


class Stop(Enum):
    """Why a delivery, and with it the search, goes no further."""

    QUANTITY = "quantity"
    CREDITS = "credits"
    ENDED = "ended"


@dataclass(frozen=True)
class Delivery:
    """What one call did: ids delivered now, ids turned down with the reason, and whether that was all."""

    delivered: tuple[int, ...] = ()
    refused: Mapping[int, str] = field(default_factory=dict)
    stop: Stop | None = None


def deliver_leads(*, search_id: int, company_ids: Sequence[int]) -> Delivery:
    """Give the companies to the search's buyer and charge one debit each, in one transaction.

    Delivers, in order, what fits the balance and the quantity asked; the rest is neither delivered nor
    charged. Refuses what the buyer may not get (L7) and what is inactive or elsewhere (R39), looking again
    under the wallet's lock. Repeating a call delivers nothing twice; a search that ended gets nothing more.
    The price is the one that the buyer confirmed (R9). A constant number of queries.
    """
    with transaction.atomic(durable=True):
        account_id = Search.objects.values_list("account_id", flat=True).get(pk=search_id)
        wallet = lock_wallet(account_id=account_id)
        search = _lock_search(search_id)
        if search.is_final:
            return Delivery(stop=Stop.ENDED)
        owned = set(LeadAccess.objects.filter(search_id=search_id).values_list("company_id", flat=True))
        wanted = [company_id for company_id in dict.fromkeys(company_ids) if company_id not in owned]
        refused = _refuse(search, wanted)
        allowed = [company_id for company_id in wanted if company_id not in refused]
        missing = search.quantity - len(owned)
        chosen = allowed[: _how_many(wallet, search, missing)]
        _record(search, chosen, _charge(search, chosen))
        _settle_candidates(search, chosen, refused)
    if len(chosen) == missing:
        return Delivery(tuple(chosen), refused, Stop.QUANTITY)
    return Delivery(tuple(chosen), refused, Stop.CREDITS if len(chosen) < len(allowed) else None)


def _lock_search(search_id: int) -> Search:
    return Search.objects.select_related("niche", "city").select_for_update(of=("self",)).get(pk=search_id)


def _refuse(search: Search, company_ids: Sequence[int]) -> dict[int, str]:
    """Say why each company that must not be delivered is not."""
    statuses = dict(
        LeadCompany.objects.filter(pk__in=company_ids, city_id=search.city_id).values_list("pk", "status")
    )
    refused = dict.fromkeys(list_excluded_company_ids(search, company_ids), "owned")
    for company_id in company_ids:
        if company_id not in statuses:
            refused[company_id] = "other_city"
        elif statuses[company_id] != RegistryStatus.ACTIVE:
            refused[company_id] = "inactive"
    return refused


def _how_many(wallet: Wallet, search: Search, missing: int) -> int:
    """How many more the quantity and the balance allow. A stopped wallet gets nothing."""
    if wallet.is_stopped:
        return 0
    return min(missing, wallet.balance // search.unit_price) if search.unit_price else missing


def _charge(search: Search, company_ids: Sequence[int]) -> list[LedgerEntry] | list[None]:
    """Take one debit per company: `lead:<search>:<company>` is charged once, also when repeated (R4)."""
    if not search.unit_price:
        return [None] * len(company_ids)
    reference = Reference(SEARCH_REFERENCE, str(search.pk))
    text = f"Empresa da busca nº {search.pk}: {search.niche.name} em {search.city.label}"
    debits = [
        Debit(search.unit_price, f"lead:{search.pk}:{company_id}", reference, text)
        for company_id in company_ids
    ]
    return debit_many(
        account_id=search.account_id,
        debits=debits,
        actor_id=search.created_by_id,
        tariff_version=search.tariff_version,
    )


def _record(
    search: Search, company_ids: Sequence[int], entries: Sequence[LedgerEntry] | Sequence[None]
) -> None:
    now = timezone.now()
    LeadAccess.objects.bulk_create(
        LeadAccess(
            account_id=search.account_id,
            company_id=company_id,
            search=search,
            kind=LeadAccess.Kind.SEARCH,
            entry=entry,
            credits_charged=search.unit_price,
            accessed_at=now,
        )
        for company_id, entry in zip(company_ids, entries, strict=True)
    )


def _settle_candidates(search: Search, delivered: Sequence[int], refused: Mapping[int, str]) -> None:
    """Say on the search's candidates what became of them."""
    ready = SearchCandidate.objects.filter(search=search, status=SearchCandidate.Status.READY)
    ready.filter(company_id__in=delivered).update(status=SearchCandidate.Status.DELIVERED)
    if not refused:
        return
    turned_down = list(ready.filter(company_id__in=refused).values_list("company_id", flat=True))
    if turned_down:
        reasons = [When(company_id=company_id, then=Value(refused[company_id])) for company_id in turned_down]
        ready.filter(company_id__in=turned_down).update(
            status=SearchCandidate.Status.DROPPED, drop_reason=Case(*reasons)
        )
        count_drops(search, Counter(refused[company_id] for company_id in turned_down))
