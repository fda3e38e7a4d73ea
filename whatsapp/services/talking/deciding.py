"""What the firm's people decide about a cancellation that was asked for in the chat (A23)."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from core.errors import NitroError
from nfse.actors import Actor
from nfse.permissions import NotFound, Right
from whatsapp.models import Conversation, Session
from whatsapp.services.talking.outgoing import save_turn, send_answer
from whatsapp.services.talking.people import find_speaker
from whatsapp.services.talking.sessions import find_open
from whatsapp.services.talking.stepping import Happening, take
from whatsapp.services.talking.talk import Talk
from whatsapp.vocabulary.events import Event

LONGEST_DENIAL = 300


class NothingToDecide(NitroError):
    """Somebody was faster, or the person gave it up."""

    message = "Este pedido não espera mais uma decisão. Recarregue a página."


class DenialMissing(NitroError):
    message = "Escreva por que o cancelamento não foi aprovado: o cliente recebe esta frase."


def approve_cancellation(*, actor: Actor, session_id: int, now: datetime | None = None) -> Session:
    """Cancel the note that a person asked to cancel, as this member of the firm.

    Raises NotFound, NotAllowed, NothingToDecide, and what `cancel_in_transaction` raises.
    """

    def act(talk: Talk, session: Session) -> None:
        _require_waiting(session)
        talk.deciding = actor
        take(talk, Happening(Event.FIRM_OK))

    return _decide(actor, session_id, act, now)


def deny_cancellation(*, actor: Actor, session_id: int, text: str, now: datetime | None = None) -> Session:
    """Tell a person that the note is not canceled, and why. Raises NotFound, NotAllowed, NothingToDecide,
    DenialMissing.
    """
    reason = " ".join(text.split())[:LONGEST_DENIAL]
    if not reason:
        raise DenialMissing

    def act(talk: Talk, session: Session) -> None:
        _require_waiting(session)
        talk.deny(reason)
        take(talk, Happening(Event.FIRM_NO))

    return _decide(actor, session_id, act, now)


def _require_waiting(session: Session) -> None:
    if not session.waits_for_firm:
        raise NothingToDecide


def _decide(
    actor: Actor,
    session_id: int,
    act: Callable[[Talk, Session], None],
    now: datetime | None,
) -> Session:
    """Lock the conversation, ask the right, and do it with the session as it stands."""
    sessions = Session.objects.filter(firm_id=actor.firm_id, pk=session_id)
    conversation_id = sessions.values_list("conversation_id", flat=True).first()
    if conversation_id is None:
        raise NotFound
    moment = now or timezone.now()
    with transaction.atomic(durable=True):
        locked = Conversation.objects.select_for_update(of=("self",)).select_related("channel", "contact")
        conversation = locked.get(pk=conversation_id)
        session = find_open(conversation)
        actor.require(Right.DECIDE, company_id=session.company_id if session else None)
        if session is None or session.pk != session_id:
            raise NothingToDecide
        talk = Talk(
            conversation,
            find_speaker(conversation),
            moment,
            cause=f"decision:{session_id}:{conversation.version}",
            session=session,
        )
        act(talk, session)
        send_answer(talk)
        save_turn(conversation)
    return session
