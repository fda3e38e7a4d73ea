"""A person of the firm answers in the chat, and the bot is silent meanwhile (W18, A25)."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from core.errors import NitroError
from nfse.actors import Actor
from nfse.permissions import NotFound, Right
from whatsapp.conversation.states import OPEN, State
from whatsapp.models import Conversation, OutboundMessage, Session
from whatsapp.services.outbox import put_text
from whatsapp.services.talking.answering import describe_open
from whatsapp.services.talking.outgoing import save_turn, send_answer
from whatsapp.services.talking.people import find_speaker
from whatsapp.services.talking.phrasing import say
from whatsapp.services.talking.sessions import find_open
from whatsapp.services.talking.stepping import Happening, take
from whatsapp.services.talking.talk import Talk
from whatsapp.services.talking.turns import end_handoff
from whatsapp.vocabulary.events import Event

LONGEST_ANSWER = 4000


class NotTakenOver(NitroError):
    message = "Assuma a conversa antes de responder: até lá quem responde é o assistente."


class EmptyAnswer(NitroError):
    message = "Escreva a resposta."


class NothingOpen(NitroError):
    message = "Não há pedido aberto nesta conversa."


class NoteOnItsWay(NitroError):
    message = "A nota já foi enviada: espere o resultado. Se sair, ela pode ser cancelada na página da nota."


class AnswerTooLong(NitroError):
    message = f"A resposta passa de {LONGEST_ANSWER} caracteres. Divida em duas."


def take_over(*, actor: Actor, conversation_id: int, now: datetime | None = None) -> Conversation:
    """Let a person of the firm answer. The open request is kept and its clock stands still.

    Taking over what a colleague answers already is no error: from then on it is this person's.
    Raises NotFound, NotAllowed.
    """
    moment = now or timezone.now()
    with transaction.atomic(durable=True):
        conversation = _lock(actor, conversation_id)
        if conversation.handed_off_at is None:
            conversation.handed_off_at = conversation.handoff_last_at = moment
            Session.objects.filter(conversation=conversation, state__in=_OPEN).update(
                expires_at=None, reminded_at=None
            )
        conversation.handed_off_to_id = actor.user_id
        _save(conversation)
    return conversation


def answer_person(
    *, actor: Actor, conversation_id: int, text: str, form_key: str, now: datetime | None = None
) -> OutboundMessage:
    """Send what a person of the firm writes; the same `form_key` is one message.

    Raises NotFound, NotAllowed, NotTakenOver, EmptyAnswer, AnswerTooLong, NeverWrote.
    """
    moment, words = now or timezone.now(), text.strip()
    if not words:
        raise EmptyAnswer
    if len(words) > LONGEST_ANSWER:
        raise AnswerTooLong
    with transaction.atomic(durable=True):
        conversation = _lock(actor, conversation_id)
        if conversation.handed_off_at is None:
            raise NotTakenOver
        message = put_text(
            conversation=conversation,
            text=words,
            cause=f"member:{actor.user_id}",
            dedupe_key=f"{conversation.pk}:member:{form_key}",
            member_id=actor.user_id,
            now=moment,
        )
        conversation.handoff_last_at = moment
        conversation.handed_off_to_id = actor.user_id
        _save(conversation)
    return message


def give_back(*, actor: Actor, conversation_id: int, now: datetime | None = None) -> Conversation:
    """Let the bot answer again, and tell the person so, with what waits; the open request has a whole time.

    Nothing happens when the bot answers already. Raises NotFound, NotAllowed.
    """
    moment = now or timezone.now()
    with transaction.atomic(durable=True):
        conversation = _lock(actor, conversation_id)
        if conversation.handed_off_at is None:
            return conversation
        talk = _open_talk(conversation, moment, f"back:{conversation.handed_off_at.timestamp():.0f}")
        end_handoff(talk)
        say(talk, "T57", pendencia=describe_open(talk))
        send_answer(talk)
        save_turn(conversation)
    return conversation


def close_request(*, actor: Actor, conversation_id: int, now: datetime | None = None) -> Conversation:
    """End the open request of a conversation for the firm (FIRM_CLOSE, 5.2); the person is told (T33).

    Raises NotFound, NotAllowed, NothingOpen, NoteOnItsWay.
    """
    moment = now or timezone.now()
    with transaction.atomic(durable=True):
        conversation = _lock(actor, conversation_id)
        talk = _open_talk(conversation, moment, f"close:{conversation.version}")
        if talk.session is None:
            raise NothingOpen
        if talk.session.state == State.PROCESSING:
            raise NoteOnItsWay
        take(talk, Happening(Event.FIRM_CLOSE))
        say(talk, "T33")
        send_answer(talk)
        save_turn(conversation)
    return conversation


_OPEN = [state.value for state in OPEN]


def _open_talk(conversation: Conversation, now: datetime, why: str) -> Talk:
    cause = f"firm:{conversation.pk}:{why}"
    return Talk(conversation, find_speaker(conversation), now, cause, session=find_open(conversation))


def _lock(actor: Actor, conversation_id: int) -> Conversation:
    actor.require(Right.ANSWER)
    rows = Conversation.objects.select_for_update(of=("self",)).select_related("channel", "contact")
    found = rows.filter(firm_id=actor.firm_id, pk=conversation_id, merged_into=None).first()
    if found is None:
        raise NotFound
    return found


def _save(conversation: Conversation) -> None:
    conversation.version += 1
    conversation.save(update_fields=["handed_off_at", "handed_off_to", "handoff_last_at", "version"])
