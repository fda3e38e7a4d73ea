"""Events of a note: requests that the emitter signs, and the state that registered events add up to."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from functools import reduce

from lxml import etree
from nfelib.nfse.bindings import v1_0 as bindings

from fiscal.documents.clock import format_time, read_time
from fiscal.documents.dps import APPLICATION, CannotBuild, serialize
from fiscal.documents.identifiers import event_request_id
from fiscal.documents.layouts import LAYOUT_101
from fiscal.documents.texts import clean_code, clean_line, is_reason
from fiscal.documents.xml import UnreadableXml, find_first, find_text, local_name, read_xml
from fiscal.enumerations import Environment, NoteStatus
from fiscal.values import Lock, Manifestation, NoteEventFact, NoteState

CANCELLATION, REPLACEMENT, ANALYSIS_REQUEST = "101101", "105102", "101103"
ANALYSIS_GRANTED, ANALYSIS_DENIED, CANCELED_BY_OFFICE = "105104", "105105", "305101"
LOCK, UNLOCK, TACIT, ANNULMENT = "305102", "305103", "205204", "205208"
REASONS = {"1": "Erro na emissão", "2": "Serviço não prestado", "9": "Outros"}
CANCELING = {CANCELLATION, ANALYSIS_GRANTED, CANCELED_BY_OFFICE}
_TERMINAL = {NoteStatus.CANCELED, NoteStatus.REPLACED}
_MANIFESTATIONS = {
    "202201": ("provider", "confirmed"),
    "203202": ("taker", "confirmed"),
    "204203": ("intermediary", "confirmed"),
    "205204": ("law", "tacit"),
    "202205": ("provider", "rejected"),
    "203206": ("taker", "rejected"),
    "204207": ("intermediary", "rejected"),
}
_REASON_NEEDED = "O motivo precisa ter de 15 a 255 letras. Explique um pouco melhor."


# --- Requests --------------------------------------------------------------------------------------
def build_cancellation(
    access_key: str,
    *,
    reason_code: str,
    reason_text: str,
    author_document: str,
    environment: Environment,
    issued_at: datetime,
) -> bytes:
    """Return the unsigned request e101101.

    Args:
        reason_code: 1 error in the note, 2 service not rendered, 9 other. reason_text: 15 to 255 characters.
        author_document: CNPJ or CPF of the emitter. issued_at: from `clock.issue_time`.

    Raises:
        CannotBuild: the reason does not fit.
    """
    content = bindings.Te101101(
        xDesc=bindings.Te101101XDesc.CANCELAMENTO_DE_NFS_E,
        cMotivo=bindings.TscodJustCanc(_reason_code(reason_code)),
        xMotivo=_reason_text(reason_text),
    )
    request = _request(access_key, CANCELLATION, author_document, environment, issued_at)
    request.e101101 = content
    return _written(request)


def build_analysis_request(
    access_key: str,
    *,
    reason_code: str,
    reason_text: str,
    author_document: str,
    environment: Environment,
    issued_at: datetime,
) -> bytes:
    """Return the unsigned request e101103: the city is asked to cancel after its deadline (E0822, E0823).

    Arguments and errors as in `build_cancellation`.
    """
    content = bindings.Te101103(
        xDesc=next(iter(bindings.Te101103XDesc)),
        cMotivo=bindings.TscodJustAnaliseFiscalCanc(_reason_code(reason_code)),
        xMotivo=_reason_text(reason_text),
    )
    request = _request(access_key, ANALYSIS_REQUEST, author_document, environment, issued_at)
    request.e101103 = content
    return _written(request)


def _request(
    access_key: str, code: str, author_document: str, environment: Environment, issued_at: datetime
) -> bindings.TcinfPedReg:
    author = clean_code(author_document)
    request = bindings.TcinfPedReg(
        Id=event_request_id(access_key, code),
        tpAmb=bindings.TstipoAmbiente("1" if environment is Environment.PRODUCTION else "2"),
        verAplic=APPLICATION,
        dhEvento=format_time(issued_at),
        chNFSe=access_key,
    )
    if len(author) == 11:
        request.CPFAutor = author
    else:
        request.CNPJAutor = author
    return request


def _written(request: bindings.TcinfPedReg) -> bytes:
    return serialize(bindings.PedRegEvento(infPedReg=request, versao=LAYOUT_101))


def _reason_code(code: str) -> str:
    if code not in REASONS:
        raise CannotBuild("cMotivo", "Escolha o motivo: erro na emissão, serviço não prestado ou outros.")
    return code


def _reason_text(text: str) -> str:
    cleaned = clean_line(text, 255)
    if not is_reason(cleaned):
        raise CannotBuild("xMotivo", _REASON_NEEDED)
    return cleaned


# --- Registered events -----------------------------------------------------------------------------
def read_event(xml: bytes, *, nsu: int | None = None) -> NoteEventFact:
    """Return the facts of a registered event.

    Raises:
        UnreadableXml: not an event document.
    """
    root = read_xml(xml)
    request = find_first(root, "infPedReg")
    event = next((child for child in _children(request) if _event_code(child)), None)
    if request is None or event is None:
        raise UnreadableXml("O documento não é um evento de NFS-e.")
    registered = find_first(root, "infEvento")
    return NoteEventFact(
        code=_event_code(event),
        access_key=find_text(request, "chNFSe"),
        event_id=(registered.get("Id") or "") if registered is not None else "",
        sequence=_sequence(find_text(registered, "nSeqEvento")),
        nsu=nsu,
        processed_at=read_time(find_text(registered, "dhProc")),
        reason_code=find_text(event, "cMotivo"),
        reason_text=find_text(event, "xMotivo") or find_text(event, "xProcAdm"),
        replacement_key=find_text(event, "chSubstituta"),
        locked_event=find_text(event, "codEvento").removeprefix("e"),
        unlocked_id=find_text(event, "idBloqOfic"),
        annulled_id=find_text(event, "idEvManifRej"),
    )


def fold_events(events: Iterable[NoteEventFact]) -> NoteState:
    """Return the state of a note from its events alone, given in any order, repeated or not (9.5)."""
    distinct = list({_identity(event): event for event in events}.values())
    by_nsu = all(event.nsu is not None for event in distinct)
    return reduce(_apply, sorted(distinct, key=_nsu if by_nsu else _moment), NoteState())


def can_request(state: NoteState, code: str) -> bool:
    """Return whether what exists still allows 101101, 105102 or 101103 (contract 9.4)."""
    if state.status in _TERMINAL or state.status is NoteStatus.ANALYSIS_PENDING or state.cancellation_denied:
        return False
    if code in {lock.event for lock in state.locks}:
        return False
    kinds = {manifestation.kind for manifestation in state.manifestations}
    if "confirmed" in kinds:
        return False  # a replacement would be refused by E0070
    if "tacit" in kinds:
        return code == ANALYSIS_REQUEST  # and a replacement by E0072
    return not (state.rejection_annulled and code == CANCELLATION)


def explain_denial(state: NoteState, code: str) -> str:
    """Return in Portuguese why `can_request` says no; empty when it says yes."""
    if can_request(state, code):
        return ""
    if state.status is NoteStatus.CANCELED:
        return "Esta nota já está cancelada."
    if state.status is NoteStatus.REPLACED:
        return "Esta nota já foi substituída."
    if state.status is NoteStatus.ANALYSIS_PENDING:
        return "Já existe um pedido de cancelamento em análise na prefeitura. Aguarde a resposta."
    if state.cancellation_denied:
        return "A prefeitura já negou o cancelamento desta nota. Fale com seu contador."
    if code in {lock.event for lock in state.locks}:
        return "A prefeitura bloqueou este pedido para esta nota. O contador precisa falar com a prefeitura."
    return "A nota já foi confirmada, ou teve a rejeição anulada, e não aceita mais este pedido."


def _apply(state: NoteState, event: NoteEventFact) -> NoteState:
    code = event.code
    if code in CANCELING or code == REPLACEMENT:
        return _end(state, event)
    if code in _MANIFESTATIONS:
        author, kind = _MANIFESTATIONS[code]
        manifestation = Manifestation(author, kind, event.event_id)
        return replace(state, manifestations=(*state.manifestations, manifestation))
    if code == LOCK:
        return replace(state, locks=(*state.locks, Lock(event.locked_event, event.event_id)))
    if code == UNLOCK:
        kept = tuple(lock for lock in state.locks if not _same_event(lock.lock_id, event.unlocked_id))
        return replace(state, locks=kept)
    if code == ANNULMENT:
        return _annul(state, event)
    if code == ANALYSIS_REQUEST:
        return state if state.status in _TERMINAL else replace(state, status=NoteStatus.ANALYSIS_PENDING)
    if code == ANALYSIS_DENIED:
        status = state.status if state.status in _TERMINAL else NoteStatus.AUTHORIZED
        return replace(state, status=status, cancellation_denied=True)
    return replace(state, unknown_events=(*state.unknown_events, event))


def _end(state: NoteState, event: NoteEventFact) -> NoteState:
    if state.status in _TERMINAL:
        return state
    if event.code == REPLACEMENT:
        return replace(state, status=NoteStatus.REPLACED, replaced_by=event.replacement_key)
    return replace(state, status=NoteStatus.CANCELED)


def _annul(state: NoteState, event: NoteEventFact) -> NoteState:
    kept = tuple(
        each
        for each in state.manifestations
        if each.kind != "rejected" or not _same_event(each.event_id, event.annulled_id)
    )
    return replace(state, manifestations=kept, rejection_annulled=True)


def _same_event(event_id: str, reference: str) -> bool:
    """References carry the Id with or without EVT."""
    return bool(reference) and event_id.removeprefix("EVT") == reference.removeprefix("EVT")


def _identity(event: NoteEventFact) -> tuple[str, str, int]:
    return (event.event_id or event.access_key, event.code, event.sequence)


def _nsu(event: NoteEventFact) -> int:
    return event.nsu or 0


def _moment(event: NoteEventFact) -> tuple[datetime, int, str]:
    return (event.processed_at or datetime.min.replace(tzinfo=UTC), event.sequence, event.code)


def _event_code(element: etree._Element) -> str:
    name = local_name(element)
    return name[1:] if len(name) == 7 and name[0] == "e" and name[1:].isdigit() else ""


def _children(element: etree._Element | None) -> list[etree._Element]:
    return list(element) if element is not None else []


def _sequence(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 1
