"""Ask the gateway what became of a request that it accepted, or whose answer was lost (N11, R85)."""

import structlog

from core.errors import ProviderError, Refused, Unavailable
from fiscal.documents.certificates import CertificateRefused
from fiscal.gateways.base import NotFound, Outcome
from nfse.events import Event
from nfse.models import InvoiceRequest
from nfse.selectors.certificates import NoCertificate
from nfse.services.issuing import kinds, waits
from nfse.services.issuing.gateways_of import open_gateway, prepared_note
from nfse.services.issuing.moving import locked_request, record_event
from nfse.services.issuing.settling import ask_again, doubt, settle
from nfse.states import ASKING, State
from queue_worker.work import Work

log = structlog.get_logger(__name__)
Attention = InvoiceRequest.Attention


def ask_request(*, request_id: int, work: Work) -> None:
    """Ask by our own id, never sending anything, and record the answer; ask again while there is none."""
    request = InvoiceRequest.objects.get(pk=request_id)
    if request.state not in ASKING or request.attention == Attention.TAKEN:
        return
    try:
        gateway = open_gateway(request)
    except (NoCertificate, CertificateRefused) as error:
        _record_trouble(request_id, work, Event.CERTIFICATE_TROUBLE, Attention.CERTIFICATE, error.message)
        return
    answer: Outcome | NotFound
    try:
        answer = gateway.find(prepared_note(request))
    except Refused as error:
        log.error("gateway_refuses_us", gateway=request.gateway, detail=error.detail)
        _record_trouble(request_id, work, Event.GATEWAY_TROUBLE, Attention.GATEWAY, error.detail)
        return
    except ProviderError as error:
        _record_no_answer(request_id, work, error)
        return
    with locked_request(request_id) as current:
        if current.state in ASKING:
            settle(current, answer)
        work.finish({"state": current.state})


def keep_asking(*, request_id: int) -> None:
    """The work of a request died: a request that may exist is never failed; it is asked about later (R85)."""
    with locked_request(request_id) as request:
        if request.state == State.SENDING:
            doubt(request, Event.RUN_LOST)
        elif request.state in ASKING and request.attention != Attention.TAKEN:
            kinds.enqueue_for(request, kinds.ASK, waits.after(waits.ATTENTION_WAIT))
        elif request.state == State.QUEUED:
            kinds.enqueue_for(request, kinds.SEND, waits.after(waits.ATTENTION_WAIT))


def _record_trouble(
    request_id: int, work: Work, event: Event, attention: InvoiceRequest.Attention, detail: str
) -> None:
    with locked_request(request_id) as request:
        if request.state in ASKING:
            if request.attention != attention:
                record_event(request, event, detail=detail, attention=attention)
            ask_again(request, waits.ATTENTION_WAIT)
        work.finish({"state": request.state})


def _record_no_answer(request_id: int, work: Work, error: ProviderError) -> None:
    retry_after = error.retry_after if isinstance(error, Unavailable) else None
    with locked_request(request_id) as request:
        if request.state in ASKING:
            ask_again(request, retry_after)
        work.finish({"state": request.state})
