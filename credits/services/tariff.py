"""Changing the tariff: every change is a whole new version (C2)."""

from django.db import connection, transaction

from credits.models import Tariff
from credits.selectors import list_prices
from credits.values import Price

FIRST_VERSION = 1
FIRST_PRICES = {
    Tariff.Action.LEAD: 1,
    Tariff.Action.PARTNERS: 1,
    Tariff.Action.PARTNER_CONTACTS: 1,
    Tariff.Action.QUICK_CNPJ: 1,
    Tariff.Action.QUICK_CPF: 1,
    Tariff.Action.INVOICE_ISSUED: 0,
}


def ensure_first_tariff() -> None:
    """Write version 1 of the tariff (PRODUCT.md 3.1, C2) unless it is there. Safe to repeat."""
    Tariff.objects.bulk_create(
        [
            Tariff(version=FIRST_VERSION, action=action, credits=credits)
            for action, credits in FIRST_PRICES.items()
        ],
        ignore_conflicts=True,
    )


def set_price(*, action: str, credits: int, actor_id: int) -> Price:
    """Change one price, in credits ≥ 0, by writing the next version of the whole tariff (C2, O6).

    Applies to actions confirmed after it. The same price again changes nothing.

    Raises ValueError for an unknown action or a negative price.
    """
    if action not in Tariff.Action.values or credits < 0:
        raise ValueError(f"cannot price {action!r} at {credits}")
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE credits_tariff IN SHARE ROW EXCLUSIVE MODE")
        prices = {price.action: price for price in list_prices()}
        if prices[action].credits == credits:
            return prices[action]
        version = prices[action].version + 1
        new = {name: price.credits for name, price in prices.items()} | {action: credits}
        Tariff.objects.bulk_create(
            [
                Tariff(version=version, action=name, credits=cost, actor_id=actor_id)
                for name, cost in new.items()
            ]
        )
    return Price(action=action, credits=credits, version=version)
