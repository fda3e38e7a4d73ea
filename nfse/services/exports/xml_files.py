"""The XML of notes and of their events as files: names and contents, the same in every zip (X5)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nfse.services.exports.notes import StoredNote
from nfse.states import State

_UNFIT = re.compile(r"[^0-9A-Za-z.-]+")


@dataclass(frozen=True)
class DocumentFile:
    """One file of a zip: its path, its bytes as received, the key of its note, and what it says."""

    path: str
    data: bytes
    key: str
    label: str


class DocumentNames:
    """Names files, each once: two events of one kind have one name, and the second gets a number."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def list_files(self, note: StoredNote) -> Iterator[DocumentFile]:
        """Yield the files of a note: `<CNPJ>/<AAAA-MM>/NFSe_<número>_<chave>.xml`, then its events."""
        invoice = note.invoice
        if invoice is None:
            return
        key = invoice.access_key
        stem = f"{_folder(note)}/NFSe_{_fit(invoice.number)}_{_fit(key or note.request.integration_id)}"
        if invoice.xml_text:
            yield DocumentFile(self._free(stem), invoice.xml, key, State(note.request.state).label)
        for event in note.events:
            if event.xml_text:
                path = self._free(f"{stem}_evento_{_fit(event.code)}")
                yield DocumentFile(path, event.xml, key, f"Evento {event.code}")

    def _free(self, stem: str) -> str:
        name, number = f"{stem}.xml", 2
        while name in self._taken:
            name, number = f"{stem}_{number}.xml", number + 1
        self._taken.add(name)
        return name


def _folder(note: StoredNote) -> str:
    """Test notes lie apart, so that nobody takes them for real ones (R97)."""
    folder = f"{note.snapshot.issuer.document}/{note.request.competence_date:%Y-%m}"
    return f"TESTE/{folder}" if note.request.is_test else folder


def _fit(text: str) -> str:
    """Return a part of a file name."""
    return _UNFIT.sub("-", text)
