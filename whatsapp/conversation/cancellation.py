"""The table of sessions that cancel an issued note (the paragraph below the table of PRODUCT.md §5.3)."""

from whatsapp.conversation import conditions as when
from whatsapp.conversation.conditions import Condition
from whatsapp.conversation.effects import Do, Effect, close, do, say
from whatsapp.conversation.facts import Facts, Session
from whatsapp.conversation.states import WITH_CLOCK, CloseReason, Question, State
from whatsapp.conversation.table import SAME, Row
from whatsapp.vocabulary.events import Event

_E, _S = Event, State
_DROPPED = (say("CANCELLATION_DROPPED"), close(CloseReason.CANCELED_BY_USER))
_GIVING = frozenset({_E.PICK, _E.DATA, _E.FIX})
_STOPPED = frozenset({_S.REJECTED, _S.FAILED})


def _row(
    number: str,
    states: State | frozenset[State],
    events: Event | frozenset[Event],
    condition: str,
    holds: Condition,
    target: State | str,
    *effects: Effect,
) -> Row:
    from_states = states if isinstance(states, frozenset) else frozenset({states})
    from_events = events if isinstance(events, frozenset) else frozenset({events})
    return Row(number, from_states, from_events, condition, holds, target, effects)


def _asks_to_cancel_issued(session: Session, _facts: Facts, _event: Event) -> bool:
    return session.question is Question.CANCEL_ISSUED


ROWS: tuple[Row, ...] = (
    _row("C1", _S.COLLECTING, _E.YES, "question cancel_issued", _asks_to_cancel_issued, SAME, do(Do.APPLY_ANSWER), say("T49")),
    _row("C2", _S.COLLECTING, _GIVING, "note and reason known", when.all_valid, _S.AWAITING_CONFIRMATION, do(Do.KEEP_DATA), say("T50")),
    _row("C3", _S.COLLECTING, _GIVING, "", when.always, SAME, do(Do.KEEP_DATA), do(Do.SHOW_NEEDS)),
    _row("C4", frozenset({_S.COLLECTING, _S.AWAITING_CONFIRMATION}), frozenset({_E.NO, _E.CANCEL}), "", when.always, _S.CANCELED, *_DROPPED),
    _row("C5", _S.AWAITING_CONFIRMATION, _E.YES, "older than the summary", when.old_yes, SAME, say("T50")),
    _row("C6", _S.AWAITING_CONFIRMATION, _E.YES, "the firm allows it directly", when.cancels_directly, _S.PROCESSING, do(Do.REQUEST_CANCELLATION)),
    _row("C7", _S.AWAITING_CONFIRMATION, _E.YES, "", when.always, _S.AWAITING_FIRM, do(Do.ASK_FIRM), say("T51")),
    _row("C8", _S.AWAITING_CONFIRMATION, _GIVING, "all valid", when.all_valid, SAME, do(Do.KEEP_DATA), say("T50")),
    _row("C9", _S.AWAITING_CONFIRMATION, _GIVING, "", when.value_bad, _S.COLLECTING, do(Do.KEEP_DATA), do(Do.SHOW_NEEDS)),
    _row("C10", _S.AWAITING_FIRM, _E.FIRM_OK, "", when.always, _S.PROCESSING, do(Do.REQUEST_CANCELLATION)),
    _row("C11", _S.AWAITING_FIRM, _E.FIRM_NO, "", when.always, _S.CANCELED, say("CANCELLATION_DENIED"), close(CloseReason.DENIED)),
    _row("C12", _S.AWAITING_FIRM, frozenset({_E.CANCEL, _E.NO}), "", when.always, _S.CANCELED, *_DROPPED),
    _row("C13", _S.PROCESSING, _E.ISSUED, "cancellation registered", when.always, _S.COMPLETED, say("T52"), do(Do.SEND_DOCUMENTS), close(CloseReason.NOTE_CANCELED)),
    _row("C14", _S.PROCESSING, _E.REFUSED, "", when.always, _S.REJECTED, say("T53")),
    _row("C15", _S.PROCESSING, _E.EXHAUSTED, "", when.always, _S.FAILED, say("T53"), do(Do.NOTIFY_FIRM)),
    _row("C16", _S.PROCESSING, _E.DOUBT, "", when.always, SAME, say("T28", once=True), do(Do.ALERT)),
    _row("C17", _STOPPED, frozenset({_E.CANCEL, _E.NO}), "", when.always, _S.CANCELED, *_DROPPED),
    _row("C18", _STOPPED, frozenset({_E.RETRY, _E.YES}), "", when.always, _S.AWAITING_CONFIRMATION, say("T50")),
    _row("C19", WITH_CLOCK, _E.TTL, "", when.always, _S.EXPIRED, close(CloseReason.EXPIRED)),
)  # fmt: skip
