"""The doors of the ledger and the tariff."""

from credits.services.ledger import (
    adjust_credits,
    debit_credits,
    debit_many,
    grant_credits,
    refund_credits,
)
from credits.services.tariff import set_price
from credits.services.wallets import ensure_wallet, lock_wallet
from credits.values import Debit, Reference

__all__ = [
    "Debit",
    "Reference",
    "adjust_credits",
    "debit_credits",
    "debit_many",
    "ensure_wallet",
    "grant_credits",
    "lock_wallet",
    "refund_credits",
    "set_price",
]
