"""Serper: places of a map, and CNPJs mentioned in web results (contracts/leads/places.md §1).

The vendor documents nothing: every field has several names, all of them are read, and a shape that we do not
know is Unreadable, never "no results".
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

import structlog
from django.conf import settings

from core.documents import find_cnpjs
from core.errors import ProviderAccountTrouble, Refused, Unreadable
from core.http import ProviderClient, Timeout, report_account_trouble
from core.phones import parse_phone
from core.shapes import has_any_key, lookup, read_text, read_texts, shape_of
from core.text import fold
from leads.addresses import read_address
from leads.gateways.base import CompanyFinder, FoundPlace, PlacePage, PlaceQuery, SearchProvider

logger = structlog.get_logger(__name__)

NAME = "serper"
SHORT_PAGE = 10
"""A full page holds 20 places; a page shorter than this is the last (§1.4)."""

MAX_PAGES = 50
MAX_CANDIDATES = 8
CITY_ZOOM = 13
METROPOLIS_ZOOM = 11

_ENVELOPE = frozenset({"searchparameters", "credits", "ll", "places", "results", "organic"})


class SerperProvider(SearchProvider):
    """Places by niche and city from `/maps`. `ll` is always sent: without it page 2 is refused (§1.4)."""

    name = NAME

    def search(self, query: PlaceQuery, page: int) -> PlacePage:
        zoom = METROPOLIS_ZOOM if query.is_capital else CITY_ZOOM
        answer = _ask(
            "/maps",
            {
                "q": f"{query.niche} em {query.city_name} - {query.uf}",
                "ll": f"@{query.latitude},{query.longitude},{zoom}z",
                "page": page,
            },
        )
        return read_page(answer, page)


class SerperFinder(CompanyFinder):
    """CNPJs near a company's name in web results: candidates only, each must be looked up (§1.5, R38)."""

    name = NAME

    def find_cnpjs(self, name: str, city: str, uf: str) -> list[str]:
        answer = _ask("/search", {"q": f"CNPJ {name} {city} - {uf}", "autocorrect": False})
        return read_candidates(answer, city, uf)


def read_page(answer: Any, page: int) -> PlacePage:
    """Turn an answer of `/maps` into a page. Raises Unreadable for a shape that we do not know."""
    rows = _rows(answer)
    places = [place for place in map(read_place, rows) if place]
    if rows and not places:
        _unreadable("no row has a name and an id", answer)
    if len(rows) >= SHORT_PAGE and not any(place.rating_count is not None for place in places):
        _unreadable("no row has a rating count", answer)
    cost = lookup(answer, "credits") if isinstance(answer, Mapping) else None
    return PlacePage(
        places=tuple(places),
        is_last=len(rows) < SHORT_PAGE or page >= MAX_PAGES,
        cost=cost if isinstance(cost, int) else 1,
        unreadable_rows=len(rows) - len(places),
    )


def read_place(row: Any) -> FoundPlace | None:
    """Turn one row into a place; None without a name or any id."""
    if not isinstance(row, Mapping):
        return None
    name = read_text(lookup(row, "title", "name"))
    map_id = read_text(lookup(row, "cid"))
    provider_id = read_text(lookup(row, "placeid")) or map_id or read_text(lookup(row, "fid"))
    if not name or not provider_id:
        return None
    phone = parse_phone(read_text(lookup(row, "phonenumber", "phone")))
    address = read_text(lookup(row, "address", "formattedaddress"))
    parts = read_address(address)
    return FoundPlace(
        provider=NAME,
        provider_id=provider_id,
        map_id=map_id,
        name=name,
        address=address,
        street_number=parts.street_number,
        district=parts.district,
        city=parts.city,
        uf=parts.uf,
        postal_code=parts.postal_code,
        latitude=_number(lookup(row, "latitude")),
        longitude=_number(lookup(row, "longitude")),
        phone=phone.e164 if phone else "",
        website=read_text(lookup(row, "website", "site")),
        categories=tuple(read_texts([lookup(row, "type", "category"), lookup(row, "types")], "name")),
        rating=_rating(lookup(row, "rating")),
        rating_count=_count(lookup(row, "ratingcount", "reviews")),
    )


def read_candidates(answer: Any, city: str, uf: str) -> list[str]:
    """Return the CNPJs of an answer of `/search`: of results that name the city first, then the UF."""
    if not isinstance(answer, Mapping) or not has_any_key(answer, _ENVELOPE):
        _unreadable("no known key", answer)
    results = lookup(answer, "organic") or []
    if not isinstance(results, list):
        _unreadable("organic is not a list", answer)
    ranked: list[tuple[int, str]] = []
    for result in results:
        text = _result_text(result)
        ranked += [(_distance(text, city, uf), cnpj) for cnpj in find_cnpjs(text)]
    ordered = [cnpj for _, cnpj in sorted(ranked, key=lambda item: item[0])]
    return list(dict.fromkeys(ordered))[:MAX_CANDIDATES]


def _ask(path: str, body: Mapping[str, Any]) -> Any:
    try:
        response = _client().request(
            "POST", path, json={**body, "gl": "br", "hl": "pt-br"}, idempotent=True, log_path=path
        )
    except Refused as error:
        _raise_account_trouble(error)
        raise
    return response.json()


def _client() -> ProviderClient:
    return ProviderClient(
        NAME,
        settings.SERPER_BASE_URL,
        timeout=Timeout(connect=5, read=20),
        headers={"X-API-KEY": settings.SERPER_API_KEY},
        max_concurrency=settings.SERPER_CONCURRENCY,
    )


def _raise_account_trouble(error: Refused) -> None:
    """401, 403 and "credit" in a 400 are our account's trouble: classify by status and message (§1.7)."""
    if error.code in {"401", "402", "403"} or (error.code == "400" and "credit" in error.body.lower()):
        report_account_trouble(NAME, error.code)
        raise ProviderAccountTrouble(error.code, detail=f"{NAME}: HTTP {error.code}") from error


def _rows(answer: Any) -> list[Any]:
    if isinstance(answer, list):
        return answer
    if not isinstance(answer, Mapping) or not has_any_key(answer, _ENVELOPE):
        _unreadable("no known key", answer)
    rows = lookup(answer, "places", "results") or []
    if not isinstance(rows, list):
        _unreadable("places is not a list", answer)
    return rows


def _unreadable(reason: str, answer: Any) -> NoReturn:
    logger.error("provider_shape_unknown", provider=NAME, reason=reason, shape=shape_of(answer)[:1000])
    raise Unreadable(detail=f"{NAME}: {reason}: {shape_of(answer)[:300]}")


def _result_text(result: Any) -> str:
    if not isinstance(result, Mapping):
        return ""
    return " ".join(read_text(lookup(result, name)) for name in ("title", "snippet", "link"))


def _distance(text: str, city: str, uf: str) -> int:
    words = f" {fold(text)} "
    if f" {fold(city)} " in words:
        return 0
    return 1 if f" {fold(uf)} " in words else 2


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _rating(value: Any) -> Decimal | None:
    try:
        rating = Decimal(read_text(value).replace(",", "."))
    except InvalidOperation:
        return None
    return rating.quantize(Decimal("0.1")) if rating.is_finite() and 0 <= rating <= 5 else None


def _count(value: Any) -> int | None:
    text = str(int(value)) if isinstance(value, float) else read_text(value).replace(".", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
