"""One step of a conversation: state and event in, new state and named effects out. It touches nothing."""

from dataclasses import dataclass, replace

from whatsapp.conversation import cancellation, table
from whatsapp.conversation.effects import Do, Effect, close, do, say
from whatsapp.conversation.facts import Facts, Fields, Session
from whatsapp.conversation.states import OPEN, CloseReason, Kind, Question, State
from whatsapp.conversation.table import EVALUATE, SAME, Row, Target
from whatsapp.vocabulary.events import FROM_PERSON, Event


class UnexpectedEvent(Exception):
    """An event of the system that the table does not know in this state (row 52): it raises and alerts."""

    def __init__(self, session: Session, event: Event) -> None:
        super().__init__(f"{event} in {session.state} of a session of kind {session.kind}")


@dataclass(frozen=True)
class Step:
    """`session` is the new one. `row`: the number in PRODUCT.md §5.3, or the name of the rule of §5.2."""

    session: Session
    row: str
    effects: tuple[Effect, ...]


_ANSWERED = frozenset(
    {Do.APPLY_ANSWER, Do.DECLINE_ANSWER, Do.CHOOSE, Do.KEEP_DATA, Do.VOID_MIRROR, Do.SHOW_MIRROR}
)
_ENDED = frozenset({Event.REVOKED, Event.FIRM_CLOSE})


def step(session: Session, event: Event, facts: Facts) -> Step:
    """Return what an event does to a session (PRODUCT.md §5.2, §5.3).

    Raises UnexpectedEvent for an event of the system that no row holds; a person's unexpected event is
    answered with what is pending (row 52).
    """
    everywhere = _step_everywhere(session, event, facts)
    if everywhere is not None:
        return everywhere
    row = find_row(session, event, facts)
    if row is None:
        return _unexpected(session, event)
    state, more = _resolve(row.target, session, facts)
    return Step(_next(session, state, row.effects + more, event), row.number, row.effects + more)


def find_row(session: Session, event: Event, facts: Facts) -> Row | None:
    """Return the first row of the session's table that fits, or None."""
    rows = cancellation.ROWS if session.kind is Kind.CANCELLATION else table.ROWS
    for row in rows:
        if session.state in row.states and event in row.events and row.holds(session, facts, event):
            return row
    return None


def evaluate(facts: Facts) -> tuple[State, tuple[Effect, ...]]:
    """Return where a session stands after its fields were recomputed, and what is said (§5.2)."""
    if facts.fields is not Fields.VALID:
        return State.COLLECTING, (do(Do.SHOW_NEEDS),)
    if not facts.gates_pass:
        return State.FAILED, (say("T58"), do(Do.NOTIFY_FIRM))
    return State.AWAITING_CONFIRMATION, (do(Do.SHOW_MIRROR),)


def _resolve(target: Target, session: Session, facts: Facts) -> tuple[State, tuple[Effect, ...]]:
    if target == EVALUATE:
        return evaluate(facts)
    if target == SAME:
        return session.state, ()
    return State(target), ()


def _step_everywhere(session: Session, event: Event, facts: Facts) -> Step | None:
    """Do what §5.1 and §5.2 say for every state: INFO, HANDOFF, REVOKED, FIRM_CLOSE, ALTERED, questions."""
    if event is Event.INFO:
        return Step(session, "INFO", (do(Do.ANSWER), do(Do.SHOW_STATE)))
    if event is Event.HANDOFF:
        return Step(session, "HANDOFF", (do(Do.HAND_OFF), say("T56"), do(Do.NOTIFY_FIRM)))
    if event in _ENDED:
        return _end(session, event)
    if event is Event.ALTERED and session.state is not State.AWAITING_CONFIRMATION:
        return _alter(session, facts)
    if session.state is State.AWAITING_CONFIRMATION and session.question is Question.CONFIRM_CANCEL:
        return _answer_cancel_question(session, event)
    return None


def _end(session: Session, event: Event) -> Step:
    if session.state is State.PROCESSING:
        return Step(session, event.value, (do(Do.WAIT_FOR_RESULT),))
    if session.state not in OPEN:
        return Step(session, event.value, ())
    reason = CloseReason.ACCESS_REMOVED if event is Event.REVOKED else CloseReason.CANCELED_BY_FIRM
    return Step(replace(session, state=State.CANCELED, question=None), event.value, (close(reason),))


def _alter(session: Session, facts: Facts) -> Step:
    """An edit or deletion away from the mirror: recorded; an unreadable edit is asked about once."""
    if session.state is State.PROCESSING:
        return Step(session, "ALTERED", (do(Do.RECORD), say("ALTERED_AFTER_YES")))
    said = (say("T64", once=True),) if facts.edit_is_unreadable else ()
    return Step(session, "ALTERED", (do(Do.RECORD), *said))


def _answer_cancel_question(session: Session, event: Event) -> Step | None:
    """Answer "quer desistir?" at the mirror: there a yes cancels and never issues."""
    if event is Event.YES:
        effects = (do(Do.APPLY_ANSWER), say("T33"), close(CloseReason.CANCELED_BY_USER))
        return Step(replace(session, state=State.CANCELED, question=None), "17", effects)
    if event is Event.NO:
        shown = (do(Do.DECLINE_ANSWER), do(Do.SHOW_MIRROR))
        return Step(replace(session, question=None, has_refused_mirror=False), "18", shown)
    return None


def _unexpected(session: Session, event: Event) -> Step:
    """Row 52, and a LOOKUP in a state without a row for it: kept, nothing said."""
    if event is Event.LOOKUP:
        return Step(session, "LOOKUP", (do(Do.RECORD),))
    if event not in FROM_PERSON:
        raise UnexpectedEvent(session, event)
    effect = say("T24") if session.state is State.AWAITING_CONFIRMATION else do(Do.SHOW_NEEDS)
    return Step(session, "52", (effect,))


def _next(session: Session, state: State, effects: tuple[Effect, ...], event: Event) -> Session:
    asked = next((effect.question for effect in effects if effect.do is Do.ASK), None)
    done = {effect.do for effect in effects}
    starts_cancellation = Do.OPEN_CANCELLATION in done
    question = asked or (None if done & _ANSWERED or state is not session.state else session.question)
    refused = any(effect.text == "T63" for effect in effects)
    kept = Do.KEEP_DATA in done or Do.COPY_LAST_NOTE in done or Do.COPY_OLD_SESSION in done
    return replace(
        session,
        state=state,
        kind=Kind.CANCELLATION if starts_cancellation and state is State.COLLECTING else session.kind,
        question=question,
        has_data=session.has_data or kept or event is Event.DATA,
        has_refused_mirror=refused or (session.has_refused_mirror and Do.SHOW_MIRROR not in done),
        cancel_is_wanted=session.cancel_is_wanted or Do.REMEMBER_CANCEL in done,
        times_unmatched=_count_unmatched(session, effects, state),
    )


def _count_unmatched(session: Session, effects: tuple[Effect, ...], state: State) -> int:
    if state is not State.CHOOSING_COMPANY:
        return 0
    listed_again = session.state is state and any(effect.text == "T04" for effect in effects)
    return session.times_unmatched + 1 if listed_again else 0
