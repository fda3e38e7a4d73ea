"""Cities as people write them (L5, R42)."""

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from core.text import fold
from registry.models import City
from registry.values import RegistryRecord

MAX_RESULTS = 20


def get_city(ibge_code: str) -> City:
    """Return the city of an IBGE code. Raises City.DoesNotExist."""
    return City.objects.get(ibge_code=ibge_code)


def find_city(*, name: str, uf: str) -> City | None:
    """The city of this name, current or older, in this UF."""
    folded = fold(name)
    return City.objects.filter(_named(folded), uf=uf.upper()).first()


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

    Names that begin with it come first, then names with a word that does, then those that contain it;
    capitals first on ties. A UF at the end narrows the list, also one not yet typed whole.
    """
    folded = fold(text)
    if not folded:
        return []
    ranked: dict[str, City] = {}
    for name, uf in _readings(folded):
        for city in _rank_cities(name, uf)[:limit]:
            ranked.setdefault(city.pk, city)
    return list(ranked.values())[:limit]


def _named(folded: str) -> Q:
    return Q(folded_name=folded) | Q(other_folded_names__contains=[folded])


def _readings(folded: str) -> list[tuple[str, str]]:
    """The typed text as a name alone, then as a name and the beginning of a UF."""
    name, _, last = folded.rpartition(" ")
    readings = [(folded, "")]
    if name and len(last) <= 2:
        readings.append((name, last.upper()))
    return readings


def _rank_cities(name: str, uf: str) -> QuerySet[City]:
    rank = Case(
        When(_named(name), then=Value(0)),
        When(folded_name__startswith=name, then=Value(1)),
        When(folded_name__contains=f" {name}", then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    matches = Q(folded_name__contains=name) | Q(other_folded_names__contains=[name])
    return (
        City.objects.filter(matches, uf__startswith=uf)
        .annotate(rank=rank)
        .order_by("rank", "-is_capital", "folded_name", "uf")
    )
