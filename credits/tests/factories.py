"""Rows for tests of every app: credits on an account."""

from uuid import uuid4

from accounts.models import Account
from credits.models import LedgerEntry
from credits.services import Reference, grant_credits


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
