"""A low balance is told once per crossing: by the page, and by e-mail to who asked for it (C13)."""

from django.conf import settings
from django.db.models import F

from credits.models import Wallet
from queue_worker.services import enqueue

TELL_LOW_BALANCE = "credits.tell_low_balance"


def mark_low_balance_seen(*, account_id: int) -> None:
    """Note that the account was told of its low balance; the next crossing is told again (C13)."""
    Wallet.objects.filter(account_id=account_id).update(low_balance_seen_seq=F("last_seq"))


def choose_low_balance_letter(*, account_id: int, is_wanted: bool) -> None:
    """Switch the e-mail about a low balance on or off, as the buyer asks."""
    Wallet.objects.filter(account_id=account_id).update(tells_low_balance=is_wanted)


def tell_low_balance(wallet: Wallet, balance_before: int) -> None:
    """Ask for the letter when the balance has just fallen below `CREDITS_LOW_BALANCE`.

    Called by the ledger in its transaction, after the entries: a crossing that is rolled back is not told.
    """
    if wallet.tells_low_balance and balance_before >= settings.CREDITS_LOW_BALANCE > wallet.balance:
        enqueue(
            kind=TELL_LOW_BALANCE,
            payload={"account_id": wallet.account_id},
            dedupe_key=f"{wallet.account_id}:{wallet.last_seq}",
        )
