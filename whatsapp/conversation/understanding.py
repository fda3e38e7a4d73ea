"""From the words of a batch to the one event that they are in a state (PRODUCT.md §5.2, §5.4)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from whatsapp.conversation.facts import Session
from whatsapp.conversation.states import Kind, State
from whatsapp.reading.canvas import fold_letters, normalize
from whatsapp.reading.values import Reading
from whatsapp.vocabulary import words
from whatsapp.vocabulary.answers import Answer, holds_cancel, read_answer
from whatsapp.vocabulary.commands import Command, Commanded, find_command, find_said
from whatsapp.vocabulary.events import Event
from whatsapp.vocabulary.faq import Faq, find_faq, is_question
from whatsapp.vocabulary.mirror import Field, MirrorClass, classify_at_mirror
from whatsapp.vocabulary.phrases import compare, holds, phrases_of
from whatsapp.vocabulary.picks import find_pick
from whatsapp.vocabulary.start import Intent, classify_at_start

_CUES = phrases_of(words.CUES)
_NAMES_A_NOTE = re.compile(r"\b(?:nota|nf|nfs-?e)\b")
_EVENT_OF = {
    Command.RETRY: Event.RETRY,
    Command.RESUME: Event.RESUME,
    Command.REPEAT: Event.REPEAT,
    Command.CANCEL_NOTE: Event.CANCEL_NOTE,
    Command.SWITCH: Event.SWITCH,
    Command.HANDOFF: Event.HANDOFF,
}
_EVENT_OF_MIRROR = {
    MirrorClass.YES: Event.YES,
    MirrorClass.NO: Event.NO,
    MirrorClass.CANCEL: Event.CANCEL,
    MirrorClass.CORRECTION: Event.FIX,
    MirrorClass.QUESTION: Event.INFO,
    MirrorClass.UNCLEAR: Event.UNSURE,
}


@dataclass(frozen=True)
class Understood:
    """One event, and what goes with it.

    `fields`: what a correction at the mirror changes. `command`: what was asked for, with number or month.
    `faq`: the fixed answer. `social`: greeting or thanks. `pick`: place in the list that was shown, from 0.
    `keeps_old`: the person takes a correction back ("deixa como estava").
    """

    event: Event
    fields: tuple[Field, ...] = ()
    command: Commanded | None = None
    faq: Faq | None = None
    social: Intent | None = None
    pick: int | None = None
    keeps_old: bool = False


def understand(
    texts: Sequence[str], reading: Reading, session: Session, options: Sequence[Sequence[str]] = ()
) -> Understood:
    """Return what the texts of one batch, read together, mean in the state of a session.

    `options`: the names of each entry of the list shown. Whole-message commands and cancel come first,
    then the answer to a pending question, then values, then yes and no; doubt is UNSURE.
    """
    text = "\n".join(texts)
    command = find_command(text)
    if command is not None:
        return _of_command(command, session)
    answer = read_answer(text, at_mirror=session.state is State.AWAITING_CONFIRMATION)
    if answer is Answer.CANCEL:
        return Understood(_cancel_event(text, session))
    if answer is Answer.KEEP:
        return Understood(Event.FIX, keeps_old=True)
    picked = find_pick(text, options) if options else None
    if picked is not None:
        return Understood(Event.PICK, pick=picked)
    if (
        session.state is State.AWAITING_CONFIRMATION
        and session.kind is Kind.ISSUE
        and session.question is None
    ):
        return _at_mirror(text, reading)
    return _elsewhere(text, reading, answer, session, has_list=bool(options))


def _at_mirror(text: str, reading: Reading) -> Understood:
    meaning = classify_at_mirror(text, reading)
    if meaning.kind in {MirrorClass.UNCLEAR, MirrorClass.QUESTION}:
        said = find_said(text)
        if said is not None and not reading.has_data:
            return _of_command(Commanded(said), Session(State.AWAITING_CONFIRMATION))
        social = _social(text, reading)
        if social is not None:
            return Understood(Event.INFO, social=social)
    faq = find_faq(text) if meaning.kind is MirrorClass.QUESTION else None
    return Understood(_EVENT_OF_MIRROR[meaning.kind], fields=meaning.fields, faq=faq)


def _elsewhere(
    text: str, reading: Reading, answer: Answer | None, session: Session, *, has_list: bool
) -> Understood:
    if reading.has_data and holds_cancel(text):
        return Understood(Event.UNSURE)
    said = find_said(text)
    if said is Command.CANCEL_NOTE or (said is not None and not reading.has_data):
        return _of_command(Commanded(said), session)
    if answer is Answer.YES:
        return Understood(Event.YES)
    if answer is Answer.NO:
        return Understood(Event.NO)
    if reading.has_data:
        return Understood(Event.FIX if holds(compare(text), _CUES) else Event.DATA)
    faq = find_faq(text)
    if faq is not None or is_question(text):
        return Understood(Event.INFO, faq=faq)
    social = _social(text, reading)
    if social is not None:
        return Understood(Event.INFO, social=social)
    if classify_at_start(text, reading) is Intent.ISSUE:
        return Understood(Event.ISSUE)
    return Understood(Event.PICK if has_list else Event.UNSURE)


def _of_command(command: Commanded, session: Session) -> Understood:
    if command.command is Command.BACK:
        return Understood(Event.RESUME, command=command)
    if command.command is Command.CANCEL_NOTE and not command.note_number and session.state is not State.NONE:
        return Understood(Event.CANCEL, command=command)
    return Understood(_EVENT_OF.get(command.command, Event.INFO), command=command)


def _cancel_event(text: str, session: Session) -> Event:
    """Return CANCEL_NOTE for "cancelar nota" when no session is open (§5.7)."""
    names_a_note = _NAMES_A_NOTE.search(fold_letters(normalize(text))) is not None
    return Event.CANCEL_NOTE if session.state is State.NONE and names_a_note else Event.CANCEL


def _social(text: str, reading: Reading) -> Intent | None:
    intent = classify_at_start(text, reading)
    return intent if intent in {Intent.GREETING, Intent.THANKS} else None
