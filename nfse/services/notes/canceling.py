"""Cancel a note: asked by a person, sent once, asked about after any doubt (N14; national.md 9.2)."""

import structlog
from django.db import transaction
from django.utils import timezone

from core.errors import NitroError, ProviderError, Refused, Unavailable
from fiscal.documents.certificates import CertificateRefused
from fiscal.enumerations import Gateway
from fiscal.gateways.base import (
    Canceled,
    CancellationPending,
    CancelOutcome,
    NFSeGateway,
    NotFound,
    NotSupported,
    Rejected,
)
from nfse.actors import Actor
from nfse.events import Event
from nfse.models import Firm, Invoice, InvoiceRequest
from nfse.permissions import NotFound as NotInFirm
from nfse.permissions import Right
from nfse.selectors.certificates import NoCertificate
from nfse.services.issuing import kinds, waits
from nfse.services.issuing.gateways_of import open_gateway, reference_of
from nfse.services.issuing.locking import lock_request_for
from nfse.services.issuing.moving import locked_request, move, record_event
from nfse.services.notes.facts import apply_facts
from nfse.states import State
from queue_worker.work import Work

log = structlog.get_logger(__name__)
Attention = InvoiceRequest.Attention
REASONS = {"1": "Erro na emissão", "2": "Serviço não prestado", "9": "Outros"}
MIN_TEXT, MAX_TEXT = 15, 255


class InvalidCancelReason(NitroError):
    message = "Escolha o motivo do cancelamento e explique-o com 15 a 255 caracteres."


class CannotCancel(NitroError):
    message = "Esta nota não pode ser cancelada na situação atual."


class AskTheFirm(NitroError):
    """The firm decides about what a phone wants to cancel (Firm.chat_cancellation, N14)."""

    message = "O cancelamento desta nota é com a sua contabilidade."


def cancel_invoice(
    *, actor: Actor, invoice_id: int, reason_code: str, text: str, by_analysis: bool = False
) -> InvoiceRequest:
    """Ask to cancel a note; the answer comes by work. A note already being canceled comes back as it is.

    Args:
        reason_code: "1", "2" or "9". text: 15 to 255 characters. by_analysis: after the city's deadline, ask
            the city to decide (national only).

    Raises:
        NotAllowed, NotFound (of nfse.permissions), InvalidCancelReason, CannotCancel, NotSupported.
        AskTheFirm: a phone, where the firm does not allow to cancel from the chat directly (N14).
    """
    with transaction.atomic(durable=True):
        return cancel_in_transaction(
            actor=actor, invoice_id=invoice_id, reason_code=reason_code, text=text, by_analysis=by_analysis
        )


def cancel_in_transaction(
    *, actor: Actor, invoice_id: int, reason_code: str, text: str, by_analysis: bool = False
) -> InvoiceRequest:
    """Cancel in the caller's transaction, together with rows of its own; see `cancel_invoice`."""
    text = " ".join(text.split())
    if reason_code not in REASONS or not MIN_TEXT <= len(text) <= MAX_TEXT:
        raise InvalidCancelReason
    invoices = Invoice.objects.filter(firm_id=actor.firm_id, pk=invoice_id)
    request_id = invoices.values_list("request_id", flat=True).first()
    if request_id is None:
        raise NotInFirm
    request = lock_request_for(actor, request_id, Right.CANCEL)
    if actor.phone_id is not None:
        _check_chat(actor.firm_id)
    if request.state in {State.CANCELING, State.CANCELED}:
        return request
    if request.state != State.ISSUED:
        raise CannotCancel
    if by_analysis and request.gateway != Gateway.NATIONAL:
        raise NotSupported
    invoices.update(
        cancel_reason_code=reason_code,
        cancel_reason_text=text,
        cancel_by_analysis=by_analysis,
        cancel_sent_at=None,
        cancel_problems=[],
    )
    move(request, State.CANCELING, Event.CANCEL_ASKED, actor=actor, detail=text)
    kinds.enqueue_for(request, kinds.CANCEL)
    return request


def _check_chat(firm_id: int) -> None:
    if not Firm.objects.filter(pk=firm_id, chat_cancellation=Firm.ChatCancellation.ALLOWED).exists():
        raise AskTheFirm


def cancel_note(*, request_id: int, work: Work) -> None:
    """Send the cancellation, or ask about one that was sent, and record the answer."""
    request = InvoiceRequest.objects.select_related("invoice").get(pk=request_id)
    if request.state != State.CANCELING:
        return
    outcome: CancelOutcome | Exception
    try:
        outcome = _ask_or_send(request, open_gateway(request), work)
    except (NoCertificate, CertificateRefused, ProviderError) as error:
        outcome = error
    with locked_request(request_id) as current:
        if current.state == State.CANCELING:
            _settle(current, outcome)
        work.finish({"state": current.state})


def keep_canceling(*, request_id: int) -> None:
    """The work died: the cancellation stays open and is asked about later."""
    with locked_request(request_id) as request:
        if request.state == State.CANCELING:
            kinds.enqueue_for(request, kinds.CANCEL, waits.after(waits.ATTENTION_WAIT))


def _ask_or_send(request: InvoiceRequest, gateway: NFSeGateway, work: Work) -> CancelOutcome:
    invoice, reference = request.invoice, reference_of(request)
    if invoice.cancel_sent_at is not None:
        known = gateway.find_cancellation(reference)
        if not isinstance(known, NotFound):
            return known
    Invoice.objects.filter(pk=invoice.pk).update(cancel_sent_at=timezone.now())
    work.check()
    send = gateway.request_analysis if invoice.cancel_by_analysis else gateway.cancel
    return send(reference, reason_code=invoice.cancel_reason_code, text=invoice.cancel_reason_text)


def _settle(request: InvoiceRequest, outcome: CancelOutcome | Exception) -> None:
    invoice = Invoice.objects.select_for_update(of=("self",)).get(request=request)
    match outcome:
        case Canceled():
            apply_facts(request, invoice, outcome.state)
            kinds.enqueue_for(request, kinds.READ)
        case CancellationPending(in_analysis=True):
            move(request, State.IN_ANALYSIS, Event.ANALYSIS_ASKED)
            kinds.enqueue_for(request, kinds.READ, waits.after(3600))
        case Rejected():
            invoice.cancel_problems = [problem.to_dict() for problem in outcome.problems]
            invoice.save(update_fields=["cancel_problems"])
            codes = "; ".join(problem.code for problem in outcome.problems)
            move(request, State.ISSUED, Event.CANCEL_REJECTED, detail=codes)
        case _:
            _wait(request, outcome)


def _wait(request: InvoiceRequest, outcome: CancellationPending | Exception) -> None:
    retry_after: float | None = None
    if isinstance(outcome, Unavailable):
        retry_after = outcome.retry_after
    elif isinstance(outcome, Refused):
        log.error("gateway_refuses_us", gateway=request.gateway, detail=outcome.detail)
        record_event(request, Event.GATEWAY_REFUSES_US, detail=outcome.detail, attention=Attention.GATEWAY)
        retry_after = waits.ATTENTION_WAIT
    elif isinstance(outcome, NitroError) and not isinstance(outcome, ProviderError):
        if request.attention != Attention.CERTIFICATE:
            record_event(
                request, Event.CERTIFICATE_MISSING, detail=outcome.message, attention=Attention.CERTIFICATE
            )
        retry_after = waits.ATTENTION_WAIT
    seconds = waits.step(waits.CANCEL_WAITS, request.asks)
    if timezone.now() - request.state_changed_at > waits.SLOW_AFTER:
        seconds = waits.SLOW_WAIT
    request.asks += 1
    request.save(update_fields=["asks"])
    kinds.enqueue_for(request, kinds.CANCEL, waits.after(seconds, retry_after))
