"""The history of a wallet that operators read in the admin. The entries themselves are the proof."""

from django.contrib.admin.models import CHANGE, LogEntry

from credits.models import Wallet


def write_history(wallet: Wallet, actor_id: int, message: str) -> None:
    """Write one line about the wallet, in the caller's transaction."""
    LogEntry.objects.log_actions(actor_id, [wallet], CHANGE, message)
