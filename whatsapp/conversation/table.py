"""The transition table of PRODUCT.md §5.3, row by row, in its words. The first row that fits is the one.

A row of the page that does two things by a finer condition stands here twice under its number.
"""

from dataclasses import dataclass

from whatsapp.conversation import conditions as when
from whatsapp.conversation.conditions import Condition
from whatsapp.conversation.effects import Do, Effect, ask, close, do, say
from whatsapp.conversation.states import WITH_CLOCK, CloseReason, Question, State
from whatsapp.vocabulary.events import FROM_PERSON, Event

SAME = "same"
EVALUATE = "evaluate"
Target = State | str


@dataclass(frozen=True)
class Row:
    """`target`: a state, SAME, or EVALUATE (recompute the fields, ask or show the mirror)."""

    number: str
    states: frozenset[State]
    events: frozenset[Event]
    condition: str
    holds: Condition
    target: Target
    effects: tuple[Effect, ...] = ()


def _row(
    number: str,
    states: State | frozenset[State],
    events: tuple[Event, ...],
    condition: str,
    holds: Condition,
    target: Target,
    *effects: Effect,
) -> Row:
    from_states = states if isinstance(states, frozenset) else frozenset({states})
    return Row(number, from_states, frozenset(events), condition, holds, target, effects)


_E, _S = Event, State
_STOPPED = frozenset({_S.REJECTED, _S.FAILED})
_T33 = (say("T33"), close(CloseReason.CANCELED_BY_USER))
_CANCEL = (_E.CANCEL,)
_ANY_FROM_PERSON = tuple(
    sorted(FROM_PERSON - {_E.CANCEL, _E.NO, _E.INFO, _E.HANDOFF, _E.ALTERED}, key=lambda event: event.value)
)

ROWS: tuple[Row, ...] = (
    _row("1", _S.NONE, (_E.DATA, _E.FIX, _E.ISSUE), "one company or remembered, gates pass", when.one_company, EVALUATE, do(Do.OPEN_SESSION)),
    _row("2", _S.NONE, (_E.DATA, _E.FIX, _E.ISSUE), "several companies, none remembered", when.several_companies, _S.CHOOSING_COMPANY, do(Do.OPEN_SESSION), do(Do.KEEP_DATA), say("T04")),
    _row("3", _S.NONE, (_E.DATA, _E.FIX, _E.ISSUE), "gate fails", when.gate_fails_with_data, _S.FAILED, do(Do.OPEN_SESSION), do(Do.KEEP_DATA), say("T58"), Effect(Do.NOTIFY_FIRM, once=True)),
    _row("3", _S.NONE, (_E.DATA, _E.FIX, _E.ISSUE), "gate fails", when.gate_fails_without_data, _S.NONE, say("T58"), Effect(Do.NOTIFY_FIRM, once=True)),
    _row("4", _S.NONE, (_E.REPEAT,), "last note exists", when.last_note, EVALUATE, do(Do.OPEN_SESSION), do(Do.COPY_LAST_NOTE)),
    _row("5", _S.NONE, (_E.REPEAT,), "no note yet", when.no_note, _S.NONE, say("NO_LAST_NOTE")),
    _row("6", _S.NONE, (_E.RESUME, _E.RETRY), "canceled or expired session with data ≤ 24 h", when.may_resume, EVALUATE, do(Do.OPEN_SESSION), do(Do.COPY_OLD_SESSION)),
    _row("7", _S.NONE, (_E.CANCEL_NOTE,), "right and firm setting allow", when.may_cancel, _S.COLLECTING, do(Do.OPEN_CANCELLATION), say("T48")),
    _row("8", _S.NONE, (_E.CANCEL_NOTE,), "not allowed", when.may_not_cancel, _S.NONE, say("TALK_TO_FIRM")),
    _row("9", _S.NONE, (_E.YES, _E.NO, _E.UNSURE, _E.PICK, _E.RESUME, _E.RETRY), "", when.not_picking, _S.NONE, say("T37")),
    _row("10", _S.NONE, (_E.CANCEL,), "", when.always, _S.NONE, say("T38")),
    _row("11", _S.NONE, (_E.SWITCH, _E.PICK), "", when.picks_one, _S.NONE, do(Do.REMEMBER_COMPANY), say("T05")),
    _row("11", _S.NONE, (_E.SWITCH,), "", when.has_one_company, _S.NONE, say("ONE_COMPANY")),
    _row("11", _S.NONE, (_E.SWITCH, _E.PICK), "", when.switches, _S.NONE, do(Do.KEEP_LIST), say("T04")),
    _row("12", _S.CHOOSING_COMPANY, (_E.PICK,), "exactly one match", when.picks_one, EVALUATE, do(Do.REMEMBER_COMPANY), say("T05")),
    _row("13", _S.CHOOSING_COMPANY, (_E.PICK, _E.YES, _E.UNSURE, _E.SWITCH), "", when.picks_none_again, SAME, say("T04"), do(Do.OFFER_HANDOFF)),
    _row("13", _S.CHOOSING_COMPANY, (_E.PICK, _E.YES, _E.UNSURE, _E.SWITCH), "", when.picks_none, SAME, say("T04")),
    _row("14", _S.CHOOSING_COMPANY, (_E.DATA, _E.FIX, _E.REPEAT), "", when.always, SAME, do(Do.KEEP_DATA), say("T04")),
    _row("15", _S.CHOOSING_COMPANY, (_E.NO, _E.CANCEL), "", when.always, _S.CANCELED, *_T33),
    _row("16", _S.COLLECTING, (_E.DATA, _E.FIX), "", when.always, EVALUATE, do(Do.KEEP_DATA)),
    _row("16b", _S.COLLECTING, (_E.LOOKUP,), "found", when.found_active, EVALUATE, do(Do.FILL_TAKER), say("T67", once=True)),
    _row("16b", _S.COLLECTING, (_E.LOOKUP,), "found", when.found, EVALUATE, do(Do.FILL_TAKER), say("T67", once=True), say("T17")),
    _row("16c", _S.COLLECTING, (_E.LOOKUP,), "not found", when.not_found, SAME, say("T16")),
    _row("16d", _S.COLLECTING, (_E.LOOKUP,), "unknown", when.unknown, SAME, say("T18", once=True), do(Do.LOOK_UP_AGAIN), do(Do.STOP_CLOCK)),
    _row("17", _S.COLLECTING, (_E.YES,), "pending question", when.confirms_cancel, _S.CANCELED, do(Do.APPLY_ANSWER), *_T33),
    _row("17", _S.COLLECTING, (_E.YES,), "pending question", when.has_question, EVALUATE, do(Do.APPLY_ANSWER)),
    _row("18", _S.COLLECTING, (_E.NO,), "pending question", when.has_question, EVALUATE, do(Do.DECLINE_ANSWER)),
    _row("19", _S.COLLECTING, (_E.PICK,), "pending list", when.has_list, EVALUATE, do(Do.CHOOSE)),
    _row("20", _S.COLLECTING, (_E.YES, _E.PICK, _E.UNSURE, _E.RETRY, _E.RESUME), "no question", when.no_question, SAME, do(Do.SHOW_NEEDS)),
    _row("21", _S.COLLECTING, (_E.NO,), "no question", when.no_question, SAME, ask(Question.CONFIRM_CANCEL)),
    _row("22", _S.COLLECTING, _CANCEL, "", when.always, _S.CANCELED, *_T33),
    _row("23", _S.COLLECTING, (_E.REPEAT,), "data present", when.has_data, SAME, ask(Question.REPLACE_DATA, "T55")),
    _row("24", _S.COLLECTING, (_E.REPEAT,), "no data", when.no_data, EVALUATE, do(Do.COPY_LAST_NOTE)),
    _row("25", _S.COLLECTING, (_E.SWITCH,), "several companies", when.many_companies, _S.CHOOSING_COMPANY, do(Do.KEEP_DATA), say("T04")),
    _row("26", _S.COLLECTING, (_E.CANCEL_NOTE,), "", when.names_a_note, SAME, ask(Question.SWITCH_TO_CANCELLATION)),
    _row("27", _S.AWAITING_CONFIRMATION, (_E.YES,), "plain yes, newer than current mirror, hash equal, gates pass", when.plain_yes, _S.PROCESSING, do(Do.SAVE_REQUEST), say("T27")),
    _row("28", _S.AWAITING_CONFIRMATION, (_E.YES,), "older than the mirror, or backlog", when.old_yes, SAME, do(Do.SHOW_MIRROR)),
    _row("29", _S.AWAITING_CONFIRMATION, (_E.YES,), "payload would differ now", when.yes_to_another_payload, SAME, say("T26"), do(Do.SHOW_MIRROR)),
    _row("30", _S.AWAITING_CONFIRMATION, (_E.YES,), "gate fails", when.gate_fails, _S.FAILED, do(Do.VOID_MIRROR), say("T58"), do(Do.NOTIFY_FIRM)),
    _row("31", _S.AWAITING_CONFIRMATION, (_E.FIX, _E.DATA), "all valid", when.all_valid, SAME, do(Do.KEEP_DATA), say("T25"), do(Do.SHOW_MIRROR)),
    _row("32", _S.AWAITING_CONFIRMATION, (_E.FIX, _E.DATA), "value bad, or \"está errado\" without value", when.value_bad, _S.COLLECTING, do(Do.VOID_MIRROR), do(Do.SHOW_NEEDS)),
    _row("37", _S.AWAITING_CONFIRMATION, (_E.CANCEL_NOTE,), "", when.names_a_note, _S.COLLECTING, do(Do.VOID_MIRROR), ask(Question.SWITCH_TO_CANCELLATION)),
    _row("33", _S.AWAITING_CONFIRMATION, (_E.CANCEL, _E.CANCEL_NOTE), "", when.always, _S.CANCELED, *_T33),
    _row("33b", _S.AWAITING_CONFIRMATION, (_E.NO,), "", when.first_no, SAME, do(Do.VOID_MIRROR), say("T63")),
    _row("33b", _S.AWAITING_CONFIRMATION, (_E.NO,), "", when.second_no, SAME, ask(Question.CONFIRM_CANCEL)),
    _row("33c", _S.AWAITING_CONFIRMATION, (_E.ALTERED,), "", when.edit_is_unreadable, SAME, do(Do.RECORD), do(Do.VOID_MIRROR), say("T64"), do(Do.SHOW_MIRROR)),
    _row("33c", _S.AWAITING_CONFIRMATION, (_E.ALTERED,), "", when.always, SAME, do(Do.RECORD), do(Do.VOID_MIRROR), say("T66"), do(Do.SHOW_MIRROR)),
    _row("34", _S.AWAITING_CONFIRMATION, (_E.UNSURE, _E.PICK, _E.RETRY, _E.RESUME), "", when.always, SAME, say("T24")),
    _row("34b", _S.AWAITING_CONFIRMATION, (_E.LOOKUP,), "unknown, or found and the payload stays", when.nothing_changes, SAME),
    _row("34c", _S.AWAITING_CONFIRMATION, (_E.LOOKUP,), "found, the payload would differ, status active", when.payload_differs, SAME, do(Do.FILL_TAKER), do(Do.VOID_MIRROR), say("T67"), do(Do.SHOW_MIRROR)),
    _row("34d", _S.AWAITING_CONFIRMATION, (_E.LOOKUP,), "not found, or status that blocks or asks", when.not_found, _S.COLLECTING, do(Do.VOID_MIRROR), say("T16")),
    _row("34d", _S.AWAITING_CONFIRMATION, (_E.LOOKUP,), "not found, or status that blocks or asks", when.stops_the_mirror, _S.COLLECTING, do(Do.FILL_TAKER), do(Do.VOID_MIRROR), say("T17")),
    _row("35", _S.AWAITING_CONFIRMATION, (_E.REPEAT,), "", when.always, _S.COLLECTING, do(Do.VOID_MIRROR), ask(Question.REPLACE_DATA, "T55")),
    _row("36", _S.AWAITING_CONFIRMATION, (_E.SWITCH,), "several companies", when.many_companies, _S.CHOOSING_COMPANY, do(Do.KEEP_DATA), do(Do.VOID_MIRROR), say("T04")),
    _row("38", _S.PROCESSING, (_E.CANCEL, _E.NO), "request still `queued`", when.still_queued, _S.CANCELED, do(Do.WITHDRAW_REQUEST), say("T33"), close(CloseReason.WITHDRAWN)),
    _row("39", _S.PROCESSING, (_E.CANCEL, _E.NO), "already sent", when.already_sent, SAME, do(Do.REMEMBER_CANCEL), say("T34")),
    _row("40", _S.PROCESSING, _ANY_FROM_PERSON, "", when.always, SAME, say("T28", once=True), do(Do.SHOW_STATE)),
    _row("41", _S.PROCESSING, (_E.ISSUED,), "", when.cancel_wanted, _S.COMPLETED, say("T30"), do(Do.SEND_DOCUMENTS), close(CloseReason.ISSUED), do(Do.OPEN_CANCELLATION), ask(Question.CANCEL_ISSUED)),
    _row("41", _S.PROCESSING, (_E.ISSUED,), "", when.is_issued_plainly, _S.COMPLETED, say("T30"), do(Do.SEND_DOCUMENTS), close(CloseReason.ISSUED)),
    _row("42", _S.PROCESSING, (_E.REFUSED,), "", when.always, _S.REJECTED, say("T31")),
    _row("43", _S.PROCESSING, (_E.EXHAUSTED,), "", when.always, _S.FAILED, say("T32"), do(Do.NOTIFY_FIRM)),
    _row("44", _S.PROCESSING, (_E.DOUBT,), "", when.always, SAME, say("T28", once=True), do(Do.ALERT)),
    _row("45", _STOPPED, (_E.DATA, _E.FIX), "", when.always, EVALUATE, do(Do.KEEP_DATA)),
    _row("46", _STOPPED, (_E.RETRY, _E.YES), "", when.always, EVALUATE),
    _row("47", _STOPPED, (_E.CANCEL, _E.NO), "", when.always, _S.CANCELED, *_T33),
    _row("48", _STOPPED, (_E.REPEAT,), "", when.has_data, _S.COLLECTING, ask(Question.REPLACE_DATA, "T55")),
    _row("48", _STOPPED, (_E.REPEAT,), "", when.no_data, _S.COLLECTING, do(Do.COPY_LAST_NOTE)),
    _row("48", _STOPPED, (_E.SWITCH,), "", when.many_companies, _S.CHOOSING_COMPANY, do(Do.KEEP_DATA), say("T04")),
    _row("49", _STOPPED, (_E.UNSURE, _E.PICK, _E.RESUME), "", when.always, SAME, do(Do.SHOW_STATE)),
    _row("50", _S.FAILED, (_E.FIRM_RETRY,), "confirmed request exists, same payload, ≤ 24 h", when.may_retry, _S.PROCESSING, do(Do.RETRY_REQUEST)),
    _row("51", WITH_CLOCK, (_E.TTL,), "", when.has_data, _S.EXPIRED, say("T36"), close(CloseReason.EXPIRED)),
    _row("51", WITH_CLOCK, (_E.TTL,), "", when.no_data, _S.EXPIRED, close(CloseReason.EXPIRED)),
)  # fmt: skip
"""Row 52, "any other pair", is the end of `machine.step`."""
