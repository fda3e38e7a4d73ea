"""What a quantity of credits costs (C6): Decimal all the way, and cents as the result that is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

UNIT_STEP = Decimal("0.0001")
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Point:
    """At `credits` a credit costs `unit_price` R$."""

    credits: int
    unit_price: Decimal


def get_unit_price(points: Sequence[Point], credits: int) -> Decimal:
    """Return the R$ of one credit, rounded half-up to 4 decimals.

    It falls linearly between two `points` (sorted by credits), is the first one's below them and the last
    one's above.
    """
    if credits <= points[0].credits:
        return points[0].unit_price
    for low, high in pairwise(points):
        if credits <= high.credits:
            share = Decimal(credits - low.credits) / (high.credits - low.credits)
            price = low.unit_price + (high.unit_price - low.unit_price) * share
            return price.quantize(UNIT_STEP, ROUND_HALF_UP)
    return points[-1].unit_price


def get_cents(points: Sequence[Point], credits: int) -> int:
    """Return the cents of `credits`: quantity × unit price, rounded half-up once more.

    Because the unit price has 4 decimals, a few quantities between 2,670 and 4,990 cost some cents less than
    one credit fewer; the specification's check values ask for exactly that.
    """
    total = (get_unit_price(points, credits) * credits).quantize(CENT, ROUND_HALF_UP)
    return int(total * 100)
