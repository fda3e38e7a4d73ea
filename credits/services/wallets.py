"""Wallets: made with the account, locked before anything moves."""

from django.db import connection

from accounts.models import Account
from credits.errors import OutsideTransaction, UnknownAccount
from credits.models import Wallet
from credits.selectors import list_accounts_without_wallet


def ensure_wallet(*, account_id: int) -> None:
    """Make the account's wallet unless it has one. Joins the caller's transaction; safe to repeat."""
    Wallet.objects.bulk_create([Wallet(account_id=account_id)], ignore_conflicts=True)


def lock_wallet(*, account_id: int) -> Wallet:
    """Lock the account's wallet until the caller's transaction ends, and return it with its account.

    The wallet is locked before any other row of the account, and one per transaction (two: in id order).
    Makes a missing wallet, so that an account without one is never a dead end.

    Raises OutsideTransaction without an open transaction (a lock would be gone at once), UnknownAccount.
    """
    require_transaction("lock_wallet")
    wallet = _select_for_update(account_id)
    if wallet is None:
        if not Account.objects.filter(pk=account_id).exists():
            raise UnknownAccount
        ensure_wallet(account_id=account_id)
        wallet = _select_for_update(account_id)
    if wallet is None:
        raise UnknownAccount
    return wallet


def open_missing_wallets() -> int:
    """Give a wallet to every account that the receiver missed; return how many. Safe to repeat."""
    missing = list(list_accounts_without_wallet().values_list("pk", flat=True)[:1000])
    Wallet.objects.bulk_create([Wallet(account_id=pk) for pk in missing], ignore_conflicts=True)
    return len(missing)


def require_transaction(name: str) -> None:
    """Raise OutsideTransaction when no transaction is open. `name` is the service that asks."""
    if not connection.in_atomic_block:
        raise OutsideTransaction(f"{name} runs inside the transaction of what it pays for")


def _select_for_update(account_id: int) -> Wallet | None:
    wallets = Wallet.objects.select_related("account").select_for_update(of=("self",))
    return next(iter(wallets.filter(account_id=account_id)), None)
