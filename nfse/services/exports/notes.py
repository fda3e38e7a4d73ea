"""Requests and notes as rows of X4 (PRODUCT.md §7): what the closing, CSV and XLSX have in common.

Figures come from the note as returned, where its XML is a national NFS-e; else from what was confirmed.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import islice

from django.db.models import QuerySet

from core.formatting import format_document
from fiscal.documents.events import CANCELING, REASONS, REPLACEMENT
from fiscal.documents.figures import NoteFigures, expect_figures, read_figures
from fiscal.values import NoteEventFact, NoteSnapshot, RuleProblem
from nfse.models import Invoice, InvoiceRequest, NoteEvent, RequestEvent
from nfse.states import State

ROWS_AT_ONCE = 200
BETWEEN_VALUES = " | "
ORIGINS = {
    InvoiceRequest.Origin.CHAT: "chat",
    InvoiceRequest.Origin.HAND: "manual",
    InvoiceRequest.Origin.BATCH: "lote",
    InvoiceRequest.Origin.RECURRING: "recorrente",
    InvoiceRequest.Origin.API: "API",
}
_ENDED = {State.CANCELED.value, State.REPLACED.value}


@dataclass(frozen=True)
class StoredNote:
    """A request with its note, what it says, and the events registered to it."""

    request: InvoiceRequest
    invoice: Invoice | None
    snapshot: NoteSnapshot
    figures: NoteFigures
    events: Sequence[NoteEvent] = ()
    ended_at: datetime | None = None
    replaced_by: str = ""

    @property
    def iss_withheld(self) -> Decimal | None:
        return self.figures.iss if self.figures.is_iss_withheld else None


@dataclass(frozen=True)
class _Related:
    """What a chunk of requests needs besides its own rows."""

    events: dict[int, list[NoteEvent]] = field(default_factory=lambda: defaultdict(list))
    ended_at: dict[int, datetime] = field(default_factory=dict)
    replaced_by: dict[int, str] = field(default_factory=dict)


HEADER = (
    "Empresa",
    "CNPJ/CPF da empresa",
    "Tomador",
    "CNPJ/CPF do tomador",
    "Número",
    "Série",
    "DPS",
    "Chave de acesso",
    "Código de verificação",
    "Situação",
    "Emissão",
    "Competência",
    "Serviço (cTribNac)",
    "Código municipal",
    "Descrição",
    "Valor do serviço",
    "Deduções/descontos",
    "Base de cálculo",
    "Alíquota ISS",
    "Valor ISS",
    "ISS retido",
    "Retenções federais",
    "Valor líquido",
    "Município de incidência",
    "Emissor",
    "Ambiente",
    "Origem",
    "Pedido por",
    "Protocolo",
    "Cancelada em",
    "Motivo",
    "Substitui",
    "Substituída por",
    "Recusa",
)


def read_notes(requests: QuerySet[InvoiceRequest]) -> Iterator[StoredNote]:
    """Read requests with everything an export says, some hundred at a time, in the order of the query.

    Only their ids are held for the whole time, so that the memory does not grow with the documents. A row
    that goes away meanwhile is left out.
    """
    ids = iter(list(requests.values_list("pk", flat=True)))
    while some := list(islice(ids, ROWS_AT_ONCE)):
        yield from _read(some)


def note_row(note: StoredNote) -> list[object]:
    """Return the X4 row of a note, in the order of HEADER."""
    request, invoice, said, figures = note.request, note.invoice, note.snapshot, note.figures
    return [
        said.issuer.legal_name,
        format_document(said.issuer.document),
        said.taker.name if said.taker else "",
        format_document(said.taker.document) if said.taker and said.taker.document else "",
        invoice.number if invoice else "",
        str(request.series),
        str(request.number),
        invoice.access_key if invoice else "",
        invoice.verification_code if invoice else "",
        State(request.state).label,
        invoice.issued_when if invoice else None,
        request.competence_date,
        said.service.ctribnac,
        said.service.ctribmun,
        said.service.description,
        said.amount,
        figures.reductions,
        figures.base,
        figures.rate,
        figures.iss,
        figures.is_iss_withheld,
        figures.federal_withheld,
        figures.net,
        figures.incidence_city,
        request.get_gateway_display(),
        request.get_environment_display(),
        ORIGINS[InvoiceRequest.Origin(request.origin)],
        request.confirmer_name,
        _protocol(request, invoice),
        note.ended_at,
        _reason(note),
        _replaces(request, said),
        note.replaced_by,
        refusal(request),
    ]


def refusal(request: InvoiceRequest) -> str:
    """Return why the authority refused, each with its code; empty when it did not."""
    problems = [RuleProblem.from_dict(problem) for problem in request.problems]
    return BETWEEN_VALUES.join(f"{problem.code}: {problem.message_pt}".strip(": ") for problem in problems)


def _read(ids: Sequence[int]) -> Iterator[StoredNote]:
    rows = InvoiceRequest.objects.select_related(
        "invoice", "confirmed_by", "confirmed_by_phone", "substitutes"
    )
    found = rows.defer("payload_text", "substitutes__xml_text").in_bulk(ids)
    related = _find_related(found.values())
    for request_id in ids:
        if request_id in found:
            yield _describe(found[request_id], related)


def _find_related(requests: Collection[InvoiceRequest]) -> _Related:
    """The events of the notes; of those that no longer stand, when that was and what took their place."""
    related = _Related()
    notes = [request.invoice.pk for request in requests if hasattr(request, "invoice")]
    for event in NoteEvent.objects.filter(invoice__in=notes).order_by("processed_at", "pk"):
        related.events[event.invoice_id].append(event)
    ended = [request.pk for request in requests if request.state in _ENDED]
    history = RequestEvent.objects.filter(request__in=ended, to_state__in=_ENDED).order_by("-pk")
    related.ended_at.update(history.values_list("request_id", "created_at"))
    for note_id, key, number in Invoice.objects.filter(request__substitutes__in=notes).values_list(
        "request__substitutes", "access_key", "number"
    ):
        related.replaced_by[note_id] = key or number
    return related


def _describe(request: InvoiceRequest, related: _Related) -> StoredNote:
    invoice: Invoice | None = getattr(request, "invoice", None)
    snapshot = request.snapshot
    events = related.events.get(invoice.pk, []) if invoice else []
    return StoredNote(
        request=request,
        invoice=invoice,
        snapshot=snapshot,
        figures=_figures(invoice, snapshot),
        events=events,
        ended_at=_ended_at(request, events, related),
        replaced_by=_replaced_by(request, invoice, related),
    )


def _figures(invoice: Invoice | None, snapshot: NoteSnapshot) -> NoteFigures:
    returned = read_figures(invoice.xml) if invoice and invoice.xml_text else None
    return returned or expect_figures(snapshot)


def _ended_at(request: InvoiceRequest, events: Sequence[NoteEvent], related: _Related) -> datetime | None:
    if request.state not in _ENDED:
        return None
    registered = [event.processed_at for event in events if event.code in {*CANCELING, REPLACEMENT}]
    return next((moment for moment in registered if moment), related.ended_at.get(request.pk))


def _protocol(request: InvoiceRequest, invoice: Invoice | None) -> str:
    reference = invoice.reference if invoice else request.reference
    return str(reference.get("protocol", ""))


def _reason(note: StoredNote) -> str:
    """Why it was canceled: as we sent it, else as the event of somebody else says."""
    if note.invoice is None or note.request.state not in _ENDED:
        return ""
    code, text = note.invoice.cancel_reason_code, note.invoice.cancel_reason_text
    facts = [NoteEventFact.from_dict(event.facts) for event in note.events if event.code in CANCELING]
    if not text and facts:
        code, text = facts[-1].reason_code, facts[-1].reason_text
    return ": ".join(part for part in (REASONS.get(code, ""), text) if part)


def _replaces(request: InvoiceRequest, said: NoteSnapshot) -> str:
    key = said.substitutes.access_key if said.substitutes else ""
    return key or (request.substitutes.number if request.substitutes else "")


def _replaced_by(request: InvoiceRequest, invoice: Invoice | None, related: _Related) -> str:
    if invoice is None or request.state != State.REPLACED:
        return ""
    return invoice.replaced_by_key or related.replaced_by.get(invoice.pk, "")
