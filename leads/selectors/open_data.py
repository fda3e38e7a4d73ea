"""Companies of our own load of the Receita's open data that may be a place (registry.md §3)."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise

from django.db import connection
from django.db.models import Q, QuerySet

from leads.matching import PlaceValue, glued_words, plain_number, telling_words, website_domain
from registry.models import RegistryEstablishment
from registry.values import RegistryStatus

MAX_CANDIDATES = 60
"""All are scored from our own rows, without a call; an accountant's phone brings many."""

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
    """CNPJs of active establishments that may be each place, by place id.

    Those found in several ways come first: by phone, address, name, site. Only of the place's own city.
    Candidates, not evidence: each must be scored (R38).
    """
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for pairs in (_by_phone(places), _by_address(places), _by_words(places)):
        for place_id, cnpj in dict.fromkeys(pairs):
            found[place_id][cnpj] += 1
    return {
        place_id: [cnpj for cnpj, _ in ways.most_common(MAX_CANDIDATES)] for place_id, ways in found.items()
    }


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


def _by_words(places: Sequence[PlaceValue]) -> list[tuple[int, str]]:
    """Companies of the city that share a rare word, all telling words or the site's domain with the place."""
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
    """Each telling word of the name behind its city, all of them and each two together, and the domain."""
    city = place.city.siafi_code
    words = [f"{city}:{word}" for word in telling_words(place)]
    together = [" ".join(words), *map(" ".join, pairwise(words))] if len(words) > 1 else []
    glued = [f"{city}:{word}" for word in glued_words(place)]
    domain = "" if place.domain_is_shared else website_domain(place.website)
    return list(dict.fromkeys([*words, *together, *glued, *([f"{city}:@{domain}"] if domain else [])]))


def _active_in_cities(places: Sequence[PlaceValue]) -> QuerySet[RegistryEstablishment]:
    return RegistryEstablishment.objects.filter(
        status=RegistryStatus.ACTIVE, municipality__in={place.city.siafi_code for place in places}
    )
