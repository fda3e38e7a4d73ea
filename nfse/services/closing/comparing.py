"""What changed since the last closing of the same month and companies (N18, sheet Mudanças)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.formatting import format_document
from nfse.services.exports.notes import StoredNote
from nfse.states import WITH_NOTE, State

HEADER = ("Empresa", "CNPJ", "Número", "Chave de acesso", "Mudança", "Antes", "Agora")
FIRST = "Primeiro fechamento deste mês: não há com o que comparar."
SHOWN_ON_PAGE = 20
Manifest = Mapping[str, Any]


@dataclass(frozen=True)
class Entry:
    """What a closing remembers of one request, to compare the next one with."""

    company: str
    document: str
    number: str
    key: str
    state: str
    has_xml: bool
    event_count: int


@dataclass(frozen=True)
class Change:
    """One difference: of a note, what it is, before and now."""

    entry: Entry
    what: str
    before: str = ""
    after: str = ""

    def to_row(self) -> list[object]:
        note = self.entry
        return [
            note.company,
            format_document(note.document),
            note.number,
            note.key,
            self.what,
            self.before,
            self.after,
        ]

    def to_dict(self) -> dict[str, str]:
        """Return what the page shows; without document, which may be a CPF."""
        return {
            "company": self.entry.company,
            "number": self.entry.number,
            "what": self.what,
            "before": self.before,
            "after": self.after,
        }


def make_entry(note: StoredNote) -> Entry:
    """Return what is remembered of a request."""
    invoice = note.invoice
    return Entry(
        company=note.snapshot.issuer.legal_name,
        document=note.snapshot.issuer.document,
        number=invoice.number if invoice else "",
        key=invoice.access_key if invoice else "",
        state=note.request.state,
        has_xml=bool(invoice and invoice.xml_text),
        event_count=len(note.events),
    )


def write_manifest(entries: Mapping[int, Entry]) -> dict[str, list[Any]]:
    """Return the entries as JSON, by the id of their requests."""
    return {str(request_id): list(vars(entry).values()) for request_id, entry in entries.items()}


def find_changes(before: Manifest, entries: Mapping[int, Entry]) -> Iterator[Change]:
    """Yield the differences in the order of `entries`. A manifest of nothing is compared with nothing."""
    for request_id, entry in entries.items() if before else ():
        stored = before.get(str(request_id))
        yield from _compare(Entry(*stored) if stored else None, entry)


def _compare(before: Entry | None, now: Entry) -> Iterator[Change]:
    if before is None:
        if now.state in WITH_NOTE:
            yield Change(now, "Nota nova", "", State(now.state).label)
        return
    if before.state != now.state:
        yield Change(now, "Situação mudou", State(before.state).label, State(now.state).label)
    elif before.event_count != now.event_count:
        yield Change(now, "Evento novo", str(before.event_count), str(now.event_count))
    if now.has_xml and not before.has_xml and before.state in WITH_NOTE:
        yield Change(now, "XML chegou", "sem XML", "com XML")
