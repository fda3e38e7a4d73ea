"""The sums of a closing: one line per company, from the very rows that the sheet of notes has (X5)."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from core.formatting import format_document
from fiscal.documents.amounts import ZERO
from nfse.models import Company
from nfse.services.exports.notes import StoredNote
from nfse.states import OPEN, STANDING, State

HEADER = (
    "Empresa",
    "CNPJ",
    "Notas emitidas",
    "Canceladas",
    "Substituídas",
    "Total bruto",
    "ISS",
    "ISS retido",
    "Retenções",
    "Líquido",
    "Em conferência",
)


@dataclass
class Counts:
    """Of one company, or of all. Amounts are of the notes that stand: canceled ones add nothing (R97)."""

    issued: int = 0
    canceled: int = 0
    replaced: int = 0
    in_doubt: int = 0
    gross: Decimal = ZERO
    iss: Decimal = ZERO
    iss_withheld: Decimal = ZERO
    federal_withheld: Decimal = ZERO
    net: Decimal = ZERO

    def add(self, note: StoredNote) -> None:
        state = note.request.state
        self.canceled += state == State.CANCELED
        self.replaced += state == State.REPLACED
        self.in_doubt += state in OPEN
        if state in STANDING:
            self.issued += 1
            self.gross += note.snapshot.amount
            self.iss += note.figures.iss or ZERO
            self.iss_withheld += note.iss_withheld or ZERO
            self.federal_withheld += note.figures.federal_withheld or ZERO
            self.net += ZERO if note.figures.net is None else note.figures.net

    def add_all(self, other: "Counts") -> None:
        for item in fields(self):
            setattr(self, item.name, getattr(self, item.name) + getattr(other, item.name))


class Summary:
    """Counts by company, for the sheet Resumo and for the page."""

    def __init__(self, companies: Iterable[Company]) -> None:
        self._counts = {company.pk: (company, Counts()) for company in companies}

    def add(self, note: StoredNote) -> None:
        self._counts[note.request.company_id][1].add(note)

    def rows(self) -> Iterable[list[object]]:
        for company, counts in self._counts.values():
            yield [
                company.legal_name,
                format_document(company.document),
                counts.issued,
                counts.canceled,
                counts.replaced,
                counts.gross,
                counts.iss,
                counts.iss_withheld,
                counts.federal_withheld,
                counts.net,
                counts.in_doubt,
            ]

    def to_dict(self) -> dict[str, Any]:
        """Return the sums over all companies, JSON-ready."""
        total = Counts()
        for _company, counts in self._counts.values():
            total.add_all(counts)
        values = {item.name: getattr(total, item.name) for item in fields(total)}
        return {name: str(value) if isinstance(value, Decimal) else value for name, value in values.items()}
