"""What a step does to a session: the rules of §5.2 that hold everywhere, and those that money hangs on."""

import pytest

from whatsapp.conversation import cancellation
from whatsapp.conversation.effects import Do
from whatsapp.conversation.facts import Facts, Fields, Lookup, Picked, Session
from whatsapp.conversation.machine import UnexpectedEvent, step
from whatsapp.conversation.states import CLOCKS, OPEN, CloseReason, Kind, Question, State
from whatsapp.vocabulary.events import FROM_PERSON, Event

MIRROR = Session(State.AWAITING_CONFIRMATION, has_data=True)
COLLECTING = Session(State.COLLECTING, has_data=True)
FRESH = Facts(fields=Fields.VALID, yes_is_fresh=True)


def texts(result):
    return [effect.text for effect in result.effects if effect.text]


def deeds(result):
    return {effect.do for effect in result.effects}


def test_a_plain_fresh_yes_to_the_current_payload_saves_the_request():
    result = step(MIRROR, Event.YES, FRESH)
    assert result.session.state is State.PROCESSING
    assert Do.SAVE_REQUEST in deeds(result)
    assert texts(result) == ["T27"]


@pytest.mark.parametrize(
    ("facts", "row"),
    [
        (Facts(fields=Fields.VALID, yes_is_fresh=False), "28"),
        (Facts(fields=Fields.VALID, yes_is_fresh=True, payload_is_same=False), "29"),
        (Facts(fields=Fields.VALID, yes_is_fresh=True, gates_pass=False), "30"),
    ],
)
def test_a_yes_that_lacks_anything_saves_no_request(facts, row):
    result = step(MIRROR, Event.YES, facts)
    assert result.row == row
    assert Do.SAVE_REQUEST not in deeds(result)


def test_nothing_but_a_yes_at_the_mirror_ever_saves_a_request():
    for state in State:
        for event in Event:
            for facts in (FRESH, Facts(), Facts(fields=Fields.VALID, picked=Picked.ONE, lookup=Lookup.FOUND)):
                try:
                    result = step(Session(state, has_data=True), event, facts)
                except UnexpectedEvent:
                    continue
                saves = Do.SAVE_REQUEST in deeds(result)
                assert not saves or (state, event) == (State.AWAITING_CONFIRMATION, Event.YES)


@pytest.mark.parametrize("state", sorted(OPEN - {State.AWAITING_FIRM, State.PROCESSING}))
def test_cancel_is_understood_in_every_open_state(state):
    result = step(Session(state, has_data=True), Event.CANCEL, Facts())
    assert result.session.state is State.CANCELED
    assert texts(result) == ["T33"]


def test_a_cancel_after_the_note_was_sent_is_remembered_and_asked_when_it_is_issued():
    late = step(Session(State.PROCESSING, has_data=True), Event.CANCEL, Facts(request_is_queued=False))
    assert texts(late) == ["T34"]
    issued = step(late.session, Event.ISSUED, Facts(may_cancel_notes=True))
    assert issued.session.state is State.COMPLETED
    assert Question.CANCEL_ISSUED in {effect.question for effect in issued.effects}


def test_a_cancel_while_the_request_is_queued_withdraws_it():
    result = step(Session(State.PROCESSING, has_data=True), Event.CANCEL, Facts(request_is_queued=True))
    assert Do.WITHDRAW_REQUEST in deeds(result)
    assert {effect.reason for effect in result.effects} >= {CloseReason.WITHDRAWN}


def test_a_second_no_at_the_mirror_asks_whether_to_stop_and_then_a_yes_cancels():
    first = step(MIRROR, Event.NO, FRESH)
    assert texts(first) == ["T63"]
    second = step(first.session, Event.NO, FRESH)
    assert second.session.question is Question.CONFIRM_CANCEL
    third = step(second.session, Event.YES, FRESH)
    assert third.session.state is State.CANCELED
    assert Do.SAVE_REQUEST not in deeds(third)


def test_a_no_to_the_question_whether_to_stop_shows_the_mirror_again():
    result = step(Session(State.AWAITING_CONFIRMATION, question=Question.CONFIRM_CANCEL), Event.NO, FRESH)
    assert Do.SHOW_MIRROR in deeds(result)
    assert result.session.question is None


def test_a_bad_correction_leaves_the_mirror_void_and_asks_that_field():
    result = step(MIRROR, Event.FIX, Facts(fields=Fields.BAD))
    assert result.session.state is State.COLLECTING
    assert {Do.VOID_MIRROR, Do.SHOW_NEEDS} <= deeds(result)


def test_valid_data_with_gates_that_fail_end_in_failed_and_tell_the_firm():
    result = step(COLLECTING, Event.DATA, Facts(fields=Fields.VALID, gates_pass=False))
    assert result.session.state is State.FAILED
    assert Do.NOTIFY_FIRM in deeds(result)


def test_valid_data_show_the_mirror():
    result = step(Session(), Event.DATA, Facts(has_data=True, fields=Fields.VALID))
    assert result.session.state is State.AWAITING_CONFIRMATION
    assert Do.SHOW_MIRROR in deeds(result)


def test_the_third_unknown_company_offers_a_person():
    session, facts = Session(State.CHOOSING_COMPANY), Facts(picked=Picked.NO_MATCH)
    first = step(session, Event.PICK, facts)
    second = step(first.session, Event.PICK, facts)
    third = step(second.session, Event.PICK, facts)
    assert [Do.OFFER_HANDOFF in deeds(result) for result in (first, second, third)] == [False, False, True]


def test_an_edit_that_cannot_be_read_voids_the_mirror():
    result = step(MIRROR, Event.ALTERED, Facts(edit_is_unreadable=True, fields=Fields.VALID))
    assert texts(result) == ["T64"]
    assert {Do.VOID_MIRROR, Do.SHOW_MIRROR} <= deeds(result)


def test_after_the_yes_an_edit_changes_nothing_and_is_told_so():
    result = step(Session(State.PROCESSING), Event.ALTERED, Facts(edit_is_unreadable=True))
    assert texts(result) == ["ALTERED_AFTER_YES"]


@pytest.mark.parametrize("event", [Event.REVOKED, Event.FIRM_CLOSE])
def test_an_end_by_the_firm_waits_for_the_result_of_a_sent_note(event):
    assert step(Session(State.PROCESSING), event, Facts()).session.state is State.PROCESSING
    assert step(COLLECTING, event, Facts()).session.state is State.CANCELED


def test_processing_never_expires():
    assert State.PROCESSING not in CLOCKS
    with pytest.raises(UnexpectedEvent):
        step(Session(State.PROCESSING), Event.TTL, Facts())


def test_a_session_without_data_expires_in_silence():
    assert texts(step(Session(State.COLLECTING), Event.TTL, Facts())) == []
    assert texts(step(COLLECTING, Event.TTL, Facts())) == ["T36"]


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("event", sorted(FROM_PERSON))
def test_a_person_is_always_answered_and_never_raises(kind, state, event):
    result = step(Session(state, kind=kind), event, Facts())
    assert result.effects


def test_an_event_of_the_system_that_no_row_knows_raises():
    with pytest.raises(UnexpectedEvent, match="ISSUED in collecting"):
        step(COLLECTING, Event.ISSUED, Facts())


def test_a_late_look_up_is_kept_and_nothing_is_said():
    for state in (State.PROCESSING, State.CHOOSING_COMPANY, State.REJECTED):
        assert texts(step(Session(state), Event.LOOKUP, Facts(lookup=Lookup.FOUND))) == []


def test_a_cancellation_goes_to_the_firm_unless_it_may_be_done_directly():
    summary = Session(State.AWAITING_CONFIRMATION, Kind.CANCELLATION)
    asked = step(summary, Event.YES, Facts(yes_is_fresh=True))
    assert asked.session.state is State.AWAITING_FIRM
    direct = step(summary, Event.YES, Facts(yes_is_fresh=True, cancels_directly=True))
    assert direct.session.state is State.PROCESSING


def test_a_firm_that_says_no_closes_the_cancellation():
    result = step(Session(State.AWAITING_FIRM, Kind.CANCELLATION), Event.FIRM_NO, Facts())
    assert {effect.reason for effect in result.effects} >= {CloseReason.DENIED}


def test_cancellation_rows_have_numbers_of_their_own():
    numbers = [row.number for row in cancellation.ROWS]
    assert len(numbers) == len(set(numbers))
