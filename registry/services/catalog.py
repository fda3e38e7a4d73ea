"""Loads cities and activities, which come with the product (registry/data/README.md)."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from core.text import fold
from registry.city_names import city_key
from registry.models import City, Cnae
from registry.tables import read_rows

_CITY_FIELDS = (
    "name",
    "uf",
    "folded_name",
    "other_folded_names",
    "spellings",
    "siafi_code",
    "latitude",
    "longitude",
    "area_code",
    "is_capital",
)


@dataclass(frozen=True)
class CatalogCounts:
    """Rows in the catalogs after loading."""

    cities: int
    cnaes: int


def load_cities_and_activities() -> CatalogCounts:
    """Insert or refresh both from registry/data. Doing it again changes nothing.

    Inside or outside of the caller's transaction; the command `load_catalogs` calls it for all apps.
    """
    with transaction.atomic():
        _load()
    return CatalogCounts(City.objects.count(), Cnae.objects.count())


def _load() -> None:
    City.objects.bulk_create(
        _cities(),
        update_conflicts=True,
        unique_fields=["ibge_code"],
        update_fields=list(_CITY_FIELDS),
        batch_size=1000,
    )
    Cnae.objects.bulk_create(
        (
            Cnae(row["code"], row["description"][:200], row["status"] == "current")
            for row in read_rows("cnae")
        ),
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["description", "is_current"],
    )


def _cities() -> Iterator[City]:
    for row in read_rows("municipalities"):
        folded = fold(row["name"])
        others = {fold(name) for name in (row["receita_name"], *row["other_names"].split("|")) if name}
        keys = dict.fromkeys(map(city_key, (folded, *sorted(others))))
        yield City(
            ibge_code=row["ibge_code"],
            name=row["name"],
            uf=row["uf"],
            folded_name=folded,
            other_folded_names=sorted(others - {folded}),
            spellings=f"|{'|'.join(keys)}|",
            siafi_code=row["siafi_code"],
            latitude=float(row["latitude"]),
            longitude=float(row["longitude"]),
            area_code=row["ddd"],
            is_capital=row["is_capital"] == "1",
        )
