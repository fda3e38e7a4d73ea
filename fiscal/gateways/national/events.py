"""All registered events of a note: ADN knows those of everybody, SEFIN those of a moment ago (2.3, 2.4)."""

from typing import Any

import structlog

from core.errors import ProviderError, Unavailable
from fiscal.documents.envelopes import read_events_answer
from fiscal.documents.events import (
    ANALYSIS_DENIED,
    ANALYSIS_GRANTED,
    ANALYSIS_REQUEST,
    CANCELED_BY_OFFICE,
    CANCELLATION,
    REPLACEMENT,
    read_event,
)
from fiscal.documents.xml import UnreadableXml
from fiscal.gateways.base import CertificateRejected, NoteEvent
from fiscal.gateways.national.client import Answer, NationalClient
from fiscal.gateways.national.endpoints import Endpoints

logger = structlog.get_logger(__name__)

JUST_SENT = (CANCELLATION, REPLACEMENT, ANALYSIS_REQUEST)
OF_THE_CITY = (ANALYSIS_GRANTED, ANALYSIS_DENIED, CANCELED_BY_OFFICE)
NOTHING_FOUND = "NENHUM_DOCUMENTO_LOCALIZADO"


class EventReader:
    """Lists the events of a note from both services.

    ADN lists all of them, also the city's, but learns of ours later and is often away; SEFIN answers one kind
    at a time (its list of all answers 405).
    """

    def __init__(self, sefin: NationalClient, adn: NationalClient, endpoints: Endpoints) -> None:
        self._sefin = sefin
        self._adn = adn
        self._endpoints = endpoints

    def list_events(self, key: str) -> tuple[NoteEvent, ...]:
        """Return events, each once. Raises Unavailable, CertificateRejected."""
        shared = self._list_shared(key)
        known = {event.fact.code for event in shared or ()}
        kinds = JUST_SENT if shared is not None else JUST_SENT + OF_THE_CITY
        recent = [event for kind in kinds if kind not in known for event in self._list_kind(key, kind)]
        return (*recent, *(shared or ()))

    def _list_shared(self, key: str) -> tuple[NoteEvent, ...] | None:
        """Ask ADN; None when it did not answer the question."""
        try:
            answer = self._adn.read("events", self._endpoints.all_events, key=key)
        except CertificateRejected:
            raise
        except ProviderError as error:
            logger.warning("adn_events_unread", reason=type(error).__name__)
            return None
        if answer.is_success and isinstance(answer.body, dict):
            return read_note_events(answer.body)
        if isinstance(answer.body, dict) and answer.body.get("StatusProcessamento") == NOTHING_FOUND:
            return ()
        logger.warning("adn_events_unread", status=answer.status)
        return None

    def _list_kind(self, key: str, code: str) -> tuple[NoteEvent, ...]:
        answer = self._sefin.read("event", self._endpoints.event, key=key, code=code, sequence="1")
        if answer.status == 404:
            return ()
        if answer.is_success:
            return read_note_events(answer.body)
        raise _refusal(answer)


def read_note_events(body: Any) -> tuple[NoteEvent, ...]:
    """Return the events of an answer, their XML beside their facts; what is no event is left out."""
    found = []
    for answer in read_events_answer(body):
        try:
            found.append(NoteEvent(read_event(answer.xml, nsu=answer.nsu), answer.xml))
        except UnreadableXml:
            logger.warning("unreadable_event", bytes=len(answer.xml))
    return tuple(found)


def _refusal(answer: Answer) -> ProviderError:
    if answer.status in {401, 403}:
        return CertificateRejected(str(answer.status), detail=f"sefin: HTTP {answer.status}")
    return Unavailable(detail=f"sefin: HTTP {answer.status}")
