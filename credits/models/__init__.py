"""Tables of credits: the ledger and its tariff, the catalogue, and the orders that Stripe is paid for."""

from credits.models.catalog import Catalog, Package, PricePoint
from credits.models.ledger import LedgerEntry, Tariff, Wallet
from credits.models.orders import Dispute, Order, PaymentRefund

__all__ = [
    "Catalog",
    "Dispute",
    "LedgerEntry",
    "Order",
    "Package",
    "PaymentRefund",
    "PricePoint",
    "Tariff",
    "Wallet",
]
