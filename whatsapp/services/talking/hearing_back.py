"""What comes back by itself: the note's result, the registry's answer, the files, a slow issuer (§5.2)."""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.utils import timezone

from fiscal.values import LoadedCertificate
from nfse.models import Invoice, InvoiceRequest
from nfse.selectors.invoices import get_invoice
from nfse.selectors.notes import is_drawn_here
from nfse.selectors.registry import read_registry
from nfse.services.issuing.kinds import enqueue_picture
from nfse.services.issuing.preparing import find_certificate
from nfse.services.notes.pictures import find_picture
from nfse.services.registry import ask_registry
from nfse.states import OPEN, WITH_NOTE
from nfse.states import State as RequestState
from queue_worker.errors import Snooze
from queue_worker.work import Work
from registry.models import CnpjRecord
from whatsapp.conversation.facts import Lookup
from whatsapp.conversation.states import CloseReason, Kind, State
from whatsapp.models import Conversation, OutboundMessage, Session
from whatsapp.services.outbox import put_document
from whatsapp.services.talking import answering
from whatsapp.services.talking.listening import enqueue_hearing
from whatsapp.services.talking.outgoing import save_turn, send_answer
from whatsapp.services.talking.people import find_speaker
from whatsapp.services.talking.phrasing import say
from whatsapp.services.talking.prefaces import put_prefaces
from whatsapp.services.talking.requesting import asks_anew, join_request
from whatsapp.services.talking.sessions import close_now, find_open
from whatsapp.services.talking.stepping import Happening, take
from whatsapp.services.talking.talk import Talk
from whatsapp.vocabulary.events import Event

log = structlog.get_logger(__name__)

FILES_FOR = timedelta(days=30)
"""How long files are waited for that the gateway does not hand out."""

_OF_ISSUE = {
    RequestState.REJECTED: Event.REFUSED,
    RequestState.FAILED: Event.EXHAUSTED,
    RequestState.IN_DOUBT: Event.DOUBT,
    **dict.fromkeys(WITH_NOTE, Event.ISSUED),
}
_OF_CANCELLATION = {
    RequestState.CANCELED: Event.ISSUED,
    RequestState.REPLACED: Event.ISSUED,
    RequestState.ISSUED: Event.REFUSED,
    RequestState.IN_ANALYSIS: Event.DOUBT,
}
_OF_REGISTRY = {
    CnpjRecord.State.FOUND: Lookup.FOUND,
    CnpjRecord.State.NOT_FOUND: Lookup.NOT_FOUND,
    CnpjRecord.State.UNKNOWN: Lookup.UNKNOWN,
}


def take_part(
    *,
    conversation_id: int,
    work: Work,
    act: Callable[[Talk], None],
    now: datetime | None = None,
    certificate: LoadedCertificate | None = None,
) -> None:
    """Do something in a conversation that no message asked for, in one transaction under its lock."""
    with transaction.atomic(durable=True):
        locked = Conversation.objects.select_for_update(of=("self",)).select_related("channel", "contact")
        conversation = locked.get(pk=conversation_id)
        talk = Talk(
            conversation,
            find_speaker(conversation),
            now or timezone.now(),
            cause=f"work:{work.item_id}",
            session=find_open(conversation),
            certificate=certificate,
        )
        act(talk)
        if talk.said:
            put_prefaces(talk)
        send_answer(talk)
        save_turn(conversation)
        work.finish()


# --- The note --------------------------------------------------------------------------------------
def hear_request(*, request_id: int, conversation_id: int, work: Work, now: datetime | None = None) -> None:
    """Tell what became of a confirmed note, or of a cancellation. Twice it is told once."""

    def act(talk: Talk) -> None:
        session = talk.session
        if session is None or session.request_id != request_id:
            return
        request = InvoiceRequest.objects.select_related("invoice").get(pk=request_id)
        session.request = request
        _tell(talk, session, request)

    take_part(conversation_id=conversation_id, work=work, act=act, now=now)


def _tell(talk: Talk, session: Session, request: InvoiceRequest) -> None:
    state = RequestState(request.state)
    if session.kind == Kind.ISSUE and session.state != State.PROCESSING and not asks_anew(talk):
        _tell_aside(talk, session, request)
        return
    if session.state == State.FAILED and state in OPEN:
        talk.may_retry = True
        take(talk, Happening(Event.FIRM_RETRY))
        return
    join_request(talk)
    if session.state == State.PROCESSING:
        if state is RequestState.WITHDRAWN:
            close_now(talk, session, CloseReason.CANCELED_BY_FIRM)
            say(talk, "WITHDRAWN_BY_FIRM")
            return
        events = _OF_CANCELLATION if session.kind == Kind.CANCELLATION else _OF_ISSUE
        if state in events:
            take(talk, Happening(events[state]))


def _tell_aside(talk: Talk, session: Session, request: InvoiceRequest) -> None:
    """Hand over, once, the note of an earlier request while another one is in preparation, which goes on."""
    invoice = getattr(request, "invoice", None)
    if invoice is None or talk.is_said("STATUS_NOTE"):
        return
    talk.data = talk.data.having_said("STATUS_NOTE")
    session.data = talk.data.to_dict()
    session.save(update_fields=["data"])
    answering.tell_situation(talk, invoice)
    answering.hand_over(talk, invoice)


def tell_waiting(*, request_id: int, work: Work, now: datetime | None = None) -> None:
    """Say once that the issuer is away, or slow, when a note did not come in a minute (T28, T29)."""
    session = Session.objects.filter(request_id=request_id, state=State.PROCESSING).first()
    if session is None:
        return

    def act(talk: Talk) -> None:
        request = InvoiceRequest.objects.get(pk=request_id)
        if talk.session is None or talk.session.pk != session.pk or request.state not in OPEN:
            return
        key = "T29" if request.state == RequestState.QUEUED and request.attempts else "T28"
        if talk.is_said(key) or (key == "T28" and request.state == RequestState.QUEUED):
            return
        talk.data = talk.data.having_said(key)
        talk.session.data = talk.data.to_dict()
        talk.session.save(update_fields=["data"])
        say(talk, key)

    take_part(conversation_id=session.conversation_id, work=work, act=act, now=now)


# --- The files -------------------------------------------------------------------------------------
def hand_over(
    *, conversation_id: int, invoice_id: int, cause: str, work: Work, now: datetime | None = None
) -> None:
    """Send the PDF and the XML of a note, each as soon as it is there: the PDF may come later than the note.

    Who was forgotten meanwhile gets nothing (W24). Raises Snooze while one is missing.
    """
    moment = now or timezone.now()
    conversation = Conversation.objects.get(pk=conversation_id)
    invoice = get_invoice(conversation.firm_id, invoice_id)
    ready = {
        OutboundMessage.File.PDF: _has_pdf(invoice),
        OutboundMessage.File.XML: bool(invoice.xml_text),
    }
    with transaction.atomic(durable=True):
        locked = Conversation.objects.select_for_update(of=("self",)).get(pk=conversation_id)
        if locked.forgotten_at is not None:
            work.finish()
            return
        for file, is_ready in ready.items():
            if is_ready:
                put_document(
                    conversation=locked,
                    invoice_id=invoice.pk,
                    file=file,
                    cause=cause,
                    dedupe_key=f"{conversation_id}:{cause}:{file}",
                    now=moment,
                )
        if not ready[OutboundMessage.File.PDF] and not is_drawn_here(invoice.request):
            enqueue_picture(invoice.request_id)
        if all(ready.values()):
            work.finish()
            return
    age = moment - invoice.issued_at
    if age > FILES_FOR:
        log.error("files_never_came", invoice_id=invoice_id)
        return
    raise Snooze(min(600.0, max(2.0, age.total_seconds() / 4)), reason="a file is not there yet")


def _has_pdf(invoice: Invoice) -> bool:
    if is_drawn_here(invoice.request):
        return bool(invoice.xml_text)
    return find_picture(invoice) is not None


# --- The registry ----------------------------------------------------------------------------------
def hear_registry(*, session_id: int, cnpj_index: str, work: Work, now: datetime | None = None) -> None:
    """Go on with a note whose client the registry was asked about: the event LOOKUP."""
    session = Session.objects.filter(pk=session_id).first()
    if session is None or session.lookup_index != cnpj_index:
        return
    certificate = find_certificate(session.firm_id, session.company_id) if session.company_id else None

    def act(talk: Talk) -> None:
        document = talk.note.document
        if talk.session is None or talk.session.pk != session_id or session.lookup_index != cnpj_index:
            return
        answer = read_registry(document) if len(document) == 14 else None
        lookup = _OF_REGISTRY.get(CnpjRecord.State(answer.state)) if answer else None
        if lookup is not None:
            take(talk, Happening(Event.LOOKUP, lookup=lookup, lookup_document=document))

    take_part(conversation_id=session.conversation_id, work=work, act=act, now=now, certificate=certificate)


def ask_again(*, session_id: int, work: Work) -> None:
    """Ask the registry once more about a client of whom it had no answer (row 16d)."""
    session = Session.objects.filter(pk=session_id, state=State.COLLECTING).first()
    if session is None:
        return
    document = Talk.draft_of(session).document
    with transaction.atomic(durable=True):
        if len(document) == 14 and not ask_registry(document).is_pending:
            enqueue_hearing(session)  # somebody else asked meanwhile
        work.finish()


def tell_lookup(*, session_id: int, work: Work, now: datetime | None = None) -> None:
    """Say that the registry is being asked, when nothing else is missing and it takes its time (T68)."""
    session = Session.objects.filter(pk=session_id, state=State.COLLECTING).first()
    if session is None:
        return

    def act(talk: Talk) -> None:
        if talk.session is None or talk.session.pk != session_id or talk.note.waits_aloud:
            return
        evaluation = talk.evaluate()
        if evaluation is None or not evaluation.waits:
            return
        talk.wait_aloud()
        talk.session.data = talk.data.to_dict()
        talk.session.save(update_fields=["data"])
        say(talk, "T68")

    take_part(conversation_id=session.conversation_id, work=work, act=act, now=now)
