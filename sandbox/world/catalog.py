"""Cities and niches that the emulators understand."""

import csv
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sandbox.world.text import fold, niche_key

DATA = Path(__file__).resolve().parent.parent / "data"


@dataclass(frozen=True)
class City:
    index: int
    ibge_code: str
    name: str
    uf: str
    latitude: float
    longitude: float
    siafi_code: str
    area_code: str
    is_capital: bool

    @property
    def label(self) -> str:
        return f"{self.name} - {self.uf}"


@dataclass(frozen=True)
class Niche:
    """A niche of the catalog, or the free text of a search (`slug` empty)."""

    index: int
    slug: str
    name: str
    group: str
    cnaes: tuple[str, ...]


class Catalog:
    """The 5,571 cities and the 360 niches of the reference data."""

    def __init__(self, data: Path = DATA) -> None:
        with (data / "municipalities.csv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        self.cities = tuple(_city(index, row) for index, row in enumerate(rows))
        self.cities_by_siafi = {city.siafi_code: city for city in self.cities}
        self.cities_by_ibge = {city.ibge_code: city for city in self.cities}
        self._cities_by_key: dict[str, City] = {}
        for city, row in zip(self.cities, rows, strict=True):
            for name in (city.name, row["receita_name"], *filter(None, row["other_names"].split("|"))):
                self._cities_by_key.setdefault(f"{fold(name)} {city.uf.lower()}", city)
        with (data / "niches.csv").open(encoding="utf-8") as file:
            niches = list(csv.DictReader(file))
        self.niches = tuple(
            Niche(index, row["slug"], row["name"], row["group"], tuple(row["cnaes"].split("|")))
            for index, row in enumerate(niches)
        )
        self._niches_by_key: dict[str, Niche] = {}
        for names in (lambda row: [row["name"], row["slug"]], lambda row: row["aliases"].split("|")):
            for niche, row in zip(self.niches, niches, strict=True):
                for name in filter(None, names(row)):
                    self._niches_by_key.setdefault(niche_key(name), niche)

    @cached_property
    def _cities_by_name(self) -> dict[str, City]:
        """Cities by name alone; a capital wins, else the first."""
        found: dict[str, City] = {}
        for key, city in self._cities_by_key.items():
            name = key[:-3]
            if name not in found or (city.is_capital and not found[name].is_capital):
                found[name] = city
        return found

    def find_niche(self, text: str) -> Niche | None:
        return self._niches_by_key.get(niche_key(text))

    def find_city(self, text: str) -> City | None:
        """Find a city by "Name - UF", by IBGE code or, when there is no UF, by name."""
        if text.strip() in self.cities_by_ibge:
            return self.cities_by_ibge[text.strip()]
        key = fold(text)
        return self._cities_by_key.get(key) or self._cities_by_name.get(key)

    def split_tail(self, text: str) -> tuple[str, City | None]:
        """Split "Pet Shop Aurora Santa Maria - RS" into the folded rest and the city that ends it."""
        words = fold(text).split()
        for cities in (self._cities_by_key, self._cities_by_name):
            for start in range(max(0, len(words) - 9), len(words)):
                city = cities.get(" ".join(words[start:]))
                if city is not None:
                    return " ".join(words[:start]), city
        return " ".join(words), None

    def neighbours(self, city: City, count: int = 3) -> list[City]:
        """Return the cities nearest to this one, nearest first."""
        return sorted(
            (other for other in self.cities if other is not city), key=lambda other: distance(city, other)
        )[:count]


def distance(one: City, other: City) -> float:
    """Squared degrees: enough to tell which city is nearer."""
    return (one.latitude - other.latitude) ** 2 + (one.longitude - other.longitude) ** 2


def _city(index: int, row: dict[str, str]) -> City:
    return City(
        index=index,
        ibge_code=row["ibge_code"],
        name=row["name"],
        uf=row["uf"],
        latitude=float(row["latitude"]),
        longitude=float(row["longitude"]),
        siafi_code=row["siafi_code"],
        area_code=row["ddd"],
        is_capital=row["is_capital"] == "1",
    )
