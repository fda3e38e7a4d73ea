"""What is asked next: one thing at a time, troubles first (PRODUCT.md §5.4 step 9)."""

from dataclasses import replace
from datetime import timedelta

from core.money import format_brl
from nfse.models import Notice
from queue_worker.services import enqueue
from registry.values import BLOCKING_STATUSES
from whatsapp.conversation.draft import Draft, Trouble
from whatsapp.conversation.states import Question, State
from whatsapp.reading.values import Asked
from whatsapp.services.talking import kinds
from whatsapp.services.talking.evaluating import Evaluation
from whatsapp.services.talking.notices import tell_firm
from whatsapp.services.talking.phrasing import describe_trouble, list_numbered, say
from whatsapp.services.talking.talk import Talk

ORDER = (Asked.TAKER.value, Asked.TAKER_NAME.value, Asked.AMOUNT.value, Asked.DESCRIPTION.value)
PATIENCE = timedelta(seconds=3)
"""A look-up that takes longer is told (T68)."""

_OF_QUESTION = {
    Question.KEEP_DESCRIPTION: ("T15", Asked.DESCRIPTION),
    Question.GENERIC_DESCRIPTION: ("T15", Asked.DESCRIPTION),
    Question.TAKER_STATUS: ("T17", Asked.TAKER),
    Question.CHOOSE_TAKER: ("CHOOSE_TAKER", Asked.TAKER),
    Question.CHOOSE_SERVICE: ("CHOOSE_SERVICE", Asked.DESCRIPTION),
    Question.CHOOSE_AMOUNT: ("T11", Asked.AMOUNT),
}


def show_needs(talk: Talk) -> None:
    """Say what is asked next of the note, and remember it. With nothing to ask nothing is said."""
    evaluation, session = talk.evaluate(), talk.session
    if session is None or evaluation is None:
        return
    session.question = ""
    if evaluation.question is not None:
        _ask(talk, evaluation, evaluation.question)
    elif evaluation.draft.troubles:
        _tell_trouble(talk, _first(evaluation.draft))
    elif evaluation.missing:
        _list_missing(talk, evaluation)
    elif evaluation.waits:
        _wait(talk)


def ask_again(talk: Talk) -> None:
    """Say what is pending in one line, as after an answer to a question (§5.2, INFO)."""
    session = talk.session
    if session is None:
        return
    if session.question in _OWN_QUESTIONS:
        say(talk, _OWN_QUESTIONS[Question(session.question)])
    elif session.state == State.AWAITING_CONFIRMATION:
        say(talk, "T23")
    elif session.state == State.COLLECTING:
        show_needs(talk)
    elif session.state == State.CHOOSING_COMPANY:
        say(talk, "T04", lista=list_companies(talk))


def list_companies(talk: Talk) -> str:
    """Return the numbered list of the person's companies."""
    return list_numbered(company.display_name for company in talk.speaker.companies)


_OWN_QUESTIONS = {
    Question.CONFIRM_CANCEL: "CONFIRM_CANCEL",
    Question.CANCEL_ISSUED: "CANCEL_ISSUED",
    Question.SWITCH_TO_CANCELLATION: "SWITCH_TO_CANCELLATION",
    Question.REPLACE_DATA: "T55",
}


def _remember(talk: Talk, *fields: str) -> None:
    talk.data = replace(talk.data, note=replace(talk.note, asked=fields))
    if talk.evaluated is not None:
        talk.evaluated = replace(talk.evaluated, draft=talk.data.note)


def _ask(talk: Talk, evaluation: Evaluation, question: Question) -> None:
    session = talk.session
    if session is None:
        return
    session.question = question
    key, field = _OF_QUESTION[question]
    _remember(talk, field.value)
    names = [option.names[0] for option in evaluation.draft.options]
    if key == "T11":
        low, high = (format_brl(int(cents)) for cents in names)
        say(talk, key, a=low, b=high)
    elif key.startswith("CHOOSE"):
        say(talk, key, lista=list_numbered(names))
    else:
        say(talk, key)


def _first(draft: Draft) -> Trouble:
    places = {field: place for place, field in enumerate(ORDER)}
    return min(draft.troubles, key=lambda trouble: places.get(trouble.field, len(ORDER)))


def _tell_trouble(talk: Talk, trouble: Trouble) -> None:
    key, values = describe_trouble(trouble)
    if key == "T12":
        text = f"{talk.speaker.first_name} pediu pelo WhatsApp uma nota acima do limite da empresa."
        tell_firm(talk, Notice.Kind.NOT_READY, "Nota acima do limite pedida no WhatsApp", text)
    if key == "T16" and talk.evaluated and talk.evaluated.client.status in BLOCKING_STATUSES:
        key = "T17_CLOSED"
    _remember(talk, trouble.field)
    say(talk, key, **values)


def _list_missing(talk: Talk, evaluation: Evaluation) -> None:
    _remember(talk, *evaluation.missing)
    if evaluation.missing == (Asked.TAKER_NAME.value,):
        say(talk, "T20")
    else:
        say(talk, "T06" if len(evaluation.missing) == 1 else "T07")


def _wait(talk: Talk) -> None:
    """Only the registry's answer is missing: it is told when it takes its time."""
    _remember(talk)
    if talk.session is None:
        return
    if talk.note.waits_aloud:
        if talk.batch is not None and not talk.said:
            say(talk, "T18" if talk.note.registry == "unknown" else "T68")
        return
    enqueue(
        kind=kinds.TELL_LOOKUP,
        payload={"session_id": talk.session.pk},
        dedupe_key=f"session:{talk.session.pk}",
        run_after=talk.now + PATIENCE,  # in no row: what waits there would hold up the answers
    )
