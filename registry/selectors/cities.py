"""Cities as people write them (L5, R42)."""

from math import cos, radians

from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Power

from core.text import fold
from registry.city_names import city_key, expand_saint
from registry.models import City
from registry.values import RegistryRecord

MAX_RESULTS = 20
SHORTEST_KEY = 4
"""Fewer letters begin too many names to be one of them in another spelling."""


def find_city(*, name: str, uf: str) -> City | None:
    """The city of this name in this UF, in any spelling: current, older or abbreviated."""
    cities = City.objects.filter(uf=uf.upper())
    exact = cities.filter(_named(fold(name))).first()
    return exact or cities.filter(_spelled(city_key(name))).first()


def find_city_by_label(label: str) -> City | None:
    """The city of "Santa Maria - RS", "Sao Paulo-SP" or "sao paulo sp"; None without the UF (R42)."""
    words = fold(label).split()
    if len(words) < 2:
        return None
    return find_city(name=" ".join(words[:-1]), uf=words[-1])


def find_city_of(record: RegistryRecord) -> City | None:
    """The city that a registry record names by IBGE code, by SIAFI code, or by name and UF."""
    if record.ibge_code:
        return City.objects.filter(ibge_code=record.ibge_code).first()
    if record.siafi_code:
        return City.objects.filter(siafi_code=record.siafi_code).first()
    return find_city(name=record.city_name, uf=record.uf)


def search_cities(text: str, limit: int = MAX_RESULTS) -> list[City]:
    """Up to `limit` cities for what was typed so far, accents and case aside.

    Names that begin with it come first, then other spellings that do ("xangrila", "sta maria"), then names
    with a word that does, then those that contain it; capitals first on ties. A UF at the end narrows the
    list, also one not yet typed whole; alone it brings its capital first.
    """
    folded = fold(text)
    if not folded:
        return []
    ranked = {city.pk: city for city in City.objects.filter(uf=folded.upper(), is_capital=True)}
    for name, uf in _readings(folded):
        for city in _rank_cities(name, uf)[:limit]:
            ranked.setdefault(city.pk, city)
    return list(ranked.values())[:limit]


def list_nearby_cities(city: City, limit: int = 4) -> list[City]:
    """The cities whose seats lie nearest, nearest first, of any state."""
    narrow = cos(radians(city.latitude))
    distance = Power(F("latitude") - city.latitude, 2) + Power((F("longitude") - city.longitude) * narrow, 2)
    return list(City.objects.exclude(pk=city.pk).order_by(distance, "pk")[:limit])


def _named(folded: str) -> Q:
    return Q(folded_name=folded) | Q(other_folded_names__contains=[folded])


def _spelled(key: str) -> Q:
    return Q(spellings__contains=f"|{key}|") if key else Q(pk__in=())


def _begins_like(key: str) -> Q:
    return Q(spellings__contains=f"|{key}") if len(key) >= SHORTEST_KEY else Q(pk__in=())


def _readings(folded: str) -> list[tuple[str, str]]:
    """The typed text as a name alone, then as a name and the beginning of a UF."""
    name, _, last = folded.rpartition(" ")
    readings = [(folded, "")]
    if name and len(last) <= 2:
        readings.append((name, last.upper()))
    return readings


def _rank_cities(name: str, uf: str) -> QuerySet[City]:
    key, written = city_key(name), expand_saint(name)
    rank = Case(
        When(_named(name) | _spelled(key), then=Value(0)),
        When(folded_name__startswith=written, then=Value(1)),
        When(_begins_like(key), then=Value(2)),
        When(folded_name__contains=f" {written}", then=Value(3)),
        default=Value(4),
        output_field=IntegerField(),
    )
    matches = Q(folded_name__contains=written) | _named(name) | _spelled(key) | _begins_like(key)
    return (
        City.objects.filter(matches, uf__startswith=uf)
        .annotate(rank=rank)
        .order_by("rank", "-is_capital", "folded_name", "uf")
    )
