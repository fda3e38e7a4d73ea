"""A list as CSV or XLSX: who may take it, the line in the trail, and its bytes (PRODUCT.md §7).

A page with a list gives a `Table` to `portal.views.downloads.download_table`, which calls `export_table`:

    table = Table("empresas", "Empresas", HEADER, rows, count, filters={"texto": "padaria"})
    return download_table(request, Right.SEE_COMPANIES, extension, table)

`rows` is read once, row by row: give a generator over `.iterator()`, so that memory stays flat.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import IO, Any

from django.db import transaction
from django.utils import timezone

from core.exports import export_filename, stream_csv
from core.xlsx import CONTENT_TYPE, Sheet, write_xlsx
from nfse.actors import Actor
from nfse.models import ChangeRecord
from nfse.permissions import Right
from nfse.services.trail import record_change

PIECE = 64 * 1024


class Extension(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


CONTENT_TYPES = {Extension.CSV: "text/csv; charset=utf-8", Extension.XLSX: CONTENT_TYPE}


@dataclass(frozen=True)
class Table:
    """A list on its way out. `kind` names the file and the line in the trail ("tomadores"), `title` the
    sheet; `count` is how many rows there will be; `filters` is what narrowed it, in words, for the trail.
    """

    kind: str
    title: str
    header: Sequence[str]
    rows: Iterable[Sequence[object]]
    count: int
    filters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Download:
    """A file on its way: its name, its type, and its bytes. Give `chunks` to a StreamingHttpResponse, which
    closes it.
    """

    file_name: str
    content_type: str
    chunks: Iterable[bytes]


class FileChunks:
    """The pieces of an open file, which is closed with them, read or not."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def __iter__(self) -> Iterator[bytes]:
        while piece := self._file.read(PIECE):
            yield piece

    def close(self) -> None:
        self._file.close()


def export_table(
    *,
    actor: Actor,
    right: Right,
    table: Table,
    extension: Extension,
    company_id: int | None = None,
    now: datetime | None = None,
) -> Download:
    """Write down who takes a list of the firm, and return it as a file. CSV is made while it is read.

    Raises:
        NotFound, NotAllowed: the actor may not see the list (R102).
        core.xlsx.TooManyRows.
    """
    actor.require(right)
    file_name = export_filename(table.kind, extension, now or timezone.now())
    with transaction.atomic(durable=True):
        record_download(
            actor=actor,
            subject=table.kind,
            file_name=file_name,
            row_count=table.count,
            filters=table.filters,
            company_id=company_id,
        )
    return Download(file_name, CONTENT_TYPES[extension], _chunks(table, extension))


def record_download(
    *,
    actor: Actor,
    subject: str,
    file_name: str,
    row_count: int,
    filters: Mapping[str, Any] | None = None,
    subject_id: int = 0,
    company_id: int | None = None,
) -> None:
    """Add who took which file to the trail, inside the caller's transaction (PRODUCT.md §7: audited)."""
    record_change(
        firm_id=actor.firm_id,
        actor_id=actor.user_id,
        phone_id=actor.phone_id,
        action=ChangeRecord.Action.EXPORTED,
        subject=subject,
        subject_id=subject_id,
        label=file_name,
        company_id=company_id,
        after={"linhas": row_count, **(filters or {})},
    )


def _chunks(table: Table, extension: Extension) -> Iterable[bytes]:
    if extension is Extension.CSV:
        return stream_csv(table.header, table.rows)
    return FileChunks(write_xlsx([Sheet(table.title, table.header, table.rows)]))
