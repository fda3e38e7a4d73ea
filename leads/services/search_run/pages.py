"""Pages of places: which one comes next, and what a page leaves behind (L8 step 3, R44, R45)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.utils import timezone

from core.errors import ProviderError, Refused
from core.http import CircuitOpen
from core.text import fold
from leads.gateways.base import FoundPlace, PlacePage, PlaceQuery, SearchProvider
from leads.models import Place, Search, SearchCandidate, SearchPage
from leads.services.running import count_drops, open_search
from leads.services.search_run.calls import BudgetSpent, Caller
from leads.services.search_run.candidates import next_position
from registry.models import City

BARREN_PAGES = 2
MAX_PAGES = 30
MAX_CATEGORIES = 10

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class NextPage:
    """The page to ask for: this one, of this provider."""

    provider: SearchProvider
    number: int


def find_next_page(search: Search, providers: Sequence[SearchProvider]) -> NextPage | None:
    """The next page that may bring new places, first provider first; None when all are exhausted.

    A provider is done after a last or refused page, two pages in a row without a new place (L8), or 30.
    """
    for provider in providers:
        pages = SearchPage.objects.filter(search=search, provider=provider.name).order_by("number")
        if not _is_done(list(pages)):
            fetched = [page.number for page in pages if page.status == SearchPage.Status.FETCHED]
            return NextPage(provider, max(fetched, default=0) + 1)
    return None


def fetch_page(search: Search, page: NextPage, caller: Caller) -> None:
    """Ask for the page and save what came. A page that fails is a row too, and loses no other (R45).

    Raises what the provider raised, after saving it: ProviderAccountTrouble and Refused are for good,
    anything else may be tried again. Raises BudgetSpent without asking, SearchEnded.
    """
    query = _query(search)
    answer = caller.call_all([lambda: page.provider.search(query, page.number)])[0]
    if isinstance(answer.error, BudgetSpent):
        raise answer.error
    if answer.error is not None:
        caller.give_back(int(isinstance(answer.error, CircuitOpen)))
        _save_failure(search.pk, page, answer.error)
        raise answer.error
    _save_page(search.pk, page, answer.value)


def _is_done(pages: Sequence[SearchPage]) -> bool:
    fetched = [page for page in pages if page.status == SearchPage.Status.FETCHED]
    barren = len(fetched) >= BARREN_PAGES and not any(page.new_count for page in fetched[-BARREN_PAGES:])
    refused = any(page.status == SearchPage.Status.REFUSED for page in pages)
    return refused or barren or len(fetched) >= MAX_PAGES or any(page.is_last for page in fetched)


def _query(search: Search) -> PlaceQuery:
    city = search.city
    return PlaceQuery(
        niche=search.niche.name,
        city_name=city.name,
        uf=city.uf,
        latitude=city.latitude,
        longitude=city.longitude,
        area_code=city.area_code,
        is_capital=city.is_capital,
    )


def _save_failure(search_id: int, page: NextPage, error: ProviderError) -> None:
    refused = isinstance(error, Refused)
    with open_search(search_id) as search:
        SearchPage.objects.update_or_create(
            search=search,
            provider=page.provider.name,
            number=page.number,
            defaults={
                "status": SearchPage.Status.REFUSED if refused else SearchPage.Status.FAILED,
                "error": f"{type(error).__name__} {error.detail}".strip()[:200],
                "fetched_at": timezone.now(),
            },
        )
        if refused:
            search.has_gaps = True
            search.save(update_fields=["has_gaps"])


def _save_page(search_id: int, page: NextPage, found: PlacePage) -> None:
    """Save places, candidates, drops and the page itself, together. The same page again changes nothing."""
    now = timezone.now()
    with open_search(search_id) as search:
        mine: dict[str, Any] = {"search": search, "provider": page.provider.name, "number": page.number}
        if SearchPage.objects.filter(**mine, status=SearchPage.Status.FETCHED).exists():
            return
        here = [place for place in found.places if _is_in_city(place, search.city)]
        fresh = _without_repeats(search, here)
        added = _add_candidates(search, _save_places(search.city, fresh, now))
        SearchPage.objects.update_or_create(
            **mine,
            defaults={
                "status": SearchPage.Status.FETCHED,
                "place_count": len(found.places),
                "new_count": added,
                "is_last": found.is_last,
                "error": "",
                "fetched_at": now,
            },
        )
        search.found_count += added
        search.waits = 0
        search.save(update_fields=["found_count", "waits"])
        if len(here) < len(found.places):
            count_drops(search, {"other_city": len(found.places) - len(here)})
    log.info("search_page_saved", search_id=search_id, page=page.number, places=len(found.places), new=added)


def _is_in_city(place: FoundPlace, city: City) -> bool:
    """Neighbours come with every map search; an address that names no city is judged by its CNPJ later."""
    if place.uf and place.uf != city.uf:
        return False
    return not place.city or city.is_called(place.city)


def _without_repeats(search: Search, places: Sequence[FoundPlace]) -> list[FoundPlace]:
    """Drop places that this search has seen: by id, then map id, then phone and name (R44)."""
    seen: set[tuple[str, ...]] = set()
    known = SearchCandidate.objects.filter(search=search, place__isnull=False)
    for row in known.values_list(
        "place__provider", "place__provider_id", "place__map_id", "place__phone", "place__name"
    ):
        seen |= _identities(*row)
    fresh = []
    for place in places:
        mine = _identities(place.provider, place.provider_id, place.map_id, place.phone, place.name)
        if not mine & seen:
            fresh.append(place)
        seen |= mine
    return fresh


def _identities(provider: str, provider_id: str, map_id: str, phone: str, name: str) -> set[tuple[str, ...]]:
    identities: set[tuple[str, ...]] = {(provider, provider_id)}
    if map_id:
        identities.add((provider, map_id))
    if phone:
        identities.add(("phone", phone, fold(name)))
    return identities


def _save_places(city: City, places: Sequence[FoundPlace], now: datetime) -> list[Place]:
    """Insert or refresh the shared rows, in one order for everybody so that two searches never deadlock."""
    rows = [
        Place(
            provider=place.provider,
            provider_id=place.provider_id,
            map_id=place.map_id[:40],
            city=city,
            name=place.name[:200],
            address=place.address[:300],
            district=place.district[:80],
            street_number=place.street_number[:20],
            postal_code=place.postal_code[:8],
            phone=place.phone,
            website=place.website[:300],
            categories=[category[:80] for category in place.categories[:MAX_CATEGORIES]],
            rating=place.rating,
            rating_count=place.rating_count,
            fetched_at=now,
        )
        for place in sorted(places, key=lambda place: place.provider_id)
    ]
    Place.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["provider", "provider_id"],
        update_fields=[
            "map_id",
            "city",
            "name",
            "address",
            "district",
            "street_number",
            "postal_code",
            "phone",
            "website",
            "categories",
            "rating",
            "rating_count",
            "fetched_at",
        ],
    )
    order = {place.provider_id: position for position, place in enumerate(places)}
    return sorted(rows, key=lambda row: order[row.provider_id])


def _add_candidates(search: Search, places: Sequence[Place]) -> int:
    """Append the places to what this search considers; return how many are new to it."""
    start = next_position(search)
    SearchCandidate.objects.bulk_create(
        SearchCandidate(search=search, place=place, position=start + step)
        for step, place in enumerate(places)
    )
    return len(places)
