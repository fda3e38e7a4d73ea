"""Running the proof of the ledger, and what follows from a difference (C14)."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.services import write_to_operators
from core.mail import Letter
from credits.checks import CheckResult, Difference, list_checks, run_check
from credits.models import LedgerEntry, Wallet
from credits.services.history import write_history
from queue_worker.services import enqueue

TELL_DIFFERENCES = "credits.tell_differences"
CHECK_LEDGER = "credits.check_ledger_now"

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class LedgerReport:
    """What check_ledger looked at and found."""

    wallets: int
    entries: int
    results: tuple[CheckResult, ...]

    @property
    def differences(self) -> int:
        return sum(result.count for result in self.results)

    def as_json(self) -> dict[str, Any]:
        """The report as `check_ledger --json` prints it."""
        return {
            "ok": not self.differences,
            "wallets": self.wallets,
            "entries": self.entries,
            "differences": self.differences,
            "checks": [asdict(result) for result in self.results],
        }


def check_ledger() -> LedgerReport:
    """Prove the ledger and change nothing. Constant memory, whatever its size (C14)."""
    return _check(_look_only)


def check_ledger_and_act() -> LedgerReport:
    """Prove the ledger; freeze the wallets that differ, log the result and let the operators know.

    A frozen wallet spends nothing until an operator has looked (contracts/whatsapp/ledger.md §5).
    """
    report = _check(_freeze)
    if report.differences:
        log.error("ledger_differences", **_figures(report))
        with transaction.atomic():
            enqueue(kind=TELL_DIFFERENCES, payload={}, dedupe_key="ledger")
    else:
        log.info("ledger_checked", **_figures(report))
    return report


def ask_for_check(*, actor_id: int) -> None:
    """Ask for the proof of the ledger as work, once while it waits."""
    with transaction.atomic(durable=True):
        enqueue(kind=CHECK_LEDGER, payload={}, dedupe_key="ledger")
    log.info("ledger_check_asked", actor_id=actor_id)


def count_differences() -> dict[str, int]:
    """Prove the ledger because an operator asked for it; the work of CHECK_LEDGER."""
    return {"differences": check_ledger_and_act().differences}


def write_differences() -> Letter | None:
    """Prove the ledger and write to the operators what differs now; None when nothing does any more."""
    report = check_ledger()
    if not report.differences:
        return None
    context = {"report": report, "site_url": settings.SITE_URL}
    return write_to_operators(
        subject=f"[Nitro] Extrato de créditos: {report.differences} diferença(s)",
        text=render_to_string("credits/emails/ledger_differences.txt", context),
    )


def thaw_wallet(*, wallet_id: int, actor_id: int) -> None:
    """Let a frozen wallet spend again, after an operator has looked at it."""
    with transaction.atomic(durable=True):
        wallets = Wallet.objects.filter(pk=wallet_id, frozen_at__isnull=False)
        if wallets.update(frozen_at=None):
            write_history(Wallet(pk=wallet_id), actor_id, "carteira liberada")
    log.info("wallet_thawed", wallet_id=wallet_id, actor_id=actor_id)


def _check(on_difference: Callable[[Difference], None]) -> LedgerReport:
    results = tuple(run_check(name, find, on_difference) for name, find in list_checks().items())
    return LedgerReport(Wallet.objects.count(), LedgerEntry.objects.count(), results)


def _look_only(_difference: Difference) -> None:
    """A difference is counted and nothing more."""


def _freeze(difference: Difference) -> None:
    if difference.account_id is not None:
        wallets = Wallet.objects.filter(account_id=difference.account_id, frozen_at__isnull=True)
        wallets.update(frozen_at=timezone.now())


def _figures(report: LedgerReport) -> dict[str, Any]:
    counts = {result.name: result.count for result in report.results if result.count}
    return {"wallets": report.wallets, "entries": report.entries, "differences": counts}
