"""What operators see of credits, and what they may do: adjust, let go, change prices, give back (O2, O3, O6).

Entries, prices and orders cannot be edited here or anywhere: the database refuses it.
"""

from credits.admin.base import ReadOnlyAdmin
from credits.admin.catalog import CatalogAdmin, TariffAdmin
from credits.admin.ledger import LedgerEntryAdmin, WalletAdmin
from credits.admin.orders import DisputeAdmin, OrderAdmin, PaymentRefundAdmin

__all__ = [
    "CatalogAdmin",
    "DisputeAdmin",
    "LedgerEntryAdmin",
    "OrderAdmin",
    "PaymentRefundAdmin",
    "ReadOnlyAdmin",
    "TariffAdmin",
    "WalletAdmin",
]
