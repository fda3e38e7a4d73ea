"""Send a confirmed request: the attempt is stored, then the stored bytes go out, once (N11, R84, R85)."""

import structlog

from core.errors import ProviderError, Refused, Unavailable
from nfse.documents.certificates import CertificateRefused
from nfse.gateways.base import NFSeGateway, Outcome
from nfse.models import InvoiceRequest
from nfse.selectors.certificates import NoCertificate
from nfse.services.issuing import kinds, waits
from nfse.services.issuing.moving import locked_request, move, note
from nfse.services.issuing.opening import open_gateway, prepared_note
from nfse.services.issuing.settling import doubt, put_back, settle
from nfse.services.issuing.telling import tell_certificate
from nfse.states import State
from queue_worker.work import Work

log = structlog.get_logger(__name__)
Attention = InvoiceRequest.Attention


def send_request(*, request_id: int, work: Work) -> None:
    """Send a queued request and record what came of it.

    A request that is found `sending` was left by a run that died: it may have arrived, so it is asked about.
    A missing certificate keeps it in the queue, and the firm is told.
    """
    request = InvoiceRequest.objects.get(pk=request_id)
    if request.state == State.SENDING:
        _record_lost_run(request_id, work)
        return
    if request.state != State.QUEUED:
        return
    try:
        gateway = open_gateway(request)
    except (NoCertificate, CertificateRefused) as error:
        _wait_for_certificate(request_id, work, error.message)
        return
    if _begin_attempt(request_id):
        work.check()
        _send(request, gateway, work)


def _begin_attempt(request_id: int) -> bool:
    """Store the attempt before the first byte leaves; False when it was withdrawn meanwhile."""
    with locked_request(request_id) as request:
        if request.state != State.QUEUED:
            return False
        number = request.attempts + 1
        move(
            request,
            State.SENDING,
            "attempt",
            data={"attempt": number},
            attempts=number,
            attention=Attention.NONE,
        )
    return True


def _send(request: InvoiceRequest, gateway: NFSeGateway, work: Work) -> None:
    outcome: Outcome | ProviderError
    try:
        outcome = gateway.issue(prepared_note(request))
    except ProviderError as error:
        outcome = error
    with locked_request(request.pk) as current:
        if current.state != State.SENDING:
            return
        if isinstance(outcome, ProviderError):
            _record_error(current, outcome)
        else:
            settle(current, outcome)
        work.finish({"state": current.state})


def _record_error(request: InvoiceRequest, error: ProviderError) -> None:
    if isinstance(error, Unavailable):
        put_back(request, "unavailable", error.detail, error.retry_after)
    elif isinstance(error, Refused):  # our key or address is wrong: no data of the client's is to blame
        log.error("gateway_refuses_us", gateway=request.gateway, detail=error.detail)
        note(request, "gateway_refuses_us", detail=error.detail, attention=Attention.GATEWAY)
        put_back(request, "unavailable", error.detail, waits.ATTENTION_WAIT)
    else:
        doubt(request, "answer_lost", error.detail)


def _record_lost_run(request_id: int, work: Work) -> None:
    with locked_request(request_id) as request:
        if request.state == State.SENDING:
            doubt(request, "run_lost", "O envio foi interrompido; a nota está sendo conferida.")
        work.finish({"state": request.state})


def _wait_for_certificate(request_id: int, work: Work, reason: str) -> None:
    with locked_request(request_id) as request:
        if request.attention != Attention.CERTIFICATE:
            note(request, "certificate_missing", detail=reason, attention=Attention.CERTIFICATE)
            tell_certificate(request, reason)
        if request.state == State.QUEUED:
            kinds.enqueue_for(request, kinds.SEND, waits.after(waits.ATTENTION_WAIT))
        work.finish({"state": request.state, "waits_for": "certificate"})
