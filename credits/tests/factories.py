"""Rows for tests of every app: credits on an account."""

from uuid import uuid4

from django.db import transaction

from accounts.models import Account
from credits.models import LedgerEntry
from credits.services import Debit, Reference, debit_credits, grant_credits, reverse_credits


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


def make_owing(account: Account, amount: int) -> LedgerEntry:
    """Let the account owe: its balance and `amount` more are spent, then a payment of all is taken back."""
    bought = fund(account, amount)
    debit(account, bought.balance_after, key=f"spent:{bought.pk}")
    reversal = reverse_credits(
        entry_id=bought.pk, total=amount, operation_key=f"reversal:{bought.pk}", text="Pagamento devolvido"
    )
    assert reversal is not None
    return reversal


def make_debits(count: int, *, amount: int = 1, search: int = 7, start: int = 1) -> list[Debit]:
    """Debits of one search for `count` companies, numbered from `start`."""
    reference = Reference("search", str(search))
    text = f"Empresa da busca nº {search}"
    return [
        Debit(amount, f"lead:{search}:{company}", reference, text) for company in range(start, start + count)
    ]
