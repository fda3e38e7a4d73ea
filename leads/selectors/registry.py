"""Reads of our own load of the Receita's open data (registry.md §3): records, and candidates for places."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date

from django.db import connection
from django.db.models import Q, QuerySet

from leads.gateways.base import ACTIVE, RegistryRecord
from leads.matching import PlaceValue, plain_number, telling_words
from leads.models import (
    City,
    Cnae,
    RegistryCompany,
    RegistryEstablishment,
    RegistryImport,
    RegistrySimples,
)
from leads.normalize import natural_person_natures

SOURCE = "open_data"
MAX_CANDIDATES = 12
MAX_PER_WORD = 30
"""A word that more companies of the city have says too little to list them."""

_BY_WORDS = """
    SELECT wanted.place_id, wanted.words, found.cnpj
    FROM unnest(%s::bigint[], %s::text[]) AS wanted(place_id, words)
    CROSS JOIN LATERAL (
        SELECT name.cnpj FROM leads_registryname AS name
        WHERE name.words @> string_to_array(wanted.words, ' ')::varchar[]
        LIMIT %s
    ) AS found
"""


def find_delivery_date() -> date | None:
    """The date of the Receita's delivery that is loaded, or None when none is."""
    published = RegistryImport.objects.filter(status=RegistryImport.Status.PUBLISHED)
    return published.order_by("-finished_at").values_list("delivery_date", flat=True).first()


def list_own_records(cnpjs: Collection[str]) -> dict[str, RegistryRecord]:
    """The records of those of `cnpjs` that the load knows, by CNPJ. A fixed number of queries."""
    establishments = list(RegistryEstablishment.objects.filter(pk__in=set(cnpjs)))
    if not establishments:
        return {}
    roots = {row.root for row in establishments}
    companies = RegistryCompany.objects.in_bulk(roots)
    simples = RegistrySimples.objects.in_bulk(roots)
    cities = {city.siafi_code: city for city in _cities(row.municipality for row in establishments)}
    cnaes = Cnae.objects.in_bulk({row.main_cnae for row in establishments})
    as_of = find_delivery_date()
    return {
        row.cnpj: _record(
            row,
            companies.get(row.root),
            simples.get(row.root),
            cities.get(row.municipality),
            cnaes.get(row.main_cnae),
            as_of,
        )
        for row in establishments
    }


def list_own_candidates(places: Sequence[PlaceValue]) -> dict[int, list[str]]:
    """CNPJs of active establishments that may be each place, by place id: same phone, address, then name.

    Only of the place's own city. Candidates, not evidence: each must be scored (R38).
    """
    found: dict[int, list[str]] = defaultdict(list)
    for pairs in (_by_phone(places), _by_address(places), _by_name(places)):
        for place_id, cnpj in pairs:
            if cnpj not in found[place_id]:
                found[place_id].append(cnpj)
    return {place_id: cnpjs[:MAX_CANDIDATES] for place_id, cnpjs in found.items()}


def _by_phone(places: Sequence[PlaceValue]) -> list[tuple[int, str]]:
    wanted = [place for place in places if place.phone.startswith("+") and not place.phone_is_shared]
    if not wanted:
        return []
    rows = _active_in_cities(wanted).filter(phones__overlap=[place.phone for place in wanted])
    by_phone: dict[tuple[str, str], list[str]] = defaultdict(list)
    for cnpj, municipality, phones in rows.values_list("cnpj", "municipality", "phones"):
        for phone in phones:
            by_phone[municipality, phone].append(cnpj)
    return [(p.id, cnpj) for p in wanted for cnpj in by_phone[p.city.siafi_code, p.phone]]


def _by_address(places: Sequence[PlaceValue]) -> list[tuple[int, str]]:
    wanted = [place for place in places if place.postal_code and plain_number(place.street_number)]
    if not wanted:
        return []
    codes = {place.postal_code for place in wanted}
    rows = _active_in_cities(wanted).filter(~Q(postal_code=""), postal_code__in=codes)
    by_address: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for cnpj, municipality, code, number in rows.values_list("cnpj", "municipality", "postal_code", "number"):
        by_address[municipality, code, plain_number(number)].append(cnpj)
    return [
        (p.id, cnpj)
        for p in wanted
        for cnpj in by_address[p.city.siafi_code, p.postal_code, plain_number(p.street_number)]
    ]


def _by_name(places: Sequence[PlaceValue]) -> list[tuple[int, str]]:
    """Companies of the city that share a rare word, or all telling words, with the place."""
    wanted = [(place.id, words) for place in places for words in _word_keys(place)]
    if not wanted:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_BY_WORDS, [[key[0] for key in wanted], [key[1] for key in wanted], MAX_PER_WORD])
        hits: list[tuple[int, str, str]] = cursor.fetchall()
    per_key = Counter((place_id, words) for place_id, words, _ in hits)
    shared: Counter[tuple[int, str]] = Counter()
    for place_id, words, cnpj in hits:
        if per_key[place_id, words] < MAX_PER_WORD:
            shared[place_id, cnpj] += 1
    return sorted(shared, key=lambda pair: (pair[0], -shared[pair], pair[1]))


def _word_keys(place: PlaceValue) -> list[str]:
    """Each telling word of the name behind its city, and all of them together."""
    words = [f"{place.city.siafi_code}:{word}" for word in telling_words(place)]
    return [*words, " ".join(words)] if len(words) > 1 else words


def _active_in_cities(places: Sequence[PlaceValue]) -> QuerySet[RegistryEstablishment]:
    return RegistryEstablishment.objects.filter(
        status=ACTIVE, municipality__in={place.city.siafi_code for place in places}
    )


def _cities(siafi_codes: Iterable[str]) -> QuerySet[City]:
    return City.objects.filter(siafi_code__in=set(siafi_codes))


def _record(
    row: RegistryEstablishment,
    company: RegistryCompany | None,
    simples: RegistrySimples | None,
    city: City | None,
    cnae: Cnae | None,
    as_of: date | None,
) -> RegistryRecord:
    """An establishment with what hangs on its root; either half may be missing (registry.md §3.3)."""
    nature = company.legal_nature if company else ""
    return RegistryRecord(
        cnpj=row.cnpj,
        source=SOURCE,
        as_of=as_of,
        legal_name=company.legal_name if company else row.trade_name,
        trade_name=row.trade_name,
        status=row.status,
        status_date=row.status_date,
        opening_date=row.opening_date,
        main_cnae=row.main_cnae,
        main_cnae_description=cnae.description if cnae else "",
        legal_nature=nature,
        size=company.size if company else "",
        is_individual=nature in natural_person_natures() or bool(simples and simples.is_mei),
        is_headquarters=row.is_headquarters,
        ibge_code=city.ibge_code if city else "",
        siafi_code=row.municipality,
        city_name=city.name if city else "",
        uf=row.uf,
        street=row.street,
        number=row.number,
        complement=row.complement,
        district=row.district,
        postal_code=row.postal_code,
        phones=tuple(row.phones),
        email=row.email,
    )
