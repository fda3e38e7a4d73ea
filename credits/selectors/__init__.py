"""Reading balances, the statement and the tariff."""

from credits.selectors.ledger import get_balance, get_owed, list_accounts_without_wallet, list_entries
from credits.selectors.tariff import get_price, list_prices

__all__ = [
    "get_balance",
    "get_owed",
    "get_price",
    "list_accounts_without_wallet",
    "list_entries",
    "list_prices",
]
