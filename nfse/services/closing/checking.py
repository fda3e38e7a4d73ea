"""What an accountant must look at before the month is closed: the sheet Conferir (X5)."""

from core.formatting import format_document
from nfse.models import InvoiceRequest
from nfse.services.exports.notes import StoredNote, refusal
from nfse.states import WITH_NOTE, State

HEADER = (
    "Empresa",
    "CNPJ",
    "Tomador",
    "Número",
    "DPS",
    "Chave de acesso",
    "Competência",
    "Valor",
    "Situação",
    "Desde",
    "O que conferir",
)
MISSING_XML = (
    "O XML desta nota ainda não chegou do emissor: não está neste pacote. Gere o fechamento de novo."
)
_WORDS = {
    State.QUEUED: "Ainda não foi enviada.",
    State.SENDING: "Estamos conferindo se a nota saiu. Não emita de novo.",
    State.ACCEPTED: "O emissor recebeu e ainda não decidiu. Não emita de novo.",
    State.IN_DOUBT: "Estamos conferindo se a nota saiu. Não emita de novo.",
    State.FAILED: "Não foi enviada: o emissor não respondeu a tempo. Tente de novo ou retire o pedido.",
    State.CANCELING: "O cancelamento foi pedido e ainda não tem resposta.",
    State.IN_ANALYSIS: "O cancelamento está em análise fiscal na prefeitura.",
}


def find_reason(request: InvoiceRequest) -> str:
    """Return what to check of a request because of its state; empty when nothing is."""
    words = [_WORDS.get(State(request.state), "")]
    if request.state == State.REJECTED:
        words.append(f"Recusada: {refusal(request)}")
    if request.attention:
        words.append(f"{request.get_attention_display()}.")
    return " ".join(part for part in words if part)


def find_reasons(note: StoredNote) -> list[str]:
    """Return everything to check of a request and its note; a missing XML is named, never left out."""
    reasons = [reason for reason in [find_reason(note.request)] if reason]
    if note.request.state in WITH_NOTE and not (note.invoice and note.invoice.xml_text):
        reasons.append(MISSING_XML)
    return reasons


def check_row(note: StoredNote, reason: str) -> list[object]:
    """Return one row of the sheet Conferir."""
    request, said, invoice = note.request, note.snapshot, note.invoice
    return [
        said.issuer.legal_name,
        format_document(said.issuer.document),
        said.taker.name if said.taker else "",
        invoice.number if invoice else "",
        f"{request.series}/{request.number}",
        invoice.access_key if invoice else "",
        request.competence_date,
        said.amount,
        State(request.state).label,
        request.state_changed_at,
        reason,
    ]
