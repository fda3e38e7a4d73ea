"""Making a package: one run, from the beginning, into a file of its own; only a whole one counts (N18).

A run that dies leaves nothing that counts: the next one starts again. Of two runs at once only the one that
still holds the work can record, and the other removes its file (queue_worker, docs/jobs.md).
"""

import secrets
import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from core.errors import NitroError
from core.exports import export_filename, stream_csv
from core.private_files import PrivateWriter, delete_private, new_key, work_folder
from core.xlsx import Sheet, TooManyRows, write_xlsx
from nfse.models import Company, Package
from nfse.selectors.closings import list_month_requests
from nfse.selectors.invoices import list_requests
from nfse.services.closing import comparing
from nfse.services.closing.contents import ClosingWriter
from nfse.services.closing.counting import Summary
from nfse.services.closing.requesting import KEPT_FOR, read_filters
from nfse.services.closing.telling import tell_failed, tell_ready
from nfse.services.exports.notes import HEADER, note_row, read_notes
from nfse.services.exports.tables import Extension
from nfse.services.operators import TELL_PACKAGE_FAILED, tell_operators
from queue_worker.errors import GiveUp, RetryLater
from queue_worker.work import Work

log = structlog.get_logger(__name__)

FOLDER = "packages"
TELL_EVERY = 100
SPARE_SECONDS = 3.0
DISK_TROUBLE = "Não conseguimos gravar o arquivo agora. Já avisamos a nossa equipe: tente de novo mais tarde."
DIED = "Algo deu errado ao preparar este pacote. Já avisamos a nossa equipe: tente de novo."
TOO_BIG = "São notas demais para um pacote só. Gere o fechamento por empresa, ou filtre um período menor."
State = Package.State
Tell = Callable[[int], None]


class PackageTooBig(NitroError):
    """It takes longer than work on this queue may take."""

    message = TOO_BIG


@dataclass(frozen=True)
class Made:
    """What a run found out besides the file."""

    counts: dict[str, Any]
    changes: list[dict[str, str]] = field(default_factory=list)
    change_count: int = 0
    manifest: dict[str, Any] = field(default_factory=dict)


def make_package(*, package_id: int, work: Work) -> None:
    """Make the file of a package, with no transaction open; called by the queue. Done already: nothing.

    Raises GiveUp when no other run would do better, RetryLater when one may, OSError from the disk.
    """
    package = Package.objects.select_related("company").defer("manifest").filter(pk=package_id).first()
    if package is None or not package.is_open:
        return
    name = f"{FOLDER}/{package.firm_id}/{package.pk}-{secrets.token_hex(8)}"
    try:
        _make(package, name, work)
    except (PackageTooBig, TooManyRows) as error:
        if isinstance(error, PackageTooBig) and work.attempts == 1:  # the machine may have been busy
            raise RetryLater(reason="too slow") from error
        _note_problem(package, work, error.message)
        raise GiveUp(type(error).__name__) from error
    except OSError:
        log.error("package_not_written", package_id=package.pk, exc_info=True)
        _note_problem(package, work, DISK_TROUBLE)
        raise


def fail_package(*, package_id: int) -> None:
    """The work is dead: say so, so that it can be asked for again. Inside the queue's transaction."""
    package = Package.objects.select_for_update(of=("self",)).filter(pk=package_id).first()
    if package is None or not package.is_open:
        return
    package.state = State.FAILED
    package.problem = package.problem or DIED
    package.save(update_fields=["state", "problem"])
    tell_failed(package)
    if package.problem != TOO_BIG:
        tell_operators(kind=TELL_PACKAGE_FAILED, key="nfse.package", package_id=package.pk)


def owner_of(package: Package) -> str:
    """Return whom the file is bound to."""
    return f"nfse.package:{package.firm_id}:{package.pk}"


def _make(package: Package, name: str, work: Work) -> None:
    key = new_key()
    try:
        with PrivateWriter(name, key=key, owner=owner_of(package)) as file:
            made = _WRITERS[Package.Kind(package.kind)](package, file, work)
            work.check()
        _record(package, file, name=name, key=key, made=made, work=work)
    except BaseException:
        _discard(name)
        raise


def _discard(name: str) -> None:
    """Remove the file of a run that did not count; a commit whose answer was lost did."""
    if not Package.objects.filter(file_path=name).exists():
        delete_private(name)


def _record(package: Package, file: PrivateWriter, *, name: str, key: str, made: Made, work: Work) -> None:
    """The file, the state and the end of the work: all or nothing."""
    now = timezone.now()
    with transaction.atomic():
        current = Package.objects.select_for_update(of=("self",)).get(pk=package.pk)
        current.state = State.READY
        current.file_name = _file_name(package, now)
        current.file_path, current.file_key = name, key
        current.file_size, current.file_sha256 = file.size, file.sha256
        current.counts, current.manifest = made.counts, made.manifest
        current.changes, current.change_count = made.changes, made.change_count
        current.done, current.problem = current.total, ""
        current.ready_at, current.expires_at = now, now + KEPT_FOR
        current.save()
        _forget_manifests(current)
        tell_ready(current)
        work.finish({"bytes": file.size})


def _write_closing(package: Package, file: PrivateWriter, work: Work) -> Made:
    if package.month is None:
        raise GiveUp("a closing without month")
    requests = list_month_requests(package.firm_id, package.month, package.company_id)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        writer = ClosingWriter(
            archive,
            month=package.month,
            summary=Summary(_list_companies(package, requests.order_by().values("company"))),
            previous=_find_previous(package),
            tell=_start(package, requests.count(), work),
        )
        writer.write(requests.order_by("company__legal_name", "company", "number", "pk"), work_folder())
    counts = writer.summary.to_dict() | {
        "notes": writer.note_count,
        "to_check": len(writer.to_check),
        "missing_xml": writer.missing_xml,
    }
    return Made(
        counts=counts,
        changes=[change.to_dict() for change in writer.changes[: comparing.SHOWN_ON_PAGE]],
        change_count=len(writer.changes),
        manifest=comparing.write_manifest(writer.entries),
    )


def _write_list(package: Package, file: PrivateWriter, work: Work) -> Made:
    filters = read_filters(package.filters)
    requests = list_requests(package.firm_id, filters)
    total = requests.count()
    tell = _start(package, total, work)
    rows = _told((note_row(note) for note in read_notes(requests)), tell)
    if package.extension == Extension.CSV:
        for piece in stream_csv(HEADER, rows):
            file.write(piece)
    else:
        with write_xlsx([Sheet("Notas", HEADER, rows)], work_folder()) as book:
            shutil.copyfileobj(book, file)
    return Made(counts={"notes": total})


_WRITERS: dict[Package.Kind, Callable[[Package, PrivateWriter, Work], Made]] = {
    Package.Kind.CLOSING: _write_closing,
    Package.Kind.INVOICES: _write_list,
}


def _start(package: Package, total: int, work: Work) -> Tell:
    """Show that it is being made, and return what tells how far it is."""
    mine = Package.objects.filter(pk=package.pk, state__in=Package.OPEN)
    mine.update(state=State.MAKING, done=0, total=total, problem="")

    def tell(done: int) -> None:
        if done % TELL_EVERY:
            return
        work.check()
        if work.seconds_left < SPARE_SECONDS:
            raise PackageTooBig
        mine.update(done=done)

    return tell


def _told(rows: Iterable[list[object]], tell: Tell) -> Iterator[list[object]]:
    for number, row in enumerate(rows, start=1):
        yield row
        tell(number)


def _list_companies(package: Package, with_requests: Any) -> list[Company]:
    companies = Company.objects.filter(firm_id=package.firm_id)
    if package.company_id is not None:
        companies = companies.filter(pk=package.company_id)
    else:
        companies = companies.filter(Q(is_active=True) | Q(pk__in=with_requests))
    return list(companies.order_by("legal_name", "pk"))


def _find_previous(package: Package) -> comparing.Manifest:
    """What the last closing of the same scope remembers, also when its file is gone."""
    done = Package.objects.filter(firm_id=package.firm_id, kind=package.kind, scope_key=package.scope_key)
    last = done.filter(ready_at__isnull=False).order_by("-ready_at", "-pk").first()
    return last.manifest or {} if last else {}


def _forget_manifests(package: Package) -> None:
    """Only the newest closing of a scope is compared with."""
    if package.kind == Package.Kind.CLOSING:
        same = Package.objects.filter(firm_id=package.firm_id, kind=package.kind, scope_key=package.scope_key)
        same.exclude(pk=package.pk).exclude(ready_at=None).update(manifest={})


def _note_problem(package: Package, work: Work, problem: str) -> None:
    """Keep why, for the person, unless the work is somebody else's by now."""
    work.check()
    Package.objects.filter(pk=package.pk, state__in=Package.OPEN).update(problem=problem)


def _file_name(package: Package, now: datetime) -> str:
    if package.month is None:
        return export_filename("notas", package.extension, now)
    company = f"_{package.company.cnpj}" if package.company and package.company.cnpj else ""
    return export_filename(f"fechamento_{package.month:%Y-%m}{company}", package.extension, now)
