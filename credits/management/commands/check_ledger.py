"""Prove the ledger: balances, running sums, sequences, refunds, deliveries."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from core.money import format_number
from credits.services.checking import LedgerReport, check_ledger


class Command(BaseCommand):
    help = "Prove that the ledger adds up. Exit code 1 when something does not. Changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *, json: bool, **_: Any) -> None:
        report = check_ledger()
        self.stdout.write(_as_json(report) if json else _as_text(report))
        if report.differences:
            raise SystemExit(1)


def _as_json(report: LedgerReport) -> str:
    return json.dumps(report.as_json(), ensure_ascii=False, indent=2)


def _as_text(report: LedgerReport) -> str:
    lines = [f"{format_number(report.entries)} lançamentos em {format_number(report.wallets)} carteiras"]
    for result in report.results:
        state = f"{format_number(result.count)} diferença(s)" if result.count else "ok"
        lines.append(f"{result.name}: {state}")
        lines += [f"  {example}" for example in result.examples]
        if result.count > len(result.examples):
            lines.append(f"  … e mais {format_number(result.count - len(result.examples))}")
    return "\n".join(lines)
