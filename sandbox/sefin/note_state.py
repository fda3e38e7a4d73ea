"""What the events of a note still allow (national.md §9.4, §9.5)."""

from collections.abc import Sequence

from sandbox.sefin.store import Event

CANCEL, REPLACE, ASK_ANALYSIS = "101101", "105102", "101103"
GRANTED, DENIED, BY_OFFICE = "105104", "105105", "305101"
LOCK, UNLOCK = "305102", "305103"
TACIT, ANNULMENT = "205204", "205208"
TERMINAL = {CANCEL, REPLACE, GRANTED, BY_OFFICE}
CONFIRMATIONS = {"202201", "203202", "204203"}
REJECTIONS = {"202205", "203206", "204207"}


def is_cancelled(events: Sequence[Event]) -> bool:
    return any(event.code in TERMINAL for event in events)


def is_in_analysis(events: Sequence[Event]) -> bool:
    codes = {event.code for event in events}
    return ASK_ANALYSIS in codes and not codes & {GRANTED, DENIED}


def is_locked(code: str, events: Sequence[Event]) -> bool:
    """Say whether the city locked that event and did not unlock it."""
    locks = {event.details["id"] for event in events if event.details.get("locks") == f"e{code}"}
    unlocks = {event.details.get("unlocks") for event in events}
    return bool(locks - unlocks)


def allows(code: str, events: Sequence[Event]) -> bool:
    """Say whether the events of the note let that event in."""
    codes = {event.code for event in events}
    if is_cancelled(events) or is_in_analysis(events) or DENIED in codes or is_locked(code, events):
        return False
    forbidden = {
        CANCEL: CONFIRMATIONS | {TACIT, ANNULMENT},
        REPLACE: set(),
        ASK_ANALYSIS: CONFIRMATIONS,
    }
    return not codes & forbidden[code]


def name_state(events: Sequence[Event]) -> str:
    """Return authorized, analysis_pending, cancelled or replaced."""
    if any(event.code == REPLACE for event in events):
        return "replaced"
    if is_cancelled(events):
        return "cancelled"
    return "analysis_pending" if is_in_analysis(events) else "authorized"
