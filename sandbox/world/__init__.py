"""The invented world that every emulator shows a part of.

Nothing is stored: each company and place is computed from its number, its city and its niche, so the
same question has the same answer in every process, after every restart.
"""

from functools import lru_cache

from sandbox.world.catalog import Catalog, City, Niche
from sandbox.world.invented import FREE_CNAE, Invented
from sandbox.world.invented_places import InventedPlaces
from sandbox.world.numbers import chance, digest
from sandbox.world.places import Place
from sandbox.world.registry import Company, Sample
from sandbox.world.sample_places import SamplePlaces
from sandbox.world.seats import Seats
from sandbox.world.sizes import Sizes, free_pool
from sandbox.world.text import fold, niche_key

__all__ = ["PAGE", "City", "Company", "Niche", "Place", "World"]

PAGE = 20
NO_RESULTS_PERCENT = 8  # of free texts


class World:
    """Cities, niches, companies and places. Stateless; caches only what it computed."""

    def __init__(self) -> None:
        self.catalog = Catalog()
        self.sample = Sample(self.catalog)
        sizes = Sizes(self.catalog)
        self._invented = Invented(
            self.catalog, Seats(self.catalog, sizes, self.sample.roots), self.sample.phones
        )
        self._places = InventedPlaces(self._invented, sizes)
        self._sample_places = SamplePlaces(self.catalog, self.sample)

    def niche(self, text: str) -> Niche | None:
        """Return the catalog's niche for the text, else one made of it; None for text without results."""
        known = self.catalog.find_niche(text)
        if known is not None:
            return known
        key = niche_key(text)
        if not key or chance(NO_RESULTS_PERCENT, "no results", key):
            return None
        return Niche(free_pool(self.catalog, key), "", text.strip(), "", (FREE_CNAE,))

    def search(self, niche_text: str, city: City) -> tuple[Place, ...]:
        """Return what a map search for the text in the city finds, page after page, repeats included."""
        niche = self.niche(niche_text)
        return self.results(niche, city) if niche else ()

    @lru_cache(maxsize=2048)  # noqa: B019 - one instance for the life of the process
    def results(self, niche: Niche, city: City) -> tuple[Place, ...]:
        """Return the niche's places, some of kindred niches and of neighbouring cities, in a fixed order."""
        own = [*self._sample_places.of(niche, city), *self._places.of(niche, city)]
        found = [*own, *self._kindred(niche, city, len(own) // 20), *self._nearby(niche, city, len(own))]
        unique = {place.key: place for place in found}.values()
        return with_repeats(
            sorted(unique, key=lambda place: digest("order", niche.index, city.ibge_code, place.key))
        )

    def find_company(self, cnpj: str) -> Company | None:
        return self.sample.companies.get(cnpj) or self._invented.find(cnpj)

    def find_by_name(self, name: str, city: City | None) -> list[Place]:
        """Return the places of the city with such a sign, the likest first."""
        if city is None:
            return []
        words = fold(name).split()
        branded = [self._places.by_brand(word, city) for word in words]
        found = [*filter(None, branded), *self._sample_places.by_words(words, city)]
        return list({place.key: place for place in found}.values())

    def _kindred(self, niche: Niche, city: City, count: int) -> list[Place]:
        """Return a few places of another niche of the group: a text search is never exact."""
        kindred = [
            other for other in self.catalog.niches if other.group == niche.group and other is not niche
        ]
        if not kindred or not count:
            return []
        return self._places.of(kindred[digest("kindred", niche.slug) % len(kindred)], city, count)

    def _nearby(self, niche: Niche, city: City, own: int) -> list[Place]:
        """Return a few places of the cities around; a small town shows more of them."""
        if not self._places.deals_in(niche):
            return []
        wanted = own // 14 if own >= 14 else 3 if chance(60, "nearby", niche.index, city.ibge_code) else 0
        around = self._invented.neighbours(city)
        return [place for other in around for place in self._places.of(niche, other, 2)][:wanted]


def with_repeats(places: list[Place]) -> tuple[Place, ...]:
    """Show one or two places again at the top of the next page, in three of five searches."""
    if len(places) <= PAGE or not chance(60, "repeats", places[0].key):
        return tuple(places)
    shown: list[Place] = []
    for place in places:
        if shown and len(shown) % PAGE == 0:
            shown += shown[-2 - digest("repeat", place.key) % 5 :][: 1 + digest("repeats", place.key) % 2]
        shown.append(place)
    return tuple(shown)
