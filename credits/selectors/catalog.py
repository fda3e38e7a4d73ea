"""The prices of credits in force, and what a quantity costs."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from credits.errors import NotForSale
from credits.models import Catalog
from credits.pricing import UNIT_STEP, Point, get_cents, get_unit_price


@dataclass(frozen=True)
class Offer:
    """A package as it is sold. `unit_price` is R$ per credit."""

    id: int
    credits: int
    cents: int
    is_featured: bool

    @property
    def unit_price(self) -> Decimal:
        return (Decimal(self.cents) / 100 / self.credits).quantize(UNIT_STEP)


@dataclass(frozen=True)
class Quote:
    """What a quantity costs in one version of the catalogue."""

    credits: int
    cents: int
    unit_price: Decimal
    catalog_id: int


@dataclass(frozen=True)
class PriceList:
    """One version of the catalogue, read whole."""

    id: int
    version: int
    least_credits: int
    most_credits: int
    offers: tuple[Offer, ...]
    points: tuple[Point, ...]

    def quote(self, credits: int) -> Quote:
        """Return the price of a quantity. Raises NotForSale outside the limits."""
        if not self.least_credits <= credits <= self.most_credits:
            raise NotForSale(self.least_credits, self.most_credits)
        unit_price = get_unit_price(self.points, credits)
        return Quote(credits, get_cents(self.points, credits), unit_price, self.id)

    def quote_package(self, package_id: int) -> Quote:
        """Return the price of a package. Raises NotForSale for one of another version."""
        offer = self._by_id.get(package_id)
        if offer is None:
            raise NotForSale(self.least_credits, self.most_credits)
        return Quote(offer.credits, offer.cents, offer.unit_price, self.id)

    @cached_property
    def _by_id(self) -> dict[int, Offer]:
        return {offer.id: offer for offer in self.offers}


def get_price_list() -> PriceList:
    """Return the catalogue in force: three queries."""
    catalog = Catalog.objects.prefetch_related("packages", "points").latest("version")
    packages = sorted(catalog.packages.all(), key=lambda package: package.credits)
    points = sorted(catalog.points.all(), key=lambda point: point.credits)
    return PriceList(
        id=catalog.pk,
        version=catalog.version,
        least_credits=catalog.least_credits,
        most_credits=catalog.most_credits,
        offers=tuple(Offer(p.pk, p.credits, p.cents, p.is_featured) for p in packages),
        points=tuple(Point(point.credits, point.unit_price) for point in points),
    )
