"""The XML of the notes of a filter, at once: at most 500 (A21)."""

import io
import zipfile
from collections.abc import Iterator

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from core.errors import NitroError
from core.exports import export_filename, stream_csv
from nfse.actors import Actor
from nfse.models import InvoiceRequest
from nfse.permissions import Right
from nfse.selectors.invoices import RequestFilters, list_requests
from nfse.services.exports.notes import read_notes
from nfse.services.exports.tables import Download, record_download
from nfse.services.exports.xml_files import DocumentNames
from nfse.states import WITH_NOTE

MOST_NOTES = 500
ZIP = "application/zip"
MISSING = "notas_sem_xml.csv"
MISSING_HEADER = ("Empresa", "Número", "Chave de acesso")


class TooManyNotes(NitroError):
    """More notes than one zip takes."""

    def __init__(self, count: int) -> None:
        super().__init__(
            f"São {count} notas, e o ZIP leva até {MOST_NOTES}. "
            "Filtre um período menor, ou gere o fechamento do mês."
        )


class NoNotes(NitroError):
    """The filter has requests perhaps, and no note."""

    message = "Nenhuma nota neste filtro: não há XML para baixar."


def export_documents(*, actor: Actor, filters: RequestFilters) -> Download:
    """Return the XML of the notes of a filter as a zip, made while it is read; who takes it is written down.

    Notes whose XML has not arrived are named in a list inside.

    Raises:
        NotFound, NotAllowed; TooManyNotes, NoNotes.
    """
    actor.require(Right.SEE_INVOICES, company_id=filters.company_id)
    notes = list_requests(actor.firm_id, filters).filter(state__in=WITH_NOTE)
    count = notes.count()
    if count > MOST_NOTES:
        raise TooManyNotes(count)
    if count == 0:
        raise NoNotes
    file_name = export_filename("xml", "zip", timezone.now())
    with transaction.atomic(durable=True):
        record_download(actor=actor, subject="XML de notas", file_name=file_name, row_count=count)
    return Download(file_name, ZIP, _stream(notes))


def _stream(notes: QuerySet[InvoiceRequest]) -> Iterator[bytes]:
    """Write the zip into a buffer that is emptied after each note."""
    buffer, names = _Buffer(), DocumentNames()
    missing = []
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for note in read_notes(notes):
            for file in names.list_files(note):
                archive.writestr(file.path, file.data)
            if note.invoice and not note.invoice.xml_text:
                missing.append(
                    (note.snapshot.issuer.legal_name, note.invoice.number, note.invoice.access_key)
                )
            yield buffer.take()
        if missing:
            archive.writestr(MISSING, b"".join(stream_csv(MISSING_HEADER, missing)))
    yield buffer.take()


class _Buffer(io.RawIOBase):
    """A stream that zipfile writes forward only; take() empties it."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        piece = bytes(data)  # type: ignore[call-overload]
        self._pieces.append(piece)
        return len(piece)

    def take(self) -> bytes:
        taken, self._pieces = b"".join(self._pieces), []
        return taken
