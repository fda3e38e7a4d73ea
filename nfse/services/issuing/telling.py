"""What the firm hears of its requests, each thing once (A28). Inside the caller's transaction."""

from datetime import datetime, timedelta

from django.db import transaction

from nfse.events import Event
from nfse.models import InvoiceRequest, Notice
from nfse.services.notices import notify
from nfse.states import State

DOUBT_AFTER = timedelta(hours=2)
MAX_TEXT = 500


def tell_move(request: InvoiceRequest, event: Event) -> None:
    """Tell of a refusal, a failure, and of what the city did to a note."""
    whose = _whose(request)
    if event == Event.TAKEN_SETTLED:  # the firm itself did it
        return
    if request.state == State.REJECTED:
        reasons = " ".join(problem["message_pt"] for problem in request.problems)
        _tell(request, Notice.Kind.REJECTED, "Nota recusada", f"{whose}: {reasons}", event)
    elif request.state == State.FAILED:
        text = f"{whose}: o emissor não respondeu por 24 horas. Nada foi emitido; você pode tentar de novo."
        _tell(request, Notice.Kind.REJECTED, "Nota não emitida", text, f"{event}:{request.attempts}")
    elif event == Event.NUMBER_TAKEN:
        tell_taken(request)
    elif event in {Event.CANCELED_BY_CITY, Event.ANALYSIS_DENIED, Event.CANCEL_REJECTED}:
        text = {
            Event.CANCELED_BY_CITY: "a prefeitura cancelou esta nota.",
            Event.ANALYSIS_DENIED: "a prefeitura não autorizou o cancelamento; a nota continua valendo.",
            Event.CANCEL_REJECTED: "o cancelamento foi recusado; a nota continua valendo.",
        }[event]
        moment = f"{event}:{request.state_changed_at.isoformat()}"
        _tell(request, Notice.Kind.NOTE_CHANGED, "Nota mudou de situação", f"{whose}: {text}", moment)


def tell_certificate(request: InvoiceRequest, reason: str) -> None:
    """Tell that a confirmed note waits for a certificate; it is kept."""
    text = f"{_whose(request)}: a nota está guardada e sai quando houver um certificado válido. {reason}"
    _tell(request, Notice.Kind.CERTIFICATE, "Nota espera o certificado", text, "certificate")


def tell_taken(request: InvoiceRequest) -> None:
    """Tell that another program used the number: a person decides."""
    text = (
        f"{_whose(request)}: o número {request.number} da série {request.series} já tem uma nota de outro "
        "conteúdo. Nada foi adotado. Confira no portal nacional e emita de novo em outra série."
    )
    _tell(request, Notice.Kind.IN_DOUBT, "Número já usado por outro sistema", text, "taken")


def tell_doubts(*, now: datetime) -> int:
    """Tell of requests in doubt for more than two hours, each once per doubt; return how many there are."""
    doubtful = InvoiceRequest.objects.filter(
        state=State.IN_DOUBT, state_changed_at__lt=now - DOUBT_AFTER
    ).defer("payload_text", "snapshot_data")
    count = 0
    for request in doubtful.order_by("pk")[:500]:
        text = f"{_whose(request)}: a confirmação ainda não chegou. Estamos conferindo; não emita de novo."
        with transaction.atomic(durable=True):
            moment = f"in_doubt:{request.state_changed_at.isoformat()}"
            _tell(request, Notice.Kind.IN_DOUBT, "Nota em conferência há mais de 2 horas", text, moment)
        count += 1
    return count


def _whose(request: InvoiceRequest) -> str:
    return request.company.display_name


def _tell(request: InvoiceRequest, kind: Notice.Kind, title: str, text: str, moment: str) -> None:
    notify(
        firm_id=request.firm_id,
        kind=kind,
        title=title,
        text=text[:MAX_TEXT],
        dedupe_key=f"request:{request.pk}:{moment}"[:80],
        company_id=request.company_id,
        reference_type="request",
        reference_id=request.pk,
    )
