"""Prices in force."""

from django.db.models import OuterRef, Subquery

from credits.models import Tariff
from credits.values import Price


def get_price(action: str) -> Price:
    """Return the price in force of an action of `Tariff.Action`. Raises Tariff.DoesNotExist for another."""
    tariff = Tariff.objects.filter(action=action).latest("version")
    return Price(action=tariff.action, credits=tariff.credits, version=tariff.version)


def list_prices() -> list[Price]:
    """Return every price in force, in the order of `Tariff.Action`."""
    newest = Tariff.objects.filter(action=OuterRef("action")).order_by("-version").values("version")[:1]
    prices = {
        row.action: Price(action=row.action, credits=row.credits, version=row.version)
        for row in Tariff.objects.filter(version=Subquery(newest))
    }
    return [prices[action] for action in Tariff.Action.values if action in prices]
