"""States, kinds, questions and reasons of a session (PRODUCT.md §5.1)."""

from datetime import timedelta
from enum import StrEnum


class State(StrEnum):
    """`NONE` is no state of a row: no session is open in the conversation."""

    NONE = "none"
    CHOOSING_COMPANY = "choosing_company"
    COLLECTING = "collecting"
    AWAITING_CONFIRMATION = "awaiting_confirmation"
    AWAITING_FIRM = "awaiting_firm"
    PROCESSING = "processing"
    REJECTED = "rejected"
    FAILED = "failed"
    COMPLETED = "completed"
    CANCELED = "canceled"
    EXPIRED = "expired"


LABELS = {
    State.CHOOSING_COMPANY: "Escolhendo empresa",
    State.COLLECTING: "Coletando dados",
    State.AWAITING_CONFIRMATION: "Aguardando confirmação",
    State.AWAITING_FIRM: "Aguardando contabilidade",
    State.PROCESSING: "Em processamento",
    State.REJECTED: "Recusada",
    State.FAILED: "Falhou",
    State.COMPLETED: "Concluída",
    State.CANCELED: "Cancelada",
    State.EXPIRED: "Expirada",
}
OPEN = frozenset(
    {
        State.CHOOSING_COMPANY,
        State.COLLECTING,
        State.AWAITING_CONFIRMATION,
        State.AWAITING_FIRM,
        State.PROCESSING,
        State.REJECTED,
        State.FAILED,
    }
)
CLOCKS = {
    State.CHOOSING_COMPANY: timedelta(minutes=60),
    State.COLLECTING: timedelta(minutes=60),
    State.AWAITING_CONFIRMATION: timedelta(minutes=60),
    State.REJECTED: timedelta(hours=24),
    State.FAILED: timedelta(hours=24),
}
WITH_CLOCK = frozenset(CLOCKS)


class Kind(StrEnum):
    ISSUE = "issue"
    CANCELLATION = "cancellation"


class CloseReason(StrEnum):
    ISSUED = "issued"
    NOTE_CANCELED = "note_canceled"
    CANCELED_BY_USER = "canceled_by_user"
    CANCELED_BY_FIRM = "canceled_by_firm"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    ACCESS_REMOVED = "access_removed"


class Question(StrEnum):
    """What a session may be waiting for besides its fields: at most one at a time."""

    KEEP_DESCRIPTION = "keep_description"
    REPLACE_DATA = "replace_data"
    CONFIRM_CANCEL = "confirm_cancel"
    CHOOSE_AMOUNT = "choose_amount"
    CHOOSE_TAKER = "choose_taker"
    CHOOSE_SERVICE = "choose_service"
    TAKER_STATUS = "taker_status"
    GENERIC_DESCRIPTION = "generic_description"
    SWITCH_TO_CANCELLATION = "switch_to_cancellation"
    CANCEL_ISSUED = "cancel_issued"


LISTS = frozenset({Question.CHOOSE_AMOUNT, Question.CHOOSE_TAKER, Question.CHOOSE_SERVICE})
