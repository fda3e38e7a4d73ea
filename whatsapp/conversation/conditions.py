"""The conditions of the transition table, each by its words in PRODUCT.md §5.3."""

from collections.abc import Callable

from whatsapp.conversation.facts import Facts, Fields, Lookup, Picked, Session
from whatsapp.conversation.states import LISTS, Question
from whatsapp.vocabulary.events import Event

Condition = Callable[[Session, Facts, Event], bool]


def always(_session: Session, _facts: Facts, _event: Event) -> bool:
    return True


def one_company(_session: Session, facts: Facts, _event: Event) -> bool:
    return facts.company_is_known and facts.gates_pass


def several_companies(_session: Session, facts: Facts, _event: Event) -> bool:
    return not facts.company_is_known


def gate_fails_with_data(_session: Session, facts: Facts, _event: Event) -> bool:
    return not facts.gates_pass and facts.has_data


def gate_fails_without_data(_session: Session, facts: Facts, _event: Event) -> bool:
    return not facts.gates_pass and not facts.has_data


def last_note(_session: Session, facts: Facts, _event: Event) -> bool:
    return facts.has_last_note


def no_note(_session: Session, facts: Facts, _event: Event) -> bool:
    return not facts.has_last_note


def may_resume(_session: Session, facts: Facts, _event: Event) -> bool:
    return facts.may_resume


def may_cancel(_session: Session, facts: Facts, _event: Event) -> bool:
    return facts.may_cancel_notes


def may_not_cancel(_session: Session, facts: Facts, _event: Event) -> bool:
    return not facts.may_cancel_notes


def not_picking(_session: Session, facts: Facts, event: Event) -> bool:
    """PICK without a list; RESUME and RETRY without such a session; the rest always."""
    return not (event is Event.PICK and facts.picked is not Picked.NO_LIST)


def picks_one(_session: Session, facts: Facts, _event: Event) -> bool:
    return facts.picked is Picked.ONE


def picks_none_again(session: Session, facts: Facts, event: Event) -> bool:
    return picks_none(session, facts, event) and session.times_unmatched >= 2


def picks_none(_session: Session, facts: Facts, event: Event) -> bool:
    return event is not Event.PICK or facts.picked is not Picked.ONE


def switches(_session: Session, facts: Facts, event: Event) -> bool:
    return event is Event.SWITCH or facts.picked is not Picked.NO_LIST


def has_one_company(_session: Session, facts: Facts, _event: Event) -> bool:
    return not facts.has_several_companies


def found_active(_session: Session, facts: Facts, _event: Event) -> bool:
    return facts.document_is_current and facts.lookup is Lookup.FOUND


def edit_is_unreadable(_session: Session, facts: Facts, _event: Event) -> bool:
    return facts.edit_is_unreadable


def found(_session: Session, facts: Facts, _event: Event) -> bool:
    return facts.document_is_current and facts.lookup in {Lookup.FOUND, Lookup.BLOCKED, Lookup.ASKS}


def not_found(_session: Session, facts: Facts, _event: Event) -> bool:
    return facts.document_is_current and facts.lookup is Lookup.NOT_FOUND


def unknown(_session: Session, facts: Facts, _event: Event) -> bool:
    return facts.document_is_current and facts.lookup is Lookup.UNKNOWN


def nothing_changes(_session: Session, facts: Facts, _event: Event) -> bool:
    same = facts.lookup is Lookup.FOUND and facts.payload_is_same
    return not facts.document_is_current or facts.lookup is Lookup.UNKNOWN or same


def payload_differs(_session: Session, facts: Facts, _event: Event) -> bool:
    return facts.document_is_current and facts.lookup is Lookup.FOUND and not facts.payload_is_same


def stops_the_mirror(_session: Session, facts: Facts, _event: Event) -> bool:
    return facts.document_is_current and facts.lookup in {Lookup.NOT_FOUND, Lookup.BLOCKED, Lookup.ASKS}


def confirms_cancel(session: Session, _facts: Facts, _event: Event) -> bool:
    return session.question is Question.CONFIRM_CANCEL


def has_question(session: Session, _facts: Facts, _event: Event) -> bool:
    return session.question is not None and session.question not in LISTS


def has_list(session: Session, facts: Facts, _event: Event) -> bool:
    return session.question in LISTS and facts.picked is Picked.ONE


def no_question(session: Session, _facts: Facts, _event: Event) -> bool:
    return session.question is None


def has_data(session: Session, _facts: Facts, _event: Event) -> bool:
    return session.has_data


def no_data(session: Session, _facts: Facts, _event: Event) -> bool:
    return not session.has_data


def many_companies(_session: Session, facts: Facts, _event: Event) -> bool:
    return facts.has_several_companies


def names_a_note(_session: Session, facts: Facts, _event: Event) -> bool:
    return facts.names_a_note


def plain_yes(_session: Session, facts: Facts, _event: Event) -> bool:
    return facts.yes_is_fresh and facts.payload_is_same and facts.gates_pass


def old_yes(_session: Session, facts: Facts, _event: Event) -> bool:
    return not facts.yes_is_fresh


def yes_to_another_payload(_session: Session, facts: Facts, _event: Event) -> bool:
    return facts.yes_is_fresh and facts.gates_pass and not facts.payload_is_same


def gate_fails(_session: Session, facts: Facts, _event: Event) -> bool:
    return facts.yes_is_fresh and not facts.gates_pass


def all_valid(_session: Session, facts: Facts, _event: Event) -> bool:
    return facts.fields is Fields.VALID


def value_bad(_session: Session, facts: Facts, _event: Event) -> bool:
    return facts.fields is not Fields.VALID


def first_no(session: Session, _facts: Facts, _event: Event) -> bool:
    return not session.has_refused_mirror


def second_no(session: Session, _facts: Facts, _event: Event) -> bool:
    return session.has_refused_mirror


def still_queued(_session: Session, facts: Facts, _event: Event) -> bool:
    return facts.request_is_queued


def already_sent(_session: Session, facts: Facts, _event: Event) -> bool:
    return not facts.request_is_queued


def may_retry(_session: Session, facts: Facts, _event: Event) -> bool:
    return facts.may_retry_request


def cancel_wanted(session: Session, facts: Facts, _event: Event) -> bool:
    return session.cancel_is_wanted and facts.may_cancel_notes


def is_issued_plainly(session: Session, facts: Facts, event: Event) -> bool:
    return not cancel_wanted(session, facts, event)


def cancels_directly(_session: Session, facts: Facts, _event: Event) -> bool:
    return facts.cancels_directly
