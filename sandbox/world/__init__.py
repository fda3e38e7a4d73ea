"""The invented world that every emulator shows a part of.

Nothing is stored: each company and place is computed from its number, its city and its niche, so the
same question has the same answer in every process, after every restart.
"""

from functools import cached_property, lru_cache

from sandbox.world.catalog import Catalog, City, Niche
from sandbox.world.places import Place
from sandbox.world.registry import Company, Sample
from sandbox.world.sample_places import SamplePlaces
from sandbox.world.text import fold

__all__ = ["City", "Company", "Niche", "Place", "World"]


class World:
    """Cities, niches, companies and places. Stateless; caches only what it computed."""

    def __init__(self) -> None:
        self.catalog = Catalog()
        self.sample = Sample(self.catalog)

    @cached_property
    def _sample_places(self) -> SamplePlaces:
        return SamplePlaces(self.catalog, self.sample)

    def niche(self, text: str) -> Niche | None:
        return self.catalog.find_niche(text)

    @lru_cache(maxsize=1024)  # noqa: B019 - one instance for the life of the process
    def places(self, niche: Niche, city: City) -> tuple[Place, ...]:
        """Return what a map search for the niche in the city finds, best first."""
        return self._sample_places.of(niche, city)

    def search(self, niche_text: str, city: City) -> tuple[Place, ...]:
        """Return the places for the words of a query."""
        niche = self.niche(niche_text)
        return self.places(niche, city) if niche else ()

    def find_company(self, cnpj: str) -> Company | None:
        return self.sample.companies.get(cnpj)

    def find_by_name(self, name: str, city: City | None) -> list[Place]:
        """Return the places whose sign has all the words, those of the city first."""
        words = set(fold(name).split())
        found = [
            place
            for niche in self.catalog.niches
            for place in (self._sample_places.of(niche, city) if city else ())
            if words and words <= set(fold(place.title).split())
        ]
        return list({place.key: place for place in found}.values())
