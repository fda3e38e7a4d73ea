"""PlugNotas as a gateway: accepted now, decided later, asked by our own id (sections 4 to 8)."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import structlog

from core.errors import ProviderError, Unavailable, Unknown, Unreadable
from fiscal.documents.texts import clean_code
from fiscal.enumerations import NoteStatus
from fiscal.gateways.base import (
    Accepted,
    Allocation,
    Canceled,
    CancellationPending,
    CancelOutcome,
    Issued,
    NFSeGateway,
    NoteEvent,
    NoteReference,
    NotFound,
    NotReady,
    NotSupported,
    Outcome,
    PreparedNote,
    Recorder,
    Rejected,
    Taken,
    Unrecognized,
)
from fiscal.gateways.plugnotas.client import FILE_SECONDS, NAME, Answer, PlugNotasClient
from fiscal.gateways.plugnotas.note import build_note
from fiscal.gateways.plugnotas.rows import (
    DONE,
    PROCESSING,
    content_of,
    newest,
    read_fields,
    read_row,
    read_sentence,
    reference_of,
)
from fiscal.values import NoteSnapshot, NoteState

logger = structlog.get_logger(__name__)

ISSUE = "/nfse"
BY_INTEGRATION = "/nfse/consultar/{integration}/{document}"
BY_ID = "/nfse/consultar/{id}"
DOCUMENT = "/nfse/{id}"
CANCEL = "/nfse/cancelar/{id}"
CANCEL_STATUS = "/nfse/cancelar/status/{id}"
FILES = {"pdf": "/nfse/pdf/{id}", "xml": "/nfse/xml/{id}"}
FILE_STARTS = {"pdf": b"%PDF", "xml": b"<"}
NOT_READY_SECONDS = 5.0


class PlugNotasGateway(NFSeGateway):
    """Notes through PlugNotas. The company and its certificate are registered there (`company.py`)."""

    name = "plugnotas"

    def __init__(self, *, record: Recorder | None = None) -> None:
        self._client = PlugNotasClient(record)

    # --- Issue -------------------------------------------------------------------------------------
    def prepare(self, snapshot: NoteSnapshot, allocation: Allocation) -> PreparedNote:
        payload = build_note(snapshot, allocation)
        return PreparedNote(
            id=allocation.integration_id,
            issuer_document=clean_code(snapshot.issuer.document),
            payload=payload,
            sha256=hashlib.sha256(payload).hexdigest(),
        )

    def issue(self, prepared: PreparedNote) -> Outcome:
        answer = self._client.send("issue", ISSUE, content=prepared.payload)
        if answer.is_success:
            return _read_accepted(prepared, answer)
        if answer.status == 409:
            return self._find_existing(prepared)
        if answer.error_text:
            fields = answer.error_data.get("fields")
            return Rejected(read_fields(fields if isinstance(fields, Mapping) else {}, answer.error_text))
        raise Unknown(detail=f"{NAME}: HTTP {answer.status} without reasons")

    def find(self, prepared: PreparedNote) -> Outcome | NotFound:
        answer = self._client.read(
            "find", BY_INTEGRATION, integration=prepared.id, document=prepared.issuer_document
        )
        row = _read_rows(answer)
        if row is None:
            return NotFound(prepared.id)
        if not self._is_ours(row, prepared):
            return Taken(reference_of(row, prepared.issuer_document))
        return _alarmed(read_row(row, prepared.issuer_document, adopted=True))

    def fetch(self, reference: NoteReference) -> Outcome | NotFound:
        if reference.provider_id or reference.protocol:
            key = reference.provider_id or reference.protocol
            answer = self._client.read("fetch", BY_ID, id=key)
        else:
            key = reference.integration_id
            answer = self._client.read(
                "fetch", BY_INTEGRATION, integration=key, document=reference.issuer_document
            )
        row = _read_rows(answer)
        return NotFound(key) if row is None else _alarmed(read_row(row, reference.issuer_document))

    # --- Cancel ------------------------------------------------------------------------------------
    def cancel(self, reference: NoteReference, *, reason_code: str, text: str) -> CancelOutcome:
        """Read first: a second request for a canceled note is refused, and a pending one is pending."""
        known = self.find_cancellation(reference)
        if isinstance(known, Canceled):
            return Canceled(known.state, already=True)
        if isinstance(known, CancellationPending):
            return known
        answer = self._client.send(
            "cancel", CANCEL, id=reference.provider_id, json={"motivo": text, "codigo": reason_code}
        )
        if answer.is_success:
            return CancellationPending(protocol=_protocol(answer.body))
        if not answer.error_text:
            raise Unknown(detail=f"{NAME}: HTTP {answer.status} without reasons")
        return Rejected((read_sentence(answer.error_text),), reference)

    def find_cancellation(self, reference: NoteReference) -> CancelOutcome | NotFound:
        if self.state(reference).status is NoteStatus.CANCELED:
            return Canceled(NoteState(NoteStatus.CANCELED))
        answer = self._client.read("cancel_status", CANCEL_STATUS, id=reference.provider_id)
        if answer.status == 404 and answer.error_text:
            return NotFound(reference.provider_id)
        if not answer.is_success or not isinstance(answer.body, Mapping):
            raise Unavailable(detail=f"{NAME}: HTTP {answer.status}")
        state = str(answer.body.get("situacao") or answer.body.get("status") or "").strip().upper()
        protocol = _protocol(answer.body)
        if state == DONE:  # accepted by the city; the note's own row says so a moment later
            return CancellationPending(protocol=protocol)
        if state.startswith(PROCESSING) or not state:
            return CancellationPending(protocol=protocol)
        return Rejected((read_sentence(str(answer.body.get("mensagem") or "").strip()),), reference)

    def request_analysis(self, reference: NoteReference, *, reason_code: str, text: str) -> CancelOutcome:  # noqa: ARG002
        raise NotSupported

    # --- Read --------------------------------------------------------------------------------------
    def xml(self, reference: NoteReference) -> bytes:
        return self._download("xml", reference)

    def pdf(self, reference: NoteReference) -> bytes:
        return self._download("pdf", reference)

    def events(self, reference: NoteReference) -> tuple[NoteEvent, ...]:  # noqa: ARG002
        return ()

    def state(self, reference: NoteReference) -> NoteState:
        """Return canceled or authorized, from `situacao`. Raises Unavailable while it is neither."""
        outcome = self.fetch(reference)
        if isinstance(outcome, Issued):
            return NoteState(outcome.status)
        raise Unavailable(detail=f"{NAME}: not an issued note now: {type(outcome).__name__}")

    # --- Parts -------------------------------------------------------------------------------------
    def _find_existing(self, prepared: PreparedNote) -> Outcome:
        """A 409 tells that it arrived before; the routes tell what became of it (section 6)."""
        try:
            found = self.find(prepared)
        except ProviderError as error:
            raise Unknown(detail=f"after a 409: {error.detail}") from error
        if isinstance(found, NotFound):
            raise Unknown(detail=f"{NAME}: 409 and no note is found yet")
        return found

    def _is_ours(self, row: Mapping[str, Any], prepared: PreparedNote) -> bool:
        """Compare amount and taker; a row that leaves them out is read again in full."""
        ours = content_of(json.loads(prepared.payload)[0])
        theirs = content_of(row)
        if None in theirs:
            answer = self._client.read("document", DOCUMENT, id=str(row.get("id")))
            full = content_of(answer.body) if isinstance(answer.body, Mapping) else (None, None)
            theirs = (theirs[0] if theirs[0] is not None else full[0], theirs[1] or full[1])
        if theirs[0] is None:
            raise Unreadable(detail=f"{NAME}: a note without amount")
        return (theirs[0], theirs[1] or "") == (ours[0], ours[1] or "")

    def _download(self, kind: str, reference: NoteReference) -> bytes:
        answer = self._client.read(kind, FILES[kind], seconds=FILE_SECONDS, id=reference.provider_id)
        if answer.status == 202:
            raise NotReady(retry_after=NOT_READY_SECONDS, detail=f"{NAME}: {kind} is being made")
        if not answer.is_success:
            raise Unavailable(detail=f"{NAME}: HTTP {answer.status} for {kind}")
        if not answer.content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(FILE_STARTS[kind]):
            raise Unreadable(detail=f"{NAME}: {len(answer.content)} bytes that are no {kind}")
        return answer.content


def _read_accepted(prepared: PreparedNote, answer: Answer) -> Accepted:
    documents = answer.body.get("documents") if isinstance(answer.body, Mapping) else None
    first = documents[0] if isinstance(documents, list) and documents else None
    if not isinstance(first, Mapping) or not first.get("id"):
        raise Unknown(detail=f"{NAME}: HTTP {answer.status} without a document")
    return Accepted(
        NoteReference(
            issuer_document=prepared.issuer_document,
            provider_id=str(first["id"]),
            integration_id=prepared.id,
            protocol=_protocol(answer.body),
        )
    )


def _read_rows(answer: Answer) -> Mapping[str, Any] | None:
    """Return the newest row; None when the vendor itself says that there is none. A bare 404 says nothing."""
    if answer.status == 404 and answer.error_text:
        return None
    if not answer.is_success:
        raise Unavailable(detail=f"{NAME}: HTTP {answer.status}")
    if not isinstance(answer.body, list):
        raise Unreadable(detail=f"{NAME}: not a list of notes")
    return newest(answer.body)


def _protocol(body: Any) -> str:
    """Return the protocol, on top or inside `data`."""
    inner = body.get("data") if isinstance(body, Mapping) else None
    places = [place for place in (body, inner) if isinstance(place, Mapping)]
    return next((str(place["protocol"]) for place in places if place.get("protocol")), "")


def _alarmed(outcome: Outcome) -> Outcome:
    if isinstance(outcome, Unrecognized):
        logger.error("unknown_note_state", provider=NAME, state=outcome.state[:40])
    return outcome
