"""The doors of the ledger and the tariff."""

from credits.services.checking import check_ledger, thaw_wallet
from credits.services.ledger import (
    MAX_ADJUSTMENT,
    adjust_credits,
    debit_credits,
    debit_many,
    grant_credits,
    refund_credits,
    reverse_credits,
)
from credits.services.tariff import set_price
from credits.services.wallets import ensure_wallet, lock_wallet
from credits.values import Debit, Reference

__all__ = [
    "MAX_ADJUSTMENT",
    "Debit",
    "Reference",
    "adjust_credits",
    "check_ledger",
    "debit_credits",
    "debit_many",
    "ensure_wallet",
    "grant_credits",
    "lock_wallet",
    "refund_credits",
    "reverse_credits",
    "set_price",
    "thaw_wallet",
]
