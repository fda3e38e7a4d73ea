"""Carry out the effects of a step, each by its name in `conversation.effects`; save what the step leaves."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import structlog

from nfse.models import Notice
from nfse.services.notes.canceling import CannotCancel
from queue_worker.services import enqueue
from whatsapp import texts
from whatsapp.conversation.draft import CancelDraft, SessionData
from whatsapp.conversation.effects import Do, Effect
from whatsapp.conversation.machine import Step
from whatsapp.conversation.states import CloseReason, Kind, Question, State
from whatsapp.conversation.understanding import Understood
from whatsapp.services.talking import answering, canceling, kinds
from whatsapp.services.talking.last_notes import find_last_request
from whatsapp.services.talking.mirrors import show_mirror
from whatsapp.services.talking.needs import show_needs
from whatsapp.services.talking.notices import tell_firm
from whatsapp.services.talking.phrasing import as_clause, say
from whatsapp.services.talking.requesting import retry_request, save_request, withdraw_request
from whatsapp.services.talking.sayings import SAYINGS, say_blocked
from whatsapp.services.talking.sessions import close_session, open_session, record_step
from whatsapp.services.talking.talk import Talk
from whatsapp.vocabulary.events import Event

log = structlog.get_logger(__name__)

LISTED_FOR = timedelta(minutes=10)
LOOK_UP_AGAIN = (30.0, 60.0, 300.0, 900.0)
"""Seconds before the registry is asked once more (row 16d); the last one repeats."""


def carry(talk: Talk, effect: Effect, step: Step, understood: Understood) -> None:
    """Carry out one effect, in the order of the step."""
    handler = _EFFECTS.get(effect.do)
    if handler is not None:
        handler(talk, effect, step, understood)


def finish(talk: Talk, step: Step, event: Event, before: State) -> None:
    """Save the session as the step leaves it, or as an effect had to leave it."""
    session = talk.session
    if session is None:
        return
    target = talk.landed or step.session.state
    if target is not State.NONE:
        session.state = target
    session.has_refused_mirror = step.session.has_refused_mirror and not talk.is_mirror_new
    session.cancel_is_wanted = step.session.cancel_is_wanted
    session.times_unmatched = step.session.times_unmatched
    if talk.question is not None:
        session.question = talk.question
    elif step.session.question is None and not talk.asked_needs:
        session.question = ""
    record_step(talk, session, step, event, before)
    if talk.follower is not None:
        _open_follower(talk, step, event)


# --- Saying ----------------------------------------------------------------------------------------
def _say(talk: Talk, effect: Effect, step: Step, understood: Understood) -> None:
    key = effect.text
    if effect.once and key != "T67":
        if talk.is_said(key):
            return
        talk.data = talk.data.having_said(key)
    if key == "T27" and talk.landed is State.FAILED:
        return  # the yes came to nothing: that is told
    special = SAYINGS.get(key)
    if special is None:
        say(talk, key)
    else:
        special(talk, step, understood)


# --- Data, questions, mirror -----------------------------------------------------------------------
def _ask(talk: Talk, effect: Effect, _step: Step, _understood: Understood) -> None:
    question = effect.question
    if question is None or question is Question.CANCEL_ISSUED:
        return  # asked by the session that follows
    talk.question = question
    if question is Question.SWITCH_TO_CANCELLATION and talk.command is not None:
        talk.cancel = replace(talk.cancel, number=talk.command.note_number)
    if question is Question.REPLACE_DATA:
        company = talk.company
        last = find_last_request(talk.firm.pk, company.pk if company else None)
        if last is None:
            talk.question = None
            say(talk, "NO_LAST_NOTE")
            return
        say(talk, "T55", tomador=last.taker_name)
    else:
        say(talk, effect.text or question.upper())


def _open(talk: Talk, _effect: Effect, _step: Step, _understood: Understood) -> None:
    open_session(talk)


def _remember_company(talk: Talk, _effect: Effect, _step: Step, _understood: Understood) -> None:
    talk.conversation.listed_until = None


def _keep_list(talk: Talk, _effect: Effect, _step: Step, _understood: Understood) -> None:
    talk.conversation.listed_until = talk.now + LISTED_FOR


def _offer_handoff(talk: Talk, _effect: Effect, _step: Step, _understood: Understood) -> None:
    say(talk, "OFFER_HANDOFF")


def _show_needs(talk: Talk, _effect: Effect, step: Step, _understood: Understood) -> None:
    if talk.session is not None and talk.session.kind == Kind.CANCELLATION:
        canceling.show_needs(talk)
        return
    if step.row == "16b" and _asks_the_same(talk):
        talk.asked_needs = True
        return
    if talk.kept:
        say(talk, "T62", campo=texts.join_needs(talk.kept))
    show_needs(talk)
    talk.asked_needs = True


def _asks_the_same(talk: Talk) -> bool:
    """Whether the client was found while other fields were asked for, which are asked for still."""
    evaluation = talk.evaluate()
    if evaluation is None or evaluation.question is not None or evaluation.draft.troubles:
        return False
    return bool(evaluation.missing) and evaluation.missing == talk.note.asked


def _show_mirror(talk: Talk, _effect: Effect, step: Step, _understood: Understood) -> None:
    """Show the mirror of the draft; when none can be made any more, say what keeps it from being."""
    if talk.kept and not any(said.key == "T62" for said in talk.said):
        say(talk, "T62", campo=texts.join_needs(talk.kept))
    elif step.row == "45" and talk.changed:  # what was refused is mended: the table says the mirror alone
        say(talk, "T25", campo=texts.join_needs(talk.changed))
    if talk.is_copy:
        say(talk, "T54")
    if show_mirror(talk):
        return
    evaluation = talk.evaluate()
    if evaluation is not None and evaluation.blocked:
        talk.blocked = evaluation.blocked
        talk.landed = State.FAILED
        say_blocked(talk)
        return
    talk.landed = State.COLLECTING
    show_needs(talk)
    talk.asked_needs = True


def _void_mirror(talk: Talk, _effect: Effect, _step: Step, _understood: Understood) -> None:
    if talk.session is not None:
        talk.session.mirror_is_void = True


# --- The registry, the files -----------------------------------------------------------------------
def _look_up_again(talk: Talk, _effect: Effect, _step: Step, _understood: Understood) -> None:
    """Ask the registry once more later, and tell the person when it answers."""
    if talk.session is None:
        return
    note = talk.note
    wait = LOOK_UP_AGAIN[min(note.asked_registry, len(LOOK_UP_AGAIN) - 1)]
    note = replace(note, asked_registry=note.asked_registry + 1, waits_aloud=True)
    talk.data = replace(talk.data, note=note)
    enqueue(
        kind=kinds.ASK_REGISTRY,
        payload={"session_id": talk.session.pk},
        dedupe_key=f"session:{talk.session.pk}",
        run_after=talk.now + timedelta(seconds=wait),
    )


def _stop_clock(talk: Talk, _effect: Effect, _step: Step, _understood: Understood) -> None:
    talk.stops_clock = True


def _send_documents(talk: Talk, _effect: Effect, _step: Step, _understood: Understood) -> None:
    session = talk.session
    if session is None:
        return
    if session.kind == Kind.CANCELLATION:
        if session.invoice is not None:
            answering.hand_over(talk, session.invoice)
        return
    invoice = getattr(session.request, "invoice", None)
    if invoice is not None:
        answering.hand_over(talk, invoice)


# --- Cancellation ----------------------------------------------------------------------------------
def _open_cancellation(talk: Talk, _effect: Effect, _step: Step, understood: Understood) -> None:
    if talk.session is not None:
        talk.follower = getattr(talk.session.request, "invoice", None)
        return
    open_session(talk, Kind.CANCELLATION)
    talk.data = SessionData()
    canceling.start(talk, understood.command.note_number if understood.command else "")
    if talk.cancel.invoice_id is not None:
        canceling.show_needs(talk)


def _open_follower(talk: Talk, step: Step, event: Event) -> None:
    """Open the session that asks whether the note just issued is to be canceled (row 41)."""
    invoice = talk.follower
    if invoice is None:
        return
    talk.session, talk.follower, talk.landed = None, None, None
    session = open_session(talk, Kind.CANCELLATION)
    canceling.attach(session, invoice)
    session.phone = talk.speaker.phone_for(invoice.company_id)
    session.question = Question.CANCEL_ISSUED
    talk.data = SessionData(cancel=CancelDraft(invoice_id=invoice.pk))
    say(talk, "CANCEL_ISSUED", numero=invoice.number)
    record_step(talk, session, step, event, State.NONE)


def _ask_firm(talk: Talk, _effect: Effect, _step: Step, _understood: Understood) -> None:
    canceling.ask_firm(talk)


def _request_cancellation(talk: Talk, _effect: Effect, _step: Step, _understood: Understood) -> None:
    try:
        canceling.request(talk)
    except CannotCancel as error:
        talk.landed = State.REJECTED
        say(talk, "T53", motivo=as_clause(error.message), passo="")


# --- The firm, answers, the end --------------------------------------------------------------------
def _notify(talk: Talk, _effect: Effect, step: Step, _understood: Understood) -> None:
    """T58 brings its own notice, and a request that failed is told by its own app."""
    if step.row != "HANDOFF":
        return
    name = talk.speaker.first_name or "Um cliente"
    once = f"handoff:{talk.conversation.pk}:{talk.now:%Y%m%d%H%M}"
    title = "Atendimento pedido no WhatsApp"
    tell_firm(
        talk, Notice.Kind.HANDOFF, title, f"{name} quer falar com a contabilidade.", once=once, everybody=True
    )


def _alert(talk: Talk, _effect: Effect, _step: Step, _understood: Understood) -> None:
    log.warning("chat_request_in_doubt", session_id=talk.session.pk if talk.session else None)


def _answer(talk: Talk, _effect: Effect, _step: Step, understood: Understood) -> None:
    talk.follows = answering.answer(talk, understood)


def _show_state(talk: Talk, _effect: Effect, step: Step, _understood: Understood) -> None:
    if step.row == "INFO":
        if talk.session is not None and talk.session.kind == Kind.CANCELLATION:
            return
        answering.finish_answer(talk, follows=talk.follows)
        talk.asked_needs = True
    elif not talk.said:
        answering.tell_status(talk)


def _hand_off(talk: Talk, _effect: Effect, _step: Step, _understood: Understood) -> None:
    talk.conversation.handed_off_at = talk.conversation.handoff_last_at = talk.now


def _close(talk: Talk, effect: Effect, _step: Step, _understood: Understood) -> None:
    if talk.session is not None and effect.reason is not None:
        close_session(talk, talk.session, CloseReason(effect.reason))


_EFFECTS: dict[Do, Callable[[Talk, Effect, Step, Understood], None]] = {
    Do.SAY: _say,
    Do.ASK: _ask,
    Do.OPEN_SESSION: _open,
    Do.REMEMBER_COMPANY: _remember_company,
    Do.KEEP_LIST: _keep_list,
    Do.OFFER_HANDOFF: _offer_handoff,
    Do.SHOW_NEEDS: _show_needs,
    Do.SHOW_MIRROR: _show_mirror,
    Do.VOID_MIRROR: _void_mirror,
    Do.SAVE_REQUEST: save_request,
    Do.RETRY_REQUEST: retry_request,
    Do.WITHDRAW_REQUEST: withdraw_request,
    Do.LOOK_UP_AGAIN: _look_up_again,
    Do.STOP_CLOCK: _stop_clock,
    Do.SEND_DOCUMENTS: _send_documents,
    Do.OPEN_CANCELLATION: _open_cancellation,
    Do.ASK_FIRM: _ask_firm,
    Do.REQUEST_CANCELLATION: _request_cancellation,
    Do.NOTIFY_FIRM: _notify,
    Do.ALERT: _alert,
    Do.ANSWER: _answer,
    Do.SHOW_STATE: _show_state,
    Do.HAND_OFF: _hand_off,
    Do.CLOSE: _close,
}
"""KEEP_DATA, APPLY_ANSWER, DECLINE_ANSWER, CHOOSE, COPY… and FILL_TAKER are done by then: the facts need the
draft as it will be (`stepping`). RECORD is the line of history, WAIT_FOR_RESULT and REMEMBER_CANCEL are kept
by the state."""
