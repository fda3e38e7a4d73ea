"""One turn of a person: who it is, what was not read, and the event that the words are (§5.9, W5, W18)."""

from dataclasses import replace
from datetime import timedelta

from nfse.models import AuthorizedPhone
from nfse.states import WITH_NOTE
from whatsapp.conversation.states import Kind, Question, State
from whatsapp.conversation.understanding import Understood
from whatsapp.models import OutboundMessage, Session
from whatsapp.reading.values import Reading
from whatsapp.services.talking import answering, canceling, limits
from whatsapp.services.talking.needs import ask_again
from whatsapp.services.talking.phrasing import phrase, say
from whatsapp.services.talking.prefaces import PREFACES, put_prefaces
from whatsapp.services.talking.requesting import join_request
from whatsapp.services.talking.sessions import restart_clock
from whatsapp.services.talking.stepping import Happening, take
from whatsapp.services.talking.talk import Said, Talk
from whatsapp.vocabulary.commands import Command, Commanded
from whatsapp.vocabulary.events import Event

UNKNOWN_AGAIN = timedelta(hours=24)
KIND_AGAIN = timedelta(minutes=10)
_OPENS = frozenset({Event.DATA, Event.FIX, Event.ISSUE})
_HEARD_THEN = frozenset({Event.CANCEL, Event.HANDOFF, Event.INFO})
"""What a person may have meant although the firm had the request sent again, which they did not know."""

_ASKS_FOR_NOTE = _OPENS | {Event.REPEAT, Event.RESUME, Event.RETRY}


def take_turn(talk: Talk, reading: Reading, understood: Understood, *, asked_model: bool) -> None:
    """Do all that one batch does, in the caller's transaction, which holds the conversation."""
    if asked_model:
        limits.count_model(talk)
    if not talk.speaker.is_known:
        _answer_stranger(talk)
        return
    if _is_with_firm(talk, understood):
        return
    if limits.should_warn(talk):
        say(talk, "T60")
    if end_without_right(talk):
        return
    if _may_not_ask(talk, understood):
        say(talk, "MAY_NOT_ISSUE")
        return
    if _go_on_with_resent(talk, has_data=reading.has_data) and understood.event not in _HEARD_THEN:
        return
    _take_words(talk, reading, understood)
    put_prefaces(talk)


def _answer_stranger(talk: Talk) -> None:
    """A number without access: an open request ends, and it is told once a day at most (W5)."""
    if talk.session is not None:
        take(talk, Happening(Event.REVOKED))
        if talk.session.state == State.CANCELED:
            say(talk, "ACCESS_REMOVED")
        return
    said = talk.conversation.unknown_answered_at
    if talk.batch is None or not (talk.batch.heard or talk.batch.notices):
        return
    if said is None or talk.now - said >= UNKNOWN_AGAIN:
        talk.conversation.unknown_answered_at = talk.now
        say(talk, "T03")


def end_without_right(talk: Talk) -> bool:
    """End an open request whose phone may not ask for it any more; one that was confirmed goes its way."""
    session = talk.session
    if session is None or session.state == State.PROCESSING or not _has_lost_right(talk, session):
        return False
    take(talk, Happening(Event.REVOKED))
    say(talk, "ACCESS_REMOVED")
    return True


def _may_not_ask(talk: Talk, understood: Understood) -> bool:
    """Whether a note is asked for by a phone that may only cancel, for the company that it is about."""
    session, place = talk.session, understood.pick
    phones: list[AuthorizedPhone | None] = [*talk.speaker.phones]
    if session is None and understood.event in _ASKS_FOR_NOTE:
        phones = [talk.speaker.phone_for(talk.company.pk)] if talk.company else phones
    elif session is not None and session.state == State.CHOOSING_COMPANY and place is not None:
        phones = phones[place : place + 1]
    else:
        return False
    return not any(phone is not None and phone.can_issue for phone in phones)


def _go_on_with_resent(talk: Talk, *, has_data: bool) -> bool:
    """Go on with the failed request of the session if the firm had it sent again; return whether it had."""
    if not join_request(talk, has_data=has_data):
        return False
    request = talk.session.request if talk.session else None
    if request is not None and request.state in WITH_NOTE:
        take(talk, Happening(Event.ISSUED))
    return True


def _has_lost_right(talk: Talk, session: Session) -> bool:
    if session.company_id is None:
        return not talk.speaker.is_known
    phone = talk.speaker.phone_for(session.company_id)
    return phone is None or (session.kind == Kind.ISSUE and not phone.can_issue)


def _is_with_firm(talk: Talk, understood: Understood) -> bool:
    """Whether people of the firm answer: the bot is silent then, until *voltar* or four hours (W18)."""
    conversation = talk.conversation
    if conversation.handed_off_at is None:
        return False
    if understood.command is not None and understood.command.command is Command.BACK:
        end_handoff(talk)
        say(talk, "T57", pendencia=answering.describe_open(talk))
    return True


def end_handoff(talk: Talk) -> None:
    """Give the conversation back to the bot; the clock of an open session goes on."""
    conversation = talk.conversation
    conversation.handed_off_at = conversation.handed_off_to = conversation.handoff_last_at = None
    if talk.session is not None:
        restart_clock(talk, talk.session)


def _take_words(talk: Talk, reading: Reading, understood: Understood) -> None:
    batch = talk.batch
    if batch is None:
        return
    text = "\n".join(batch.texts)
    if not text:
        _take_wordless(talk)
    elif talk.session is not None and talk.session.kind == Kind.CANCELLATION:
        _take_of_cancellation(talk, text, understood)
    elif _switches_to_cancellation(talk, understood):
        _switch_to_cancellation(talk)
    elif batch.is_altered and understood.event is Event.YES:
        _take_alteration(talk)
    else:
        if any(one.is_edit for one in batch.heard) and understood.event is Event.YES:
            understood = Understood(Event.UNSURE)
        elif any(one.is_edit for one in batch.heard) and understood.event is Event.DATA:
            understood = replace(understood, event=Event.FIX)
        take(talk, Happening(understood.event, understood, reading, text))
        if batch.is_altered:
            _mention_alteration(talk)


def _take_wordless(talk: Talk) -> None:
    """A batch of files, stickers, reactions or changes alone (§5.9)."""
    batch = talk.batch
    if batch is None:
        return
    if batch.is_altered:
        _take_alteration(talk)
    for key in batch.notices:
        if key in PREFACES:
            continue
        said = talk.conversation.kind_answered_at
        if key == "T42" and said is not None and talk.now - said < KIND_AGAIN:
            continue
        if key == "T42":
            talk.conversation.kind_answered_at = talk.now
        say(talk, key)
    if not batch.notices and not batch.is_altered and _agrees_with_mirror(talk):
        say(talk, "T24")


def _agrees_with_mirror(talk: Talk) -> bool:
    """Whether a 👍 was put on the mirror that stands: answered once for each, and never a yes (5.7)."""
    session, batch = talk.session, talk.batch
    if session is None or batch is None or session.state != State.AWAITING_CONFIRMATION:
        return False
    shown = OutboundMessage.objects.filter(
        conversation=talk.conversation,
        provider_message_id__in=[*filter(None, batch.agreeing_reactions)],
        mirror_hash=session.mirror_hash,
    )
    key = f"REACTION:{session.mirror_seq}"
    if not session.mirror_hash or talk.is_said(key) or not shown.exists():
        return False
    talk.data = talk.data.having_said(key)
    session.data = talk.data.to_dict()
    session.save(update_fields=["data"])
    return True


def _take_alteration(talk: Talk) -> None:
    batch = talk.batch
    if batch is not None:
        take(talk, Happening(Event.ALTERED, is_unreadable_edit=batch.has_unreadable_edit))


def _mention_alteration(talk: Talk) -> None:
    """The words of the batch were taken; that a message was changed besides is asked about once (T64)."""
    batch, session = talk.batch, talk.session
    if batch is None or not batch.has_unreadable_edit or talk.is_said("T64"):
        return
    if session is not None and session.pk:
        talk.data = talk.data.having_said("T64")
        session.mirror_is_void = session.mirror_is_void or session.state == State.AWAITING_CONFIRMATION
        session.data = talk.data.to_dict()
        session.save(update_fields=["data", "mirror_is_void"])
    talk.said.insert(0, Said("T64", phrase(talk, "T64")))


def _switches_to_cancellation(talk: Talk, understood: Understood) -> bool:
    session = talk.session
    return (
        session is not None
        and session.question == Question.SWITCH_TO_CANCELLATION
        and understood.event is Event.YES
    )


def _switch_to_cancellation(talk: Talk) -> None:
    """Leave the note in preparation, which *continuar* takes up again, for one to cancel (row 26)."""
    number = talk.cancel.number
    take(talk, Happening(Event.CANCEL))
    talk.said.clear()
    other = Talk(talk.conversation, talk.speaker, talk.now, talk.cause, batch=talk.batch)
    command = Commanded(Command.CANCEL_NOTE, note_number=number)
    take(other, Happening(Event.CANCEL_NOTE, Understood(Event.CANCEL_NOTE, command=command)))
    talk.session, talk.said, talk.data = other.session, other.said, other.data


def _take_of_cancellation(talk: Talk, text: str, understood: Understood) -> None:
    """In a session that cancels, words are the note or the reason, unless they answer or command."""
    session = talk.session
    if session is None:
        return
    event = understood.event
    is_answer = event in {Event.CANCEL, Event.HANDOFF} or (
        event in {Event.YES, Event.NO} and (session.question or session.state != State.COLLECTING)
    )
    is_command = event is Event.INFO and understood.command is not None
    if is_answer or is_command:
        take(talk, Happening(event, understood))
        return
    can_give = session.state in {State.COLLECTING, State.AWAITING_CONFIRMATION} and not session.question
    if can_give and canceling.read_answer_of(talk, text):
        take(talk, Happening(Event.DATA, Understood(Event.DATA)))
        return
    if session.question == Question.CANCEL_ISSUED and event in _OPENS:
        ask_again(talk)
        return
    if talk.said:
        return  # the note that was named cannot be canceled: that is told
    event = Event.UNSURE if event in _OPENS | {Event.PICK, Event.REPEAT, Event.SWITCH} else event
    take(talk, Happening(event, understood))
