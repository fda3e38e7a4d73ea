"""Changing what credits cost: every change is a whole new version of the catalogue (C6, O6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import structlog
from django.db import connection, transaction

from core.money import format_brl
from credits.errors import BadCatalog, CatalogChanged
from credits.models import Catalog, Package, PricePoint
from credits.pricing import Point, get_cents

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class NewPackage:
    """A package of a version to be written."""

    credits: int
    cents: int
    is_featured: bool = False


@dataclass(frozen=True)
class Prices:
    """Everything that one version of the catalogue says."""

    packages: Sequence[NewPackage]
    points: Sequence[Point]
    least_credits: int
    most_credits: int


FIRST_PRICES = Prices(
    packages=(
        NewPackage(250, 9_000),
        NewPackage(500, 15_000, is_featured=True),
        NewPackage(1_000, 28_000),
        NewPackage(5_000, 130_000),
    ),
    points=(
        Point(10, Decimal("0.50")),
        Point(250, Decimal("0.36")),
        Point(500, Decimal("0.30")),
        Point(1_000, Decimal("0.28")),
        Point(5_000, Decimal("0.26")),
    ),
    least_credits=10,
    most_credits=50_000,
)
"""PRODUCT.md C6."""

MOST_CENTS = 99_999_999
"""Stripe takes amounts of at most eight digits."""


def ensure_first_catalog() -> None:
    """Write version 1 of the catalogue unless one is there. Safe to repeat."""
    with transaction.atomic():
        _lock_catalog()
        if not Catalog.objects.exists():
            _write(1, FIRST_PRICES, actor_id=None)


def change_catalog(*, prices: Prices, actor_id: int, seen_version: int | None = None) -> Catalog:
    """Write the next version of the catalogue; orders made before keep their price (R13).

    `seen_version`: the version that the operator saw. Raises CatalogChanged (it is another by now),
    BadCatalog: no package or point, one quantity twice, two packages called most chosen, a unit price that
    rises with the quantity, limits that cross, or amounts that nobody can pay.
    """
    _require_sane(prices)
    with transaction.atomic(durable=True):
        _lock_catalog()
        latest = Catalog.objects.select_related("actor").latest("version")
        if seen_version not in (None, latest.version):
            raise CatalogChanged(latest.version, latest.actor.full_name if latest.actor else "o sistema")
        catalog = _write(latest.version + 1, prices, actor_id)
    log.info("catalog_changed", version=catalog.version, actor_id=actor_id)
    return catalog


def _lock_catalog() -> None:
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE credits_catalog IN SHARE ROW EXCLUSIVE MODE")


def _write(version: int, prices: Prices, actor_id: int | None) -> Catalog:
    catalog = Catalog.objects.create(
        version=version,
        least_credits=prices.least_credits,
        most_credits=prices.most_credits,
        actor_id=actor_id,
    )
    Package.objects.bulk_create(
        Package(catalog=catalog, credits=p.credits, cents=p.cents, is_featured=p.is_featured)
        for p in prices.packages
    )
    PricePoint.objects.bulk_create(
        PricePoint(catalog=catalog, credits=p.credits, unit_price=p.unit_price) for p in prices.points
    )
    return catalog


def _require_sane(prices: Prices) -> None:
    points = sorted(prices.points, key=lambda point: point.credits)
    if not prices.packages or not points:
        raise BadCatalog("Escreva ao menos um pacote e um ponto de preço.")
    for rows in (prices.packages, points):
        if len({row.credits for row in rows}) < len(rows):
            raise BadCatalog("Uma quantidade de créditos aparece duas vezes.")
    if sum(package.is_featured for package in prices.packages) > 1:
        raise BadCatalog("Só um pacote pode ser o mais escolhido.")
    if not 1 <= prices.least_credits <= prices.most_credits:
        raise BadCatalog("A menor quantidade precisa ser pelo menos 1 e não passar da maior.")
    unit_prices = [point.unit_price for point in points]
    if unit_prices != sorted(unit_prices, reverse=True) or unit_prices[-1] <= 0:
        raise BadCatalog("O preço de um crédito não pode subir com a quantidade, nem ser zero.")
    amounts = [package.cents for package in prices.packages]
    amounts += [get_cents(points, credits) for credits in (prices.least_credits, prices.most_credits)]
    if not all(1 <= cents <= MOST_CENTS for cents in amounts):
        raise BadCatalog(f"Cada compra custa de R$ 0,01 a {format_brl(MOST_CENTS)}: pacotes e quantidades.")
