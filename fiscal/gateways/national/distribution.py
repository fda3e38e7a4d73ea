"""What the ADN hands out to a company, in the order of its NSU: its notes and their events (2.4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import Unavailable
from fiscal.enumerations import Environment
from fiscal.gateways.base import CertificateRejected
from fiscal.gateways.national.client import ADN, Answer, NationalClient
from fiscal.gateways.national.endpoints import get_endpoints
from fiscal.gateways.national.events import NOTHING_FOUND
from fiscal.gateways.national.tls import identity_of
from fiscal.values import LoadedCertificate

AFTER = "/DFe/{nsu}?lote=true"
MAX_NSU_DIGITS = 15  # the layout's, which a column of 64 bits holds
AFTER_OF_CNPJ = "/DFe/{nsu}?cnpjConsulta={document}&lote=true"


@dataclass(frozen=True)
class Distributed:
    """One document that was handed out. What it says is read elsewhere, from the note itself."""

    nsu: int
    access_key: str
    is_event: bool


@dataclass(frozen=True)
class Batch:
    """What one answer handed out, by rising NSU. `last_nsu` is the highest of all, understood or not.

    `unread` counts what names no note that we can read: other kinds of document (CNC), and damaged items.
    """

    documents: tuple[Distributed, ...]
    last_nsu: int
    unread: int = 0

    @property
    def is_empty(self) -> bool:
        return not self.documents and not self.unread


class Distribution:
    """Reads the documents of one company, after an NSU."""

    def __init__(self, *, environment: Environment, certificate: LoadedCertificate, document: str) -> None:
        endpoints = get_endpoints(environment, "")
        self._adn = NationalClient(ADN, endpoints.adn_url, identity_of(certificate))
        self._document = document

    def read_after(self, nsu: int) -> Batch:
        """Return the next documents, about 50; an empty batch when there is nothing new.

        Raises:
            Unavailable, CertificateRejected.
        """
        template = AFTER_OF_CNPJ if len(self._document) == 14 else AFTER
        answer = self._adn.read("distribution", template, nsu=str(nsu), document=self._document)
        return read_batch(answer, nsu)


def read_batch(answer: Answer, after: int) -> Batch:
    """Read an answer; what has no later NSU was read before. Raises as `read_after`."""
    body = answer.body if isinstance(answer.body, Mapping) else {}
    if answer.is_success and isinstance(body.get("LoteDFe"), list):
        items = [item for item in body["LoteDFe"] if isinstance(item, Mapping)]
        later = {nsu: item for item in items if (nsu := _nsu_of(item)) is not None and nsu > after}
        if body["LoteDFe"] and not later:
            raise Unavailable(detail="adn: a batch without a later NSU")
        documents = tuple(found for nsu, item in sorted(later.items()) if (found := _read(nsu, item)))
        return Batch(documents, max(later, default=after), len(later) - len(documents))
    if body.get("StatusProcessamento") == NOTHING_FOUND:
        return Batch((), after)
    if answer.status in {401, 403}:
        raise CertificateRejected(str(answer.status), detail=f"adn: HTTP {answer.status}")
    raise Unavailable(detail=f"adn: HTTP {answer.status}")


def _nsu_of(item: Mapping[str, Any]) -> int | None:
    """The NSU as a number, sent as one or as text."""
    value = item.get("NSU")
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = str(value).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_NSU_DIGITS else None


def _read(nsu: int, item: Mapping[str, Any]) -> Distributed | None:
    key = item.get("ChaveAcesso")
    if not isinstance(key, str) or not key.strip():
        return None
    return Distributed(nsu, key.strip().upper(), is_event=str(item.get("TipoDocumento")).upper() == "EVENTO")
