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
AFTER_OF_CNPJ = "/DFe/{nsu}?cnpjConsulta={document}&lote=true"


@dataclass(frozen=True)
class Distributed:
    """One document that was handed out. What it says is read elsewhere, from the note itself."""

    nsu: int
    access_key: str
    is_event: bool


class Distribution:
    """Reads the documents of one company, after an NSU."""

    def __init__(self, *, environment: Environment, certificate: LoadedCertificate, document: str) -> None:
        endpoints = get_endpoints(environment, "")
        self._adn = NationalClient(ADN, endpoints.adn_url, identity_of(certificate))
        self._document = document

    def read_after(self, nsu: int) -> tuple[Distributed, ...]:
        """Return the next documents, about 50, by rising NSU; none when there is nothing new.

        Raises:
            Unavailable, CertificateRejected.
        """
        template = AFTER_OF_CNPJ if len(self._document) == 14 else AFTER
        answer = self._adn.read("distribution", template, nsu=str(nsu), document=self._document)
        return read_batch(answer, nsu)


def read_batch(answer: Answer, after: int) -> tuple[Distributed, ...]:
    """Read an answer; documents without a later NSU and key are left out. Raises as `read_after`."""
    body = answer.body if isinstance(answer.body, Mapping) else {}
    if answer.is_success and isinstance(body.get("LoteDFe"), list):
        found = [_read(item) for item in body["LoteDFe"] if isinstance(item, Mapping)]
        rising = sorted((one for one in found if one and one.nsu > after), key=lambda one: one.nsu)
        if rising or not body["LoteDFe"]:
            return tuple(rising)
        raise Unavailable(detail="adn: a batch without a later NSU")
    if body.get("StatusProcessamento") == NOTHING_FOUND:
        return ()
    if answer.status in {401, 403}:
        raise CertificateRejected(str(answer.status), detail=f"adn: HTTP {answer.status}")
    raise Unavailable(detail=f"adn: HTTP {answer.status}")


def _read(item: Mapping[str, Any]) -> Distributed | None:
    nsu, key = item.get("NSU"), item.get("ChaveAcesso")
    if not isinstance(nsu, int) or not isinstance(key, str):
        return None
    return Distributed(nsu, key, is_event=str(item.get("TipoDocumento")).upper() == "EVENTO")
