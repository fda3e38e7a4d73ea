"""What the table asks of the world: read by the services, so that the table itself touches nothing."""

from dataclasses import dataclass
from enum import StrEnum

from whatsapp.conversation.states import Kind, Question, State


class Lookup(StrEnum):
    """What the registry answered of the taker's document. `BLOCKED`, `ASKS`: found, with such a status."""

    NONE = "none"
    FOUND = "found"
    BLOCKED = "blocked"
    ASKS = "asks"
    NOT_FOUND = "not_found"
    UNKNOWN = "unknown"


class Picked(StrEnum):
    """How an answer fits the list that was shown."""

    NO_LIST = "no_list"
    NO_MATCH = "no_match"
    ONE = "one"


class Fields(StrEnum):
    """The fields of the note together: all valid, one missing or being asked, or one bad."""

    VALID = "valid"
    INCOMPLETE = "incomplete"
    BAD = "bad"


@dataclass(frozen=True)
class Session:
    """What a session knows of itself. `has_refused_mirror`: a no alone was the last answer to this mirror.

    `cancel_is_wanted`: a cancel came too late (row 39). `times_unmatched`: of the company list, in a row.
    """

    state: State = State.NONE
    kind: Kind = Kind.ISSUE
    question: Question | None = None
    has_data: bool = False
    has_refused_mirror: bool = False
    cancel_is_wanted: bool = False
    times_unmatched: int = 0


@dataclass(frozen=True)
class Facts:
    """The conditions of PRODUCT.md §5.3, each true or false when the event is handled.

    `has_data`: the batch holds values. `yes_is_fresh`: sent after the mirror shown last, not backlog, and
    that mirror not void. `payload_is_same`: its hash equals the mirror's. `may_resume`: a canceled or expired
    session with data of at most 24 h. `may_cancel_notes`: right of the phone and setting of the firm.
    """

    has_data: bool = False
    has_several_companies: bool = False
    company_is_known: bool = True
    gates_pass: bool = True
    fields: Fields = Fields.INCOMPLETE
    picked: Picked = Picked.NO_LIST
    has_last_note: bool = False
    may_resume: bool = False
    may_cancel_notes: bool = False
    cancels_directly: bool = False
    names_a_note: bool = False
    yes_is_fresh: bool = False
    payload_is_same: bool = True
    request_is_queued: bool = False
    may_retry_request: bool = False
    lookup: Lookup = Lookup.NONE
    edit_is_unreadable: bool = False
    document_is_current: bool = True
