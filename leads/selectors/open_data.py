"""Companies of our own load of the Receita's open data that may be a place (registry.md §3)."""

from collections import Counter, defaultdict
from collections.abc import Sequence

from django.db import connection
from django.db.models import Q, QuerySet

from leads.matching import PlaceValue, plain_number, telling_words
from registry.models import RegistryEstablishment
from registry.values import ACTIVE

MAX_CANDIDATES = 12
MAX_PER_WORD = 30
"""A word that more companies of the city have says too little to list them."""

_BY_WORDS = """
    SELECT wanted.place_id, wanted.words, found.cnpj
    FROM unnest(%s::bigint[], %s::text[]) AS wanted(place_id, words)
    CROSS JOIN LATERAL (
        SELECT name.cnpj FROM registry_registryname AS name
        WHERE name.words @> string_to_array(wanted.words, ' ')::varchar[]
        LIMIT %s
    ) AS found
"""


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
