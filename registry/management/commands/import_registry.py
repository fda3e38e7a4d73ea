"""Load the Receita's open data from a folder of 37 zips."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from registry.services.registry_import import ImportReport, RegistryImportError, import_registry


class Command(BaseCommand):
    help = "Loads a monthly delivery of the Receita (37 zips in PATH) and puts it in place of the one in use."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, metavar="PATH", help="folder with the 37 zips")
        parser.add_argument("--json", action="store_true", help="print the counts as JSON")
        parser.add_argument(
            "--accept-change",
            action="store_true",
            help="publish also when rows differ by more than 25%% from the delivery in use",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        quiet = options["json"] or options["verbosity"] == 0
        try:
            report = import_registry(
                folder=options["path"],
                accept_change=options["accept_change"],
                progress=(lambda _: None) if quiet else self.stderr.write,
            )
        except RegistryImportError as error:
            raise CommandError(str(error)) from error
        if report.warning:
            self.stderr.write(self.style.ERROR(report.warning))
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json(), ensure_ascii=False))
        else:
            self.stdout.write(as_text(report))


def as_text(report: ImportReport) -> str:
    """The counts for people: a line for each table, with the reasons of what was rejected."""
    lines = [f"Delivery of {report.delivery_date}: {report.files} files in {report.seconds:.1f} s."]
    for name, counts in report.tables.items():
        lines.append(
            f"{name}: {counts.read} read = {counts.inserted} inserted + {counts.duplicates} duplicates"
            f" + {counts.rejected.total()} rejected"
        )
        lines += [f"  rejected, {reason}: {count}" for reason, count in sorted(counts.rejected.items())]
    lines += [f"  repaired, {defect}: {count}" for defect, count in sorted(report.repairs.items()) if count]
    lines += [f"{name}: {count}" for name, count in report.derived.items()]
    return "\n".join(lines)
