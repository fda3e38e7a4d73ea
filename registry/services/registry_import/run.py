"""One load, from zips to published tables."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import structlog
from django.db import connection
from django.utils import timezone

from registry.models import RegistryImport
from registry.services.registry_import import staging
from registry.services.registry_import.errors import RegistryImportError, SuspiciousDelivery, UndatedDelivery
from registry.services.registry_import.files import DeliveryFile, find_files, read_delivery_date, split_line
from registry.services.registry_import.report import ImportReport, TableCounts
from registry.services.registry_import.rows import TARGETS, Rejected, Target, escape
from registry.tables import read_rows

BATCH_BYTES = 1 << 18
MAX_CHANGE = 0.25
MAX_REJECTED = 0.01
_SUPPLEMENTS = {"status_reasons": "reason", "partner_qualifications": "qualification", "countries": "country"}

logger = structlog.get_logger(__name__)


def import_registry(
    *, folder: Path, accept_change: bool = False, progress: Callable[[str], None] = lambda _: None
) -> ImportReport:
    """Load the delivery in `folder` and put it in the place of the one in use.

    Streams the 37 zips through COPY into a staging schema, removes repeats, derives names and shared
    contacts, checks the counts, and switches. Until the switch nothing changes for readers; a crash
    leaves only the staging schema, which the next run drops. The same delivery again gives the same
    tables. `accept_change` publishes a delivery that differs by more than 25% from the one in use.
    `progress` is told each step. Not inside a transaction.

    A delivery older than LEADS_REGISTRY_MAX_AGE_DAYS is loaded, and its report says that no search uses it.

    Raises MissingFiles, UnreadableZip, UndatedDelivery, ImportRunning, SuspiciousDelivery, and their base,
    RegistryImportError.
    """
    files = find_files(folder)
    with staging.only_import():
        record = _begin()
        try:
            report = _load(files, accept_change, progress)
        except BaseException as error:
            _fail(record, error)
            raise
        _finish(record, report)
    return report


def _begin() -> RegistryImport:
    """Start a run. Nobody else runs: an older open row is of a run that crashed."""
    now = timezone.now()
    RegistryImport.objects.filter(status=RegistryImport.Status.RUNNING).update(
        status=RegistryImport.Status.FAILED, error="interrupted", finished_at=now
    )
    return RegistryImport.objects.create(started_at=now)


def _fail(record: RegistryImport, error: BaseException) -> None:
    detail = getattr(error, "detail", "") or type(error).__name__
    logger.error("registry_import_failed", error=type(error).__name__)
    if connection.is_usable():
        RegistryImport.objects.filter(pk=record.pk).update(
            status=RegistryImport.Status.FAILED, error=detail[:300], finished_at=timezone.now()
        )


def _finish(record: RegistryImport, report: ImportReport) -> None:
    record.status = RegistryImport.Status.PUBLISHED
    record.delivery_date = report.delivery_date
    record.report = report.as_json()
    record.finished_at = timezone.now()
    record.save()
    if report.is_too_old:
        logger.warning("registry_delivery_too_old", delivery=str(report.delivery_date))
    logger.info("registry_imported", delivery=str(report.delivery_date), seconds=round(report.seconds))


def _load(files: list[DeliveryFile], accept_change: bool, progress: Callable[[str], None]) -> ImportReport:
    started = time.monotonic()
    report = ImportReport(delivery_date=_delivery_date(files), files=len(files))
    if report.is_too_old:
        progress(report.warning)
    staging.create_staging()
    for file in files:
        target = TARGETS[file.kind]
        counts = report.tables.setdefault(target.name, TableCounts())
        copy_file(file, target, counts, report.repairs)
        progress(f"{file.path.name}: {counts.read} lines of {target.name} so far")
    for target in {target.name: target for target in TARGETS.values()}.values():
        counts = report.tables[target.name]
        counts.duplicates = staging.remove_duplicates(target)
        counts.inserted = staging.count_staged(target.table)
        progress(f"{target.name}: {counts.inserted} rows, {counts.duplicates} repeats removed")
    _check(report, accept_change)
    _add_supplements()
    progress("names and shared contacts")
    staging.fill_derived()
    report.derived = {
        "names": staging.count_staged(staging.NAMES),
        "shared_contacts": staging.count_staged(staging.SHARED),
    }
    progress("indexes")
    staging.build_indexes()
    progress("switch")
    staging.publish()
    report.seconds = time.monotonic() - started
    return report


def copy_file(file: DeliveryFile, target: Target, counts: TableCounts, repairs: Counter[str]) -> None:
    """Stream one zip into its staging table, in one COPY: a file is in whole or not at all."""
    with staging.copy_into(target) as copy:
        for block in _blocks(file, target, counts, repairs):
            copy.write(block)


def _blocks(
    file: DeliveryFile, target: Target, counts: TableCounts, repairs: Counter[str]
) -> Iterator[bytes]:
    """COPY lines in blocks; memory holds one block, whatever the size of the file."""
    block = bytearray()
    for raw in file.lines():
        counts.read += 1
        fields = split_line(raw, target.file_columns, repairs)
        if fields is None:
            counts.rejected["wrong_columns"] += 1
            continue
        try:
            values = target.convert(fields, repairs)
        except Rejected as error:
            counts.rejected[str(error)] += 1
            continue
        block += escape([*values, str(counts.read)])
        if len(block) >= BATCH_BYTES:
            yield bytes(block)
            block.clear()
    yield bytes(block)


def _delivery_date(files: list[DeliveryFile]) -> date:
    """The date in the inner names.

    Raises UndatedDelivery, and SuspiciousDelivery when files of two deliveries are mixed.
    """
    today = timezone.localdate()
    dates = {file.path.name: read_delivery_date(file.inner_name(), today) for file in files}
    undated = [name for name, found in dates.items() if found is None]
    if undated:
        raise UndatedDelivery(detail=", ".join(undated[:3]))
    found = sorted(filter(None, set(dates.values())))
    if len(found) > 1:
        raise SuspiciousDelivery(detail=f"files of {len(found)} dates: {', '.join(map(str, found))}")
    return found[0]


def _check(report: ImportReport, accept_change: bool) -> None:
    """The gate: every line accounted for, no empty table, few rejected, no sudden change (§3.5)."""
    live = {target.name: target.table for target in TARGETS.values()}
    for name, counts in report.tables.items():
        if not counts.is_balanced:
            raise RegistryImportError(detail=f"{name}: {counts.as_json()} does not add up")
        if not counts.inserted:
            raise SuspiciousDelivery(detail=f"{name}: no rows")
        if counts.rejected.total() > counts.read * MAX_REJECTED and not accept_change:
            raise SuspiciousDelivery(detail=f"{name}: {counts.rejected.total()} of {counts.read} rejected")
        before = staging.count_live(live[name])
        change = abs(counts.inserted - before) / before if before else 0
        if change > MAX_CHANGE and not accept_change:
            raise SuspiciousDelivery(detail=f"{name}: {counts.inserted} rows, {before} in use")


def _add_supplements() -> None:
    """Codes that occur in the data and that the Receita's own tables lack (§3.3)."""
    target = TARGETS["motivos"]
    with staging.copy_into(target) as copy:
        for name, kind in _SUPPLEMENTS.items():
            for row in read_rows(name):
                if row["in_receita_file"] == "0":
                    copy.write(escape([kind, row["code"], row["description"][:200], "t", None]))
    staging.keep_first_codes()
