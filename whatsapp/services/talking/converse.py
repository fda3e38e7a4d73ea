"""Take all unread messages of a conversation, read them together, and answer once (W7, R63, R72).

No transaction is open while OpenAI is asked; the effects are one transaction, which compares the version.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from core.compiled import Compiled, Parameter
from fiscal.values import LoadedCertificate
from nfse.models import Notice
from nfse.services.issuing.preparing import find_certificate
from queue_worker.errors import RetryLater, Snooze
from queue_worker.work import Work
from whatsapp.conversation.states import LISTS, Kind, State
from whatsapp.conversation.understanding import Understood, understand
from whatsapp.models import Conversation, InboundMessage, Session
from whatsapp.reading.values import Asked, Reading, Status
from whatsapp.services.ai_calls import save_ai_calls
from whatsapp.services.talking.batches import Batch, list_unread, make_batch, waits_for_media
from whatsapp.services.talking.candidates import list_candidates
from whatsapp.services.talking.hearing import hear_audio
from whatsapp.services.talking.limits import may_ask_model
from whatsapp.services.talking.notices import tell_firm
from whatsapp.services.talking.outgoing import save_turn, send_answer
from whatsapp.services.talking.people import Speaker, find_speaker
from whatsapp.services.talking.reading_chain import Chain, apply_intent, context_at, read_chain
from whatsapp.services.talking.requesting import Reconsider
from whatsapp.services.talking.sessions import find_open
from whatsapp.services.talking.stepping import names_of
from whatsapp.services.talking.talk import Talk
from whatsapp.services.talking.turns import take_turn
from whatsapp.services.typing import typing_while_slow
from whatsapp.vocabulary.attacks import is_attack
from whatsapp.vocabulary.events import Event

MOST_READS = 3
"""A batch is read again when more came meanwhile, at most twice (contract celery-redis 5)."""

MEDIA_PAUSE, BUSY_PAUSE = 1.0, 0.5


_CONVERSATION = Compiled(
    lambda: Conversation.objects.select_related("channel", "contact").filter(pk=Parameter("pk"))
)
_LOCKED_CONVERSATION = Compiled(
    lambda: (
        Conversation.objects.select_for_update(of=("self",))
        .select_related("channel", "contact")
        .filter(pk=Parameter("pk"))
    )
)


@dataclass(frozen=True)
class Scene:
    """What one reading of a batch was made from; the version tells whether it still holds."""

    conversation: Conversation
    speaker: Speaker
    batch: Batch
    chain: Chain
    understood: Understood
    certificate: LoadedCertificate | None


def converse(*, conversation_id: int, work: Work, now: datetime | None = None) -> None:
    """Answer what was not read yet of a conversation. Twice, at once and after a crash it is answered once.

    Raises Snooze while a voice note is being fetched, RetryLater while a yes is not alone.
    """
    for read in range(MOST_READS):
        moment = now or timezone.now()
        scene = _read(conversation_id, moment)
        if scene is None:
            return
        work.check()
        try:
            if _apply(scene, work, moment, is_last=read == MOST_READS - 1):
                return
        except Reconsider:
            continue
    raise RetryLater(BUSY_PAUSE, reason="more messages keep coming, or the note changes meanwhile")


def _get(query: Compiled[Conversation], conversation_id: int) -> Conversation:
    conversation = query.only(pk=conversation_id)
    if conversation is None:
        raise Conversation.DoesNotExist
    return conversation


def _read(conversation_id: int, now: datetime) -> Scene | None:
    """Read all that is unread, with no lock and no transaction."""
    conversation = _get(_CONVERSATION, conversation_id)
    messages = list_unread(conversation)
    if not messages or conversation.merged_into_id is not None:
        return None
    if waits_for_media(messages, conversation, now):
        raise Snooze(MEDIA_PAUSE, reason="a voice note is being fetched")
    with typing_while_slow(conversation):
        return _read_batch(conversation, messages, now)


def _read_batch(conversation: Conversation, messages: list[InboundMessage], now: datetime) -> Scene:
    speaker = find_speaker(conversation)
    transcripts = hear_audio(conversation, messages, now) if speaker.is_known else {}
    batch = make_batch(conversation, messages, transcripts)
    session = find_open(conversation)
    talk = Talk(conversation, speaker, now, "", session=session, batch=batch)
    chain, understood = _understand(talk)
    return Scene(conversation, speaker, batch, chain, understood, _open_certificate(talk, understood))


def _understand(talk: Talk) -> tuple[Chain, Understood]:
    batch, session = talk.batch, talk.session
    if batch is None or not batch.texts or not talk.speaker.is_known:
        return Chain(Reading()), Understood(Event.UNSURE)
    company = talk.company
    profile = getattr(company, "tax_profile", None) if company else None
    context = context_at(
        talk.now,
        own_documents=frozenset({company.document} if company else ()),
        limit_cents=profile.limit_cents if profile else None,
        takers=list_candidates(talk.firm.pk, company.pk if company else None, batch.texts),
        asked=frozenset(Asked(field) for field in talk.note.asked if field in set(Asked)),
    )
    may_ask = talk.conversation.handed_off_at is None and may_ask_model(talk)
    chain = read_chain(batch.texts, context, conversation_id=talk.conversation.pk, may_ask=may_ask)
    save_ai_calls(
        firm_id=talk.firm.pk,
        conversation_id=talk.conversation.pk,
        reports=chain.reports,
        at=talk.now,
    )
    if is_attack("\n".join(batch.texts)) and (session is not None or not _states_a_value(chain.reading)):
        return Chain(Reading(), reports=chain.reports), Understood(Event.UNSURE)
    understood = understand(batch.texts, chain.reading, talk.facts, _list_options(talk, session))
    return chain, apply_intent(understood, chain.intent)


def _states_a_value(reading: Reading) -> bool:
    """Whether a document or an amount was stated, which a mirror shows before anything is done."""
    return Status.MISSING is not reading.document.status or Status.MISSING is not reading.amount.status


def _list_options(talk: Talk, session: Session | None) -> list[tuple[str, ...]]:
    """Return the list that the person may be picking from."""
    companies: list[tuple[str, ...]] = [
        (one.display_name, one.legal_name, one.document) for one in talk.speaker.companies
    ]
    if session is None:
        return companies if talk.lists_companies else []
    if session.state == State.CHOOSING_COMPANY:
        return companies
    if session.kind == Kind.ISSUE and session.question in set(LISTS):
        return names_of(talk.note.options)
    return []


def _open_certificate(talk: Talk, understood: Understood) -> LoadedCertificate | None:
    """Open the certificate of the company before the transaction, when a mirror or a yes may need it."""
    if understood.event in {Event.HANDOFF, Event.CANCEL} or not talk.speaker.is_known:
        return None
    company = talk.company
    if company is None and understood.pick is not None and understood.pick < len(talk.speaker.companies):
        company = talk.speaker.companies[understood.pick]
    return find_certificate(talk.firm.pk, company.pk) if company is not None else None


def _apply(scene: Scene, work: Work, now: datetime, *, is_last: bool) -> bool:
    """Write all that a batch does, or nothing: false when more came or somebody else decided meanwhile."""
    batch = scene.batch
    with transaction.atomic(durable=True):
        conversation = _get(_LOCKED_CONVERSATION, scene.conversation.pk)
        if conversation.version != batch.version or conversation.done_seq >= batch.upto:
            return False
        if conversation.last_seq > batch.upto and (not is_last or scene.understood.event is Event.YES):
            return False
        talk = Talk(
            conversation,
            scene.speaker,
            now,
            cause=f"batch:{conversation.pk}:{batch.upto}",
            session=find_open(conversation),
            batch=batch,
            certificate=scene.certificate,
        )
        take_turn(talk, scene.chain.reading, scene.understood, asked_model=bool(scene.chain.reports))
        send_answer(talk)
        _move_on(conversation, batch, now)
        work.finish()
    return True


def tell_unread(*, conversation_id: int) -> None:
    """The `on_dead` of a turn: the messages stay, and people of the firm are told to answer them."""
    conversation = Conversation.objects.select_related("channel", "contact").get(pk=conversation_id)
    talk = Talk(conversation, find_speaker(conversation), timezone.now(), cause="dead")
    text = "Uma mensagem recebida no WhatsApp não pôde ser tratada. Responda pela página da conversa."
    once = f"unread:{conversation.pk}:{conversation.last_seq}"
    tell_firm(talk, Notice.Kind.HANDOFF, "Mensagem sem resposta", text, once=once, everybody=True)


def _move_on(conversation: Conversation, batch: Batch, now: datetime) -> None:
    conversation.done_seq = batch.upto
    is_read = conversation.last_seq <= batch.upto
    conversation.first_unread_at = None if is_read else (conversation.first_unread_at or now)
    save_turn(conversation, "done_seq", "first_unread_at")
