"""What the reader hands back: each field with a status that code computed (PRODUCT.md §5.4)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Status(StrEnum):
    MISSING = "missing"
    VALID = "valid"
    INVALID = "invalid"
    AMBIGUOUS = "ambiguous"
    TO_CONFIRM = "to_confirm"


class Reason(StrEnum):
    """Why a field is not simply valid."""

    DOC_LENGTH = "DOC_LENGTH"
    DOC_DIGITS = "DOC_DIGITS"
    DOC_REPEATED = "DOC_REPEATED"
    DOC_OWN = "DOC_OWN"
    DOC_NOT_FOUND = "DOC_NOT_FOUND"
    AMOUNT_NOT_POSITIVE = "AMOUNT_NOT_POSITIVE"
    AMOUNT_TOO_HIGH = "AMOUNT_TOO_HIGH"
    AMOUNT_DECIMALS = "AMOUNT_DECIMALS"
    AMOUNT_UNREADABLE = "AMOUNT_UNREADABLE"
    DESC_SHORT = "DESC_SHORT"
    DESC_LONG = "DESC_LONG"
    DESC_GENERIC = "DESC_GENERIC"
    DESC_OFFENSIVE = "DESC_OFFENSIVE"
    COMPETENCE_WINDOW = "COMPETENCE_WINDOW"


class Asked(StrEnum):
    """A field that was asked for last: a bare answer to it is read as that field."""

    TAKER = "taker_document"
    TAKER_NAME = "taker_name"
    AMOUNT = "amount"
    DESCRIPTION = "description"
    COMPETENCE = "competence"
    ADDRESS = "address"


@dataclass(frozen=True)
class DocumentRead:
    """`value`: upper-case letters and digits, as typed when wrong. `options`: what it may be."""

    status: Status = Status.MISSING
    value: str = ""
    kind: str = ""
    reason: Reason | None = None
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class AmountRead:
    """`cents` is None unless the amount is stated as such. `options`: cents that it may be."""

    status: Status = Status.MISSING
    cents: int | None = None
    reason: Reason | None = None
    options: tuple[int, ...] = ()


@dataclass(frozen=True)
class TextRead:
    """A description, or the name of a taker: a slice of the person's own words."""

    status: Status = Status.MISSING
    value: str = ""
    reason: Reason | None = None


@dataclass(frozen=True)
class CompetenceRead:
    """`day` is the competence date. `whole_month`: only a month was said, `day` is its last one so far."""

    status: Status = Status.MISSING
    day: date | None = None
    whole_month: bool = False
    reason: Reason | None = None


@dataclass(frozen=True)
class Candidate:
    """A taker that the company already knows: what to call it, and its key."""

    key: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class ReadingContext:
    """What the reader may know besides the words.

    `now`: aware, São Paulo. `own_documents`: of the issuing company, without mask. `limit_cents`: the largest
    note of the company, None: no limit. `asked`: what the last question asked for.
    """

    now: datetime
    own_documents: frozenset[str] = frozenset()
    limit_cents: int | None = None
    takers: Sequence[Candidate] = ()
    asked: frozenset[Asked] = frozenset()


@dataclass(frozen=True)
class Reading:
    """All that was read in one batch of messages.

    `leftover`: words that no rule explains. `needs_llm`: they may hold a description, a name or an intent.
    `known_takers`: keys of the candidates whose name was found. `postal_code`: eight digits, read only when
    an address was asked for; `street_number` stands by it.
    """

    document: DocumentRead = DocumentRead()
    amount: AmountRead = AmountRead()
    description: TextRead = TextRead()
    competence: CompetenceRead = CompetenceRead()
    taker_name: TextRead = TextRead()
    known_takers: tuple[str, ...] = ()
    leftover: tuple[str, ...] = ()
    needs_llm: bool = False
    is_question: bool = False
    asks_for_invoice: bool = field(default=False)
    postal_code: str = ""
    street_number: str = ""

    @property
    def has_data(self) -> bool:
        """Whether any field was given, also a bad one."""
        read = (self.document, self.amount, self.description, self.competence, self.taker_name)
        is_any = any(one.status is not Status.MISSING for one in read)
        return is_any or bool(self.known_takers) or bool(self.postal_code)
