"""The NoteInput of a mirror, kept as it was shown: a yes after midnight keeps its competence."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fiscal.values import FederalRates, Serializable
from nfse.services.issuing.snapshots import NoteInput


@dataclass(frozen=True)
class FrozenNote(Serializable):
    """What goes to the issuing services at the yes. Same fields as NoteInput; the chat replaces no note."""

    company_id: int
    taker_id: int | None
    service_id: int
    amount: Decimal
    description: str
    competence_date: date
    withheld: bool | None = None
    federal: FederalRates | None = None
    place_city_code: str = ""
    taker_postal_code: str = ""
    taker_number: str = ""

    @classmethod
    def of(cls, note: NoteInput) -> "FrozenNote":
        return cls(
            note.company_id,
            note.taker_id,
            note.service_id,
            note.amount,
            note.description,
            note.competence_date,
            note.withheld,
            note.federal,
            note.place_city_code,
            note.taker_postal_code,
            note.taker_number,
        )

    def thaw(self) -> NoteInput:
        """Return the note as it was shown."""
        return NoteInput(
            self.company_id,
            self.taker_id,
            self.service_id,
            self.amount,
            self.description,
            self.competence_date,
            self.withheld,
            self.federal,
            self.place_city_code,
            taker_postal_code=self.taker_postal_code,
            taker_number=self.taker_number,
        )
