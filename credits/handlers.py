"""Work of credits (queue_worker.registry)."""

from credits.services.checking import ALERT_OPERATORS, write_to_operators
from queue_worker.policy import Backoff
from queue_worker.registry import handler
from queue_worker.work import Work


@handler(ALERT_OPERATORS, max_attempts=8, backoff=Backoff(first=30, factor=3, cap=3600))
def alert_operators(work: Work) -> None:
    """Write to the operators about differences in the ledger, until the mail server takes it."""
    write_to_operators(report=work.payload)
