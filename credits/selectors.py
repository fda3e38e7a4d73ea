"""Reading the ledger and the tariff."""

from django.db.models import OuterRef, QuerySet, Subquery

from accounts.models import Account
from credits.models import LedgerEntry, Tariff, Wallet
from credits.values import Price


def get_balance(account_id: int) -> int:
    """Return the account's balance in credits; 0 for an account without wallet."""
    return Wallet.objects.filter(account_id=account_id).values_list("balance", flat=True).first() or 0


def list_entries(account_id: int) -> QuerySet[LedgerEntry]:
    """Return the account's entries, newest first."""
    return LedgerEntry.objects.filter(wallet__account_id=account_id).order_by("-seq")


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


def list_accounts_without_wallet() -> QuerySet[Account]:
    """Return accounts that the wallet's receiver missed; always empty in a healthy system (C14)."""
    return Account.objects.filter(wallet__isnull=True)
