"""Tell Nitro how a backup or a test of one ended: the scripts of deploy/ do."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from operations.models import MachineReport
from operations.services.machine import report_machine


class Command(BaseCommand):
    help = "Keeps how a backup or a restore test ended, for the operators' page and their alerts."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("subject", choices=["backup", "restore"])
        parser.add_argument("--failed", action="store_true")
        parser.add_argument("--detail", default="", help="sizes, counts or the reason, without personal data")

    def handle(self, *_args: Any, **options: Any) -> None:
        report_machine(
            subject=MachineReport.Subject(options["subject"]),
            succeeded=not options["failed"],
            detail=options["detail"],
        )
