"""Send a confirmed request: the attempt is stored, then the stored bytes go out, once (N11, R84, R85)."""

import base64
from datetime import timedelta
from typing import Any

import structlog
from django.utils import timezone

from core.errors import ProviderError, Refused, Unavailable
from fiscal.documents.certificates import CertificateRefused
from fiscal.documents.clock import issue_time
from fiscal.gateways.base import Allocation, NFSeGateway, Outcome, Rejected
from nfse.events import Event
from nfse.models import InvoiceRequest
from nfse.selectors.certificates import NoCertificate
from nfse.services.issuing import kinds, waits
from nfse.services.issuing.gateways_of import open_gateway, prepared_note
from nfse.services.issuing.moving import locked_request, move, record_event
from nfse.services.issuing.settling import doubt, put_back, settle
from nfse.services.issuing.telling import tell_certificate
from nfse.states import State
from queue_worker.work import Work

log = structlog.get_logger(__name__)
Attention = InvoiceRequest.Attention
REBUILD = "rebuild_clock"
CAREFUL_MARGIN = timedelta(seconds=60)


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
            Event.ATTEMPT,
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
    again = _sign_again(request, gateway) if _is_clock_ahead(outcome) else None
    with locked_request(request.pk) as current:
        if current.state != State.SENDING:
            return
        if again is not None:
            text = "O relógio estava adiantado em relação ao da Receita; a nota foi assinada de novo."
            put_back(current, Event.CLOCK_AHEAD, text, None, **again)
        elif isinstance(outcome, ProviderError):
            _record_error(current, outcome)
        else:
            settle(current, outcome)
        work.finish({"state": current.state})


def _is_clock_ahead(outcome: Outcome | ProviderError) -> bool:
    """Whether only the time of the document was refused (E0008): the same content passes a little later."""
    if not isinstance(outcome, Rejected):
        return False
    return bool(outcome.problems) and all(problem.action == REBUILD for problem in outcome.problems)


def _sign_again(request: InvoiceRequest, gateway: NFSeGateway) -> dict[str, Any]:
    """Return the columns of the same content under the same number, with an earlier time (contract 7)."""
    prepared = gateway.prepare(
        request.snapshot,
        Allocation(
            integration_id=request.integration_id,
            issued_at=issue_time(timezone.now(), CAREFUL_MARGIN),
            series=request.series,
            number=request.number,
            layout=request.layout,
        ),
    )
    return {
        "payload_text": base64.b64encode(prepared.payload).decode(),
        "payload_sha256": prepared.sha256,
    }


def _record_error(request: InvoiceRequest, error: ProviderError) -> None:
    if isinstance(error, Unavailable):
        put_back(request, Event.UNAVAILABLE, error.detail, error.retry_after)
    elif isinstance(error, Refused):  # our key or address is wrong: no data of the client's is to blame
        log.error("gateway_refuses_us", gateway=request.gateway, detail=error.detail)
        record_event(request, Event.GATEWAY_REFUSES_US, detail=error.detail, attention=Attention.GATEWAY)
        put_back(request, Event.UNAVAILABLE, error.detail, waits.ATTENTION_WAIT)
    else:
        doubt(request, Event.ANSWER_LOST, error.detail)


def _record_lost_run(request_id: int, work: Work) -> None:
    with locked_request(request_id) as request:
        if request.state == State.SENDING:
            doubt(request, Event.RUN_LOST, "O envio foi interrompido; a nota está sendo conferida.")
        work.finish({"state": request.state})


def _wait_for_certificate(request_id: int, work: Work, reason: str) -> None:
    with locked_request(request_id) as request:
        if request.attention != Attention.CERTIFICATE:
            record_event(request, Event.CERTIFICATE_MISSING, detail=reason, attention=Attention.CERTIFICATE)
            tell_certificate(request, reason)
        if request.state == State.QUEUED:
            kinds.enqueue_for(request, kinds.SEND, waits.after(waits.ATTENTION_WAIT))
        work.finish({"state": request.state, "waits_for": "certificate"})
