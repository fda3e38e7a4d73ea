"""Rows for tests of every app: credits on an account."""

from uuid import uuid4

from django.db import transaction

from accounts.models import Account
from credits.models import LedgerEntry
from credits.services import Debit, Reference, debit_credits, grant_credits


def fund(account: Account, amount: int) -> LedgerEntry:
    """Give the account credits as a purchase would."""
    key = str(uuid4())
    return grant_credits(
        account_id=account.pk,
        amount=amount,
        operation_key=f"test:{key}",
        kind=LedgerEntry.Kind.PURCHASE,
        reference=Reference("test", key),
        text="Compra de créditos",
    )


def debit(account: Account, amount: int = 1, key: str = "lead:7:1", search: int = 7) -> LedgerEntry:
    """Take credits for a search, in a transaction of its own."""
    with transaction.atomic():
        return debit_credits(
            account_id=account.pk,
            amount=amount,
            operation_key=key,
            reference=Reference("search", str(search)),
            text=f"Empresa da busca nº {search}",
        )


def make_debits(count: int, *, amount: int = 1, search: int = 7, start: int = 1) -> list[Debit]:
    """Debits of one search for `count` companies, numbered from `start`."""
    reference = Reference("search", str(search))
    text = f"Empresa da busca nº {search}"
    return [
        Debit(amount, f"lead:{search}:{company}", reference, text) for company in range(start, start + count)
    ]
