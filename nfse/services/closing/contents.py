"""The inside of a closing: XML, spreadsheet and manifest, written in one pass over the month (X5)."""

import hashlib
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import IO

from django.db.models import QuerySet
from django.utils import timezone

from core.exports import stream_csv
from core.xlsx import Sheet, write_xlsx
from nfse.models import InvoiceRequest
from nfse.services.closing import checking, comparing, counting
from nfse.services.closing.comparing import Change, Entry, Manifest
from nfse.services.closing.counting import Summary
from nfse.services.exports.notes import HEADER, StoredNote, note_row, read_notes
from nfse.services.exports.xml_files import DocumentNames
from nfse.states import WITH_NOTE

MANIFEST_HEADER = ("Arquivo", "SHA-256", "Chave", "Situação")
MANIFEST_NAME = "manifesto.csv"
_PIECE = 1024 * 1024


class ClosingWriter:
    """Writes the closing of one month into a zip. `tell` is called with how many requests were written."""

    def __init__(
        self,
        archive: zipfile.ZipFile,
        *,
        month: date,
        summary: Summary,
        previous: Manifest,
        tell: Callable[[int], None],
    ) -> None:
        self.summary = summary
        self.entries: dict[int, Entry] = {}
        self.changes: list[Change] = []
        self.to_check: list[list[object]] = []
        self.note_count = 0
        self.missing_xml = 0
        self._archive = archive
        self._month = month
        self._previous = previous
        self._tell = tell
        self._lines: list[tuple[str, str, str, str]] = []
        self._names = DocumentNames()

    def write(self, requests: QuerySet[InvoiceRequest], work_folder: Path) -> None:
        """Write everything. What is plain on the way lies in `work_folder` and is gone at the end."""
        sheets = [
            Sheet("Resumo", counting.HEADER, self.summary.rows(), is_summary=True),
            Sheet("Notas", HEADER, self._notes(requests)),
            Sheet("Conferir", checking.HEADER, self._to_check()),
            Sheet("Mudanças", comparing.HEADER, self._changes()),
        ]
        name = f"fechamento_{self._month:%Y-%m}.xlsx"
        with write_xlsx(sheets, work_folder) as book:
            digest = hashlib.sha256()
            with self._open(name) as inside:
                while piece := book.read(_PIECE):
                    digest.update(piece)
                    inside.write(piece)
        self._lines.append((name, digest.hexdigest(), "", ""))
        with self._open(MANIFEST_NAME) as inside:
            for piece in stream_csv(MANIFEST_HEADER, self._lines):
                inside.write(piece)

    def _open(self, name: str) -> IO[bytes]:
        """Begin a file that is written in pieces."""
        entry = zipfile.ZipInfo(name, timezone.localtime().timetuple()[:6])
        entry.compress_type = zipfile.ZIP_DEFLATED
        return self._archive.open(entry, "w", force_zip64=True)

    def _notes(self, requests: QuerySet[InvoiceRequest]) -> Iterator[list[object]]:
        """The sheet of notes; on the way everything else learns of each request."""
        for number, note in enumerate(read_notes(requests), start=1):
            self.entries[note.request.pk] = comparing.make_entry(note)
            self.summary.add(note)
            for reason in checking.find_reasons(note):
                self.missing_xml += reason == checking.MISSING_XML
                self.to_check.append(checking.check_row(note, reason))
            if note.request.state in WITH_NOTE:
                self.note_count += 1
                self._write_documents(note)
                yield note_row(note)
            self._tell(number)

    def _to_check(self) -> Iterator[list[object]]:
        yield from self.to_check

    def _changes(self) -> Iterator[list[object]]:
        if not self._previous:
            yield ["", "", "", "", comparing.FIRST]
        for change in comparing.find_changes(self._previous, self.entries):
            self.changes.append(change)
            yield change.to_row()

    def _write_documents(self, note: StoredNote) -> None:
        for file in self._names.list_files(note):
            self._archive.writestr(file.path, file.data)
            self._lines.append((file.path, hashlib.sha256(file.data).hexdigest(), file.key, file.label))
