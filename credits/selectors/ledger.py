"""Balances and entries of an account."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db.models import F, Q, QuerySet, Sum

from accounts.models import Account
from core.days import start_of_day
from credits.models import LedgerEntry, Wallet


@dataclass(frozen=True)
class StatementFilter:
    """What to show of a statement (C12). Dates are São Paulo days, both included; "" and None ask nothing."""

    kind: str = ""
    since: date | None = None
    until: date | None = None
    reference_type: str = ""
    reference_id: str = ""

    @property
    def is_empty(self) -> bool:
        return self == StatementFilter()


def get_balance(account_id: int) -> int:
    """Return the account's balance in credits; 0 for an account without wallet."""
    return Wallet.objects.filter(account_id=account_id).values_list("balance", flat=True).first() or 0


def get_owed(account_id: int) -> int:
    """Return the credits that were taken back after they were spent and are not settled yet (R19)."""
    return Wallet.objects.filter(account_id=account_id).values_list("owed", flat=True).first() or 0


def count_reversed(purchase_id: int) -> int:
    """Return how many credits of a purchase entry are taken back now, those that became owed included."""
    reversals = LedgerEntry.objects.filter(reverses_id=purchase_id)
    return int(reversals.aggregate(total=Sum(F("owed_change") - F("amount"), default=0))["total"])


def list_entries(account_id: int, chosen: StatementFilter | None = None) -> QuerySet[LedgerEntry]:
    """Return the account's entries, newest first; those that the filter asks for when there is one."""
    entries = LedgerEntry.objects.filter(wallet__account_id=account_id).order_by("-seq")
    return entries.filter(_condition(chosen)) if chosen else entries


def tells_low_balance(account_id: int) -> bool:
    """Return whether the buyer asked for an e-mail about a low balance."""
    return Wallet.objects.filter(account_id=account_id, tells_low_balance=True).exists()


def find_low_balance(account_id: int) -> int | None:
    """Return the balance when it fell below the limit and nobody was told yet, else None (C13).

    It is said once per crossing: an account that never had more, or that was told since, gets None.
    """
    wallet = Wallet.objects.filter(account_id=account_id).first()
    if wallet is None or wallet.balance >= settings.CREDITS_LOW_BALANCE:
        return None
    enough = LedgerEntry.objects.filter(wallet=wallet, balance_after__gte=settings.CREDITS_LOW_BALANCE)
    last_seq = enough.order_by("-seq").values_list("seq", flat=True).first()
    if last_seq is None or last_seq <= wallet.low_balance_seen_seq:
        return None
    return wallet.balance


def list_accounts_without_wallet() -> QuerySet[Account]:
    """Return accounts that the wallet's receiver missed; always empty in a healthy system (C14)."""
    return Account.objects.filter(wallet__isnull=True)


def _condition(chosen: StatementFilter) -> Q:
    condition = Q()
    if chosen.kind:
        condition &= Q(kind=chosen.kind)
    if chosen.since:
        condition &= Q(created_at__gte=start_of_day(chosen.since))
    if chosen.until:
        condition &= Q(created_at__lt=start_of_day(chosen.until + timedelta(days=1)))
    if chosen.reference_type:
        condition &= Q(reference_type=chosen.reference_type, reference_id=chosen.reference_id)
    return condition
