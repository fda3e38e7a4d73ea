"""The national gateway: build and sign, send once, ask by the DPS's Id, fold events (contract 2, 8, 9)."""

import hashlib
from collections.abc import Callable

from django.utils import timezone

from core.errors import ProviderError, Refused, Unavailable, Unknown, Unreadable
from fiscal.documents import danfse
from fiscal.documents.clock import issue_time
from fiscal.documents.envelopes import IssueAnswer, pack, read_access_key, read_issue
from fiscal.documents.events import (
    ANALYSIS_REQUEST,
    CANCELLATION,
    build_analysis_request,
    build_cancellation,
    fold_events,
)
from fiscal.documents.identifiers import dps_id
from fiscal.documents.preparation import prepare_dps
from fiscal.documents.returned import is_ours, read_nfse
from fiscal.documents.signing import sign
from fiscal.documents.texts import clean_code
from fiscal.documents.xml import UnreadableXml
from fiscal.enumerations import Environment, NoteStatus
from fiscal.gateways.base import (
    Allocation,
    Canceled,
    CancellationPending,
    CancelOutcome,
    CertificateNeeded,
    CertificateRejected,
    Issued,
    NFSeGateway,
    NoteEvent,
    NoteReference,
    NotFound,
    Outcome,
    PreparedNote,
    Recorder,
    Rejected,
    Taken,
)
from fiscal.gateways.national.client import ADN, SEFIN, Answer, NationalClient
from fiscal.gateways.national.endpoints import get_endpoints
from fiscal.gateways.national.events import EventReader, read_note_events
from fiscal.gateways.national.refusals import (
    certificate_problem,
    denied_problem,
    has_action,
    leaves_doubt,
    read_refusal,
)
from fiscal.gateways.national.tls import identity_of
from fiscal.values import LoadedCertificate, NoteSnapshot, NoteState, ReturnedNote


class NationalGateway(NFSeGateway):
    """Notes of SEFIN Nacional, for one company's certificate."""

    name = "national"
    offers_analysis = True

    def __init__(
        self,
        *,
        environment: Environment,
        city_code: str,
        certificate: LoadedCertificate | None,
        record: Recorder | None = None,
    ) -> None:
        self.environment = environment
        self._endpoints = get_endpoints(environment, city_code)
        self._given_certificate = certificate
        self._record = record

    @property
    def _certificate(self) -> LoadedCertificate:
        if self._given_certificate is None:
            raise CertificateNeeded
        return self._given_certificate

    # --- Issue -------------------------------------------------------------------------------------
    def prepare(self, snapshot: NoteSnapshot, allocation: Allocation) -> PreparedNote:
        document = clean_code(snapshot.issuer.document)
        payload = prepare_dps(
            snapshot,
            series=allocation.series,
            number=allocation.number,
            issued_at=allocation.issued_at,
            certificate=self._certificate,
            layout=allocation.layout,
            algorithm=self._endpoints.signature,
        )
        return PreparedNote(
            id=dps_id(
                city_code=snapshot.issuer.city_code,
                document=document,
                series=allocation.series,
                number=allocation.number,
            ),
            issuer_document=document,
            payload=payload,
            sha256=hashlib.sha256(payload).hexdigest(),
            layout=allocation.layout,
        )

    def issue(self, prepared: PreparedNote) -> Outcome:
        try:
            answer = self._sefin.send(
                "issue", self._endpoints.issue, {"dpsXmlGZipB64": pack(prepared.payload)}
            )
        except CertificateRejected as error:
            return Rejected((certificate_problem(error.detail),))
        if answer.is_success:
            return self._read_success(prepared, answer)
        problems = read_refusal(answer)
        if not problems:
            raise Unknown(detail=f"sefin: HTTP {answer.status} without reasons")
        if has_action(problems, "adopt", "reconcile") or leaves_doubt(problems):
            found = self._find_after_doubt(prepared)
            if not isinstance(found, NotFound):
                return found
            if has_action(problems, "adopt"):
                raise Unknown(detail="sefin: E0014 and no note is found yet")
        return Rejected(problems)

    def find(self, prepared: PreparedNote) -> Outcome | NotFound:
        head = self._sefin.read("head_dps", self._endpoints.dps, method="HEAD", id=prepared.id)
        if head.status == 404:
            return NotFound(prepared.id)
        if not head.is_success:
            raise _cannot_read(head)
        key = self._key_of(prepared.id)
        if not key:
            raise Unavailable(detail="sefin: HEAD knows the DPS, GET does not yet")
        return self._compare(prepared, self._download(key), adopted=True)

    def fetch(self, reference: NoteReference) -> Outcome | NotFound:
        key = reference.access_key or self._key_of(reference.dps_id)
        if not key:
            return NotFound(reference.dps_id)
        made = self._find_note(key)
        if made is None:
            return NotFound(key)
        return _issued(reference.issuer_document, *_opened(made), made=made)

    # --- Cancel ------------------------------------------------------------------------------------
    def cancel(self, reference: NoteReference, *, reason_code: str, text: str) -> CancelOutcome:
        return self._request(build_cancellation, CANCELLATION, reference, reason_code, text)

    def request_analysis(self, reference: NoteReference, *, reason_code: str, text: str) -> CancelOutcome:
        return self._request(build_analysis_request, ANALYSIS_REQUEST, reference, reason_code, text)

    def find_cancellation(self, reference: NoteReference) -> CancelOutcome | NotFound:
        outcome = _cancellation_of(self.events(reference))
        if outcome is None:
            return NotFound(reference.access_key)
        return outcome

    def _request(
        self, build: Callable[..., bytes], code: str, reference: NoteReference, reason_code: str, text: str
    ) -> CancelOutcome:
        """Send a signed event request; when another event is in the way, what stands is what counts."""
        unsigned = build(
            reference.access_key,
            reason_code=reason_code,
            reason_text=text,
            author_document=reference.issuer_document,
            environment=self.environment,
            issued_at=issue_time(timezone.now()),
        )
        signed = sign(unsigned, certificate=self._certificate, algorithm=self._endpoints.signature)
        body = {"pedidoRegistroEventoXmlGZipB64": pack(signed)}
        try:
            answer = self._sefin.send(f"event_{code}", self._endpoints.events, body, key=reference.access_key)
        except CertificateRejected as error:
            return Rejected((certificate_problem(error.detail),))
        if answer.is_success:
            return _registered(answer)
        problems = read_refusal(answer)
        if not problems:
            raise Unknown(detail=f"sefin: HTTP {answer.status} without reasons")
        if has_action(problems, "refresh_events"):
            standing = self._standing(reference)
            if standing is not None and (code == CANCELLATION or not isinstance(standing, Rejected)):
                return standing
        return Rejected(problems)

    def _standing(self, reference: NoteReference) -> CancelOutcome | None:
        try:
            return _cancellation_of(self.events(reference), already=True)
        except ProviderError as error:
            raise Unknown(detail=f"after a refusal: {error.detail}") from error

    # --- Read --------------------------------------------------------------------------------------
    def xml(self, reference: NoteReference) -> bytes:
        return _opened(self._download(reference.access_key))[0]

    def pdf(self, reference: NoteReference) -> bytes:
        state = self.state(reference)
        return danfse.render(
            self.xml(reference),
            canceled=state.status is NoteStatus.CANCELED,
            replaced=state.status is NoteStatus.REPLACED,
        )

    def events(self, reference: NoteReference) -> tuple[NoteEvent, ...]:
        reader = EventReader(self._sefin, self._client(ADN, self._endpoints.adn_url), self._endpoints)
        return reader.list_events(reference.access_key)

    # --- Parts -------------------------------------------------------------------------------------
    @property
    def _sefin(self) -> NationalClient:
        return self._client(SEFIN, self._endpoints.base_url)

    def _client(self, service: str, base_url: str) -> NationalClient:
        return NationalClient(service, base_url, identity_of(self._certificate), self._record)

    def _read_success(self, prepared: PreparedNote, answer: Answer) -> Outcome:
        """A 2xx is a success only with key and readable document; the key alone leads to the document."""
        made = read_issue(answer.body)
        if made is None:
            raise Unknown(detail=f"sefin: HTTP {answer.status} without a note")
        try:
            return self._compare(prepared, made)
        except Unreadable:
            pass
        try:
            return self._compare(prepared, self._download(made.access_key))
        except ProviderError as error:
            raise Unknown(detail=f"sefin: issued, but not readable: {error.detail}") from error

    def _find_after_doubt(self, prepared: PreparedNote) -> Outcome | NotFound:
        try:
            return self.find(prepared)
        except ProviderError as error:
            raise Unknown(detail=f"after a refusal: {error.detail}") from error

    def _compare(self, prepared: PreparedNote, made: IssueAnswer, *, adopted: bool = False) -> Outcome:
        xml, note = _opened(made)
        issued = _issued(prepared.issuer_document, xml, note, made=made, adopted=adopted)
        if not is_ours(note, prepared.payload):
            return Taken(issued.reference, note)
        return issued

    def _key_of(self, dps: str) -> str:
        """Return the key of a DPS's note; empty when there is none."""
        answer = self._sefin.read("get_dps", self._endpoints.dps, id=dps)
        if answer.status == 404:
            return ""
        if not answer.is_success:
            raise _cannot_read(answer)
        key = read_access_key(answer.body, answer.location)
        if not key:
            raise Unreadable(detail="sefin: GET /dps without a key")
        return key

    def _find_note(self, key: str) -> IssueAnswer | None:
        answer = self._sefin.read("get_nfse", self._endpoints.note, key=key)
        if answer.status == 404:
            return None
        if not answer.is_success:
            raise _cannot_read(answer)
        made = read_issue(answer.body)
        if made is None:
            raise Unreadable(detail="sefin: GET /nfse without a note")
        return made

    def _download(self, key: str) -> IssueAnswer:
        made = self._find_note(key)
        if made is None:
            raise Unavailable(detail="sefin: the key exists, its note is not there yet")
        return made


def _opened(made: IssueAnswer) -> tuple[bytes, ReturnedNote]:
    """Return document and facts. Raises Unreadable."""
    if made.xml is None:
        raise Unreadable(detail="sefin: a note whose document cannot be opened")
    try:
        return made.xml, read_nfse(made.xml)
    except UnreadableXml as error:
        raise Unreadable(detail="sefin: a note whose document cannot be read") from error


def _issued(
    issuer_document: str, xml: bytes, note: ReturnedNote, *, made: IssueAnswer, adopted: bool = False
) -> Issued:
    return Issued(
        reference=NoteReference(
            issuer_document=issuer_document, access_key=note.access_key, dps_id=note.dps_id
        ),
        number=note.number,
        access_key=note.access_key,
        issued_at=note.issued_at or made.processed_at,
        xml=xml,
        note=note,
        adopted=adopted,
        alerts=tuple(" ".join(filter(None, (each.code, each.description))) for each in made.alerts),
    )


def _registered(answer: Answer) -> CancelOutcome:
    events = read_note_events(answer.body)
    if not events:
        raise Unknown(detail=f"sefin: HTTP {answer.status} without an event")
    outcome = _cancellation_of(events)
    if outcome is None:
        raise Unknown(detail="sefin: an event that was not asked for")
    return outcome


def _cancellation_of(events: tuple[NoteEvent, ...], *, already: bool = False) -> CancelOutcome | None:
    """Return what the events say of a cancellation; None when the note simply stands."""
    state = fold_events(event.fact for event in events)
    if state.status in {NoteStatus.CANCELED, NoteStatus.REPLACED}:
        return Canceled(state, _deciding(events, state), already=already)
    if state.status is NoteStatus.ANALYSIS_PENDING:
        return CancellationPending(in_analysis=True, event=_deciding(events, state))
    if state.cancellation_denied:
        return Rejected((denied_problem(),))
    return None


def _deciding(events: tuple[NoteEvent, ...], state: NoteState) -> bytes | None:
    """Return the event without which the note would not be in this state."""
    for event in events:
        if fold_events([event.fact]).status is state.status:
            return event.xml
    return None


def _cannot_read(answer: Answer) -> ProviderError:
    if answer.status in {401, 403}:
        return CertificateRejected(str(answer.status), detail=f"sefin: HTTP {answer.status}")
    if answer.status == 400:
        return Refused("400", detail="sefin: an id that it does not understand")
    return Unavailable(detail=f"sefin: HTTP {answer.status}")
