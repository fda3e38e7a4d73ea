"""The request for a note, in the transaction of the turn: made at a yes, sent again, taken back (N10)."""

from datetime import timedelta

from fiscal.documents.mirror import format_reais
from fiscal.values import RuleProblem
from nfse.models import InvoiceRequest
from nfse.services.issuing.building import NotIssuable
from nfse.services.issuing.confirming import (
    CannotWithdraw,
    MirrorChanged,
    confirm_in_transaction,
    retry_in_transaction,
    withdraw_in_transaction,
)
from nfse.services.issuing.second_tries import SentAgain, find_living, is_same_service
from nfse.states import State as RequestState
from queue_worker.services import enqueue
from whatsapp.conversation.draft import SessionData
from whatsapp.conversation.effects import Effect
from whatsapp.conversation.machine import Step
from whatsapp.conversation.states import Kind, State
from whatsapp.conversation.understanding import Understood
from whatsapp.services.talking import kinds
from whatsapp.services.talking.mirrors import find_frozen, key_of_yes
from whatsapp.services.talking.phrasing import say
from whatsapp.services.talking.sayings import say_blocked
from whatsapp.services.talking.sessions import record_step
from whatsapp.services.talking.talk import Talk
from whatsapp.vocabulary.events import Event


class Reconsider(Exception):
    """What the turn was decided on changed while it was written: nothing is kept, and it is decided anew."""


def save_request(talk: Talk, _effect: Effect, _step: Step, _understood: Understood) -> None:
    """Turn the yes into one request, in the transaction of the turn (N10, R84)."""
    session = talk.session
    frozen = find_frozen(session) if session is not None else None
    if session is None or frozen is None:
        raise Reconsider
    try:
        session.request = confirm_in_transaction(
            actor=talk.actor,
            note=frozen.thaw(),
            mirror_hash=session.mirror_hash,
            form_key=key_of_yes(session),
            certificate=talk.certificate,
            origin=InvoiceRequest.Origin.CHAT,
            in_place_of=session.request_id if asks_anew(talk) else None,
            now=talk.now,
        )
    except (MirrorChanged, SentAgain) as error:
        raise Reconsider from error
    except NotIssuable as error:
        _refuse_yes(talk, tuple(error.problems))
        return
    session.confirmed_by_message_id = talk.batch.last_id if talk.batch else None
    talk.data = SessionData(talk.data.note, talk.data.cancel)
    _watch(talk, session.request)


def _refuse_yes(talk: Talk, problems: tuple[RuleProblem, ...]) -> None:
    """What only the finished document shows keeps the note back (row 30): nothing is stored of it."""
    talk.blocked = problems
    talk.landed = State.FAILED
    if talk.session is not None:
        talk.session.mirror_is_void = True
    say_blocked(talk)


def retry_request(talk: Talk, _effect: Effect, _step: Step, _understood: Understood) -> None:
    """Send a failed request again, unless the firm did so already."""
    request = talk.session.request if talk.session else None
    if request is None:
        return
    if request.state == RequestState.FAILED:
        request = retry_in_transaction(actor=talk.deciding or talk.actor, request_id=request.pk)
    _watch(talk, request)


def asks_anew(talk: Talk) -> bool:
    """Whether the note in preparation is that of the session's earlier request once more, mended perhaps.

    Another client and another description are another service, though it was asked for in the same session.
    """
    request = talk.session.request if talk.session else None
    draft = talk.note
    if request is None:
        return False
    return not draft.description or is_same_service(request, draft.taker_id, draft.description)


def join_request(talk: Talk, *, has_data: bool = False) -> bool:
    """Let an open session go on with its earlier request, which the firm had sent again (row 50 elsewhere).

    What was being asked for anew would be a second note of one service. `has_data`: the words of this turn
    hold some, which are not taken: that is told. Returns whether there was such a request.
    """
    session = talk.session
    if session is None or session.kind != Kind.ISSUE or session.state == State.PROCESSING:
        return False
    living = find_living(session.request) if session.request is not None and asks_anew(talk) else None
    if living is None:
        return False
    before = State(session.state)
    session.request, session.question, session.mirror_is_void = living, "", True
    session.state = State.PROCESSING
    record_step(talk, session, Step(talk.facts, "50", ()), Event.FIRM_RETRY, before)
    taker = living.taker_name or "o cliente"
    say(talk, "SENT_AGAIN", valor=format_reais(living.amount), tomador=taker)
    if has_data or _differs(talk, living):
        say(talk, "NOT_IN_SENT_AGAIN")
    _watch(talk, living)
    return True


def _differs(talk: Talk, request: InvoiceRequest) -> bool:
    """Whether the note in preparation is not word for word what a request holds."""
    note, words = talk.note, " ".join(talk.note.description.split())
    held = (request.taker_id, int(request.amount * 100), request.snapshot.service.description)
    return (note.taker_id, note.cents, words) != held


def withdraw_request(talk: Talk, _effect: Effect, _step: Step, _understood: Understood) -> None:
    if talk.session is None or talk.session.request_id is None:
        return
    try:
        withdraw_in_transaction(actor=talk.actor, request_id=talk.session.request_id)
    except CannotWithdraw as error:
        raise Reconsider from error


def _watch(talk: Talk, request: InvoiceRequest) -> None:
    """Say after a minute that the issuer is away, if it is (T29)."""
    enqueue(
        kind=kinds.TELL_WAITING,
        payload={"request_id": request.pk},
        dedupe_key=f"request:{request.pk}",
        run_after=talk.now + timedelta(seconds=60),  # in no row: what waits there would hold up the answers
    )
