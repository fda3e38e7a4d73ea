"""The events of a conversation (PRODUCT.md §5.2)."""

from enum import StrEnum


class Event(StrEnum):
    """`ISSUE` is the "issue request" of §5.3: somebody wants a note and gives no data yet."""

    DATA = "DATA"
    FIX = "FIX"
    ISSUE = "ISSUE"
    YES = "YES"
    NO = "NO"
    UNSURE = "UNSURE"
    PICK = "PICK"
    CANCEL = "CANCEL"
    RETRY = "RETRY"
    RESUME = "RESUME"
    REPEAT = "REPEAT"
    SWITCH = "SWITCH"
    CANCEL_NOTE = "CANCEL_NOTE"
    HANDOFF = "HANDOFF"
    INFO = "INFO"
    ALTERED = "ALTERED"
    GATE = "GATE"
    ISSUED = "ISSUED"
    REFUSED = "REFUSED"
    EXHAUSTED = "EXHAUSTED"
    DOUBT = "DOUBT"
    TTL = "TTL"
    FIRM_OK = "FIRM_OK"
    FIRM_NO = "FIRM_NO"
    FIRM_RETRY = "FIRM_RETRY"
    FIRM_CLOSE = "FIRM_CLOSE"
    REVOKED = "REVOKED"
    LOOKUP = "LOOKUP"


FROM_PERSON = frozenset(
    {
        Event.DATA,
        Event.FIX,
        Event.ISSUE,
        Event.YES,
        Event.NO,
        Event.UNSURE,
        Event.PICK,
        Event.CANCEL,
        Event.RETRY,
        Event.RESUME,
        Event.REPEAT,
        Event.SWITCH,
        Event.CANCEL_NOTE,
        Event.HANDOFF,
        Event.INFO,
        Event.ALTERED,
    }
)
