"""What the demo's buyer bought before today: credits, searches and their companies, written as one set.

The past teller says whom a search in that city would have found; companies, debits and accesses are rows like
all others, so that Minha base, the statement and the proof of the ledger read them as such.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from core.demos import DemoOptions, PastTeller, past_teller
from credits.models import Tariff
from credits.selectors import get_price
from credits.services.past import buy_in_the_past, debit_in_the_past
from credits.values import Debit, Price, Reference
from leads.gateways.serper import read_place
from leads.models import CompanyMembership, LeadAccess, LeadCompany, Place, Search
from leads.selectors.searches import SEARCH_REFERENCE
from leads.services.companies import save_companies
from leads.services.niches import resolve_niche
from leads.services.searches import count_calls_allowed
from registry.gateways.brasilapi import read_record
from registry.models import City
from registry.values import RegistryRecord

TOOK = timedelta(seconds=94)
Status, Reason = Search.Status, Search.Reason
PORTO_ALEGRE, SANTA_MARIA, CAXIAS, CURITIBA = "4314902", "4316907", "4305108", "4106902"


@dataclass(frozen=True)
class PastSearch:
    """One search, `days_ago` days before today; fewer companies than asked come with the reason."""

    days_ago: int
    niche: str
    city: str
    quantity: int
    status: str = Status.COMPLETED
    reason: str = ""
    most: int = 1000


PURCHASES = ((296, 250), (112, 250))  # days ago, credits
SEARCHES = (
    PastSearch(295, "Dentista", PORTO_ALEGRE, 25),
    PastSearch(262, "Padaria", PORTO_ALEGRE, 20),
    PastSearch(261, "Táxi aéreo", SANTA_MARIA, 10, Status.COMPLETED, Reason.EXHAUSTED, 0),
    PastSearch(228, "Academia", SANTA_MARIA, 20),
    PastSearch(190, "Pet shop", SANTA_MARIA, 40, Status.PARTIAL, Reason.EXHAUSTED, 18),
    PastSearch(163, "Clínica veterinária", CAXIAS, 15),
    PastSearch(131, "Advogado", PORTO_ALEGRE, 30),
    PastSearch(111, "Salão de beleza", CURITIBA, 30),
    PastSearch(83, "Restaurante", CURITIBA, 25, Status.CANCELED, Reason.CANCELED, 9),
    PastSearch(52, "Oficina mecânica", CAXIAS, 20),
    PastSearch(24, "Farmácia", PORTO_ALEGRE, 15, Status.FAILED, Reason.PROVIDER, 0),
    PastSearch(23, "Farmácia", PORTO_ALEGRE, 15),
    PastSearch(6, "Escola de idiomas", CURITIBA, 12),
)


def ensure_searches(*, account_id: int, user_id: int, options: DemoOptions, now: datetime) -> None:
    """Write purchases and searches, once: one query when they are there. Nothing without a past teller."""
    marked = Search.objects.filter(form_key=_form_key(account_id, 0))
    if not options.past_teller or marked.exists():
        return
    with past_teller(options) as teller, transaction.atomic(durable=True):
        deeds = sorted(
            [(days, number, credits) for number, (days, credits) in enumerate(PURCHASES)]
            + [(search.days_ago, number, search) for number, search in enumerate(SEARCHES)],
            key=lambda deed: -deed[0],
        )
        for days, number, deed in deeds:
            at = now - timedelta(days=days, hours=3, minutes=11 * number % 50)
            if isinstance(deed, PastSearch):
                _search(account_id, user_id, deed, number, at, teller)
            else:
                key = uuid.uuid5(uuid.NAMESPACE_URL, f"demo.example/pedido/{account_id}/{number}")
                buy_in_the_past(account_id=account_id, user_id=user_id, credits=deed, at=at, form_key=key)


def _form_key(account_id: int, number: int) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"demo.example/busca/{account_id}/{number}")


def _search(
    account_id: int, user_id: int, past: PastSearch, number: int, at: datetime, teller: PastTeller
) -> None:
    price = get_price(Tariff.Action.LEAD)
    search = Search.objects.create(
        account_id=account_id,
        created_by_id=user_id,
        niche=resolve_niche(text=past.niche),
        city=City.objects.get(pk=past.city),
        quantity=past.quantity,
        unit_price=price.credits,
        tariff_version=price.version,
        form_key=_form_key(account_id, number),
        calls_allowed=count_calls_allowed(past.quantity),
    )
    wanted = min(past.quantity, past.most)
    answer = teller.ask(do="places", niche=past.niche, city=past.city, count=wanted) if wanted else {}
    companies = save_companies([_read(pair, at) for pair in answer.get("places", [])], now=at)
    ended = at + TOOK
    _deliver(search, companies, price, ended)
    fewer = len(companies) < past.quantity
    Search.objects.filter(pk=search.pk).update(
        status=Status.PARTIAL if companies and fewer and not past.reason else past.status,
        reason=past.reason or (Reason.EXHAUSTED if fewer else ""),
        found_count=len(companies) * 5 // 4,
        checked_count=len(companies) * 5 // 4,
        calls_made=min(search.calls_allowed, 3 + 2 * len(companies)),
        created_at=at,
        started_at=at,
        finished_at=ended,
    )


def _read(pair: dict[str, Any], at: datetime) -> tuple[RegistryRecord, Place | None]:
    """One company as registry and map told of it that day."""
    found = read_place(pair["map"])
    record = read_record(pair["registry"], pair["registry"]["cnpj"])
    place = None
    if found is not None:
        place = Place(
            name=found.name[:200],
            address=found.address[:300],
            phone=found.phone,
            website=found.website[:300],
            rating=found.rating,
            rating_count=found.rating_count,
            fetched_at=at,
        )
    return record, place


def _deliver(search: Search, companies: list[LeadCompany], price: Price, at: datetime) -> None:
    if not companies:
        return
    reference = Reference(SEARCH_REFERENCE, str(search.pk))
    text = f"Empresa da busca nº {search.pk}: {search.niche.name} em {search.city.label}"
    entries = debit_in_the_past(
        account_id=search.account_id,
        debits=[
            Debit(price.credits, f"lead:{search.pk}:{company.pk}", reference, text) for company in companies
        ],
        at=at,
        actor_id=search.created_by_id,
        tariff_version=price.version,
    )
    LeadAccess.objects.bulk_create(
        LeadAccess(
            account_id=search.account_id,
            company=company,
            search=search,
            kind=LeadAccess.Kind.SEARCH,
            entry=entry,
            credits_charged=price.credits,
            accessed_at=at,
        )
        for company, entry in zip(companies, entries, strict=True)
    )
    CompanyMembership.objects.bulk_create(
        [
            CompanyMembership(
                niche_id=search.niche_id,
                city_id=search.city_id,
                company=company,
                source="serper",
                found_at=at,
            )
            for company in companies
        ],
        ignore_conflicts=True,
    )
