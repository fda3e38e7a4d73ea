"""Clients of SEFIN and PlugNotas for the sandbox's own tests: plain httpx, signxml and a certificate."""

import base64
import gzip
import ssl
import tempfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12
from lxml import etree
from signxml import XMLSigner, methods

from sandbox.testing import PASSWORD, Sandbox

COMPANY, OTHER, CITY = "11444777000161", "11222333000181", "3106200"
NAMESPACE = "http://www.sped.fazenda.gov.br/nfse"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"


class LegacySigner(XMLSigner):
    """signxml refuses SHA-1, which SEFIN accepts (libraries.md §4)."""

    def check_deprecated_methods(self) -> None:
        return


@dataclass
class Certificate:
    """A PFX, opened."""

    pfx: bytes

    @cached_property
    def _opened(self) -> Any:
        return pkcs12.load_key_and_certificates(self.pfx, PASSWORD.encode())

    @property
    def key(self) -> Any:
        return self._opened[0]

    @property
    def pem(self) -> str:
        return self._opened[1].public_bytes(Encoding.PEM).decode()

    def context(self, ca_file: Path) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(ca_file))
        key = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
            file.write(key + self.pem)
            file.flush()
            context.load_cert_chain(file.name)
        return context


@dataclass
class Dps:
    """A DPS to be changed by the test: `Dps(prest="<CNPJ>…")`."""

    number: int = 1
    provider: str = COMPANY
    city: str = CITY
    series: str = "900"
    tp_amb: str = "2"
    version: str = "1.01"
    regime: str = "<opSimpNac>3</opSimpNac><regApTribSN>1</regApTribSN><regEspTrib>0</regEspTrib>"
    registration: str = ""
    substitutes: str = ""
    taker: str = ""
    place: str = ""
    service: str = "<cTribNac>010701</cTribNac><xDescServ>Suporte técnico</xDescServ>"
    groups: str = ""  # after cServ
    value: str = "250.00"
    discounts: str = ""
    municipal: str = "<tribISSQN>1</tribISSQN><tpRetISSQN>1</tpRetISSQN>"
    federal: str = ""
    totals: str = "<pTotTribSN>6.00</pTotTribSN>"
    reform: str = ""
    issued_at: datetime | None = None
    competence: str = ""
    identifier: str = ""
    emitter: str = "1"

    def xml(self) -> str:
        issued = self.issued_at or datetime.now(ZoneInfo("America/Sao_Paulo")) - timedelta(seconds=5)
        kind, code = ("CNPJ", "2") if len(self.provider) == 14 else ("CPF", "1")
        identifier = self.identifier or (
            f"DPS{self.city}{code}{self.provider.zfill(14)}{self.series.zfill(5)}{self.number:015d}"
        )
        place = self.place or f"<cLocPrestacao>{self.city}</cLocPrestacao>"
        return (
            f'<DPS xmlns="{NAMESPACE}" versao="{self.version}"><infDPS Id="{identifier}">'
            f"<tpAmb>{self.tp_amb}</tpAmb><dhEmi>{issued.isoformat(timespec='seconds')}</dhEmi>"
            f"<verAplic>testes</verAplic><serie>{self.series}</serie><nDPS>{self.number}</nDPS>"
            f"<dCompet>{self.competence or issued.date()}</dCompet><tpEmit>{self.emitter}</tpEmit>"
            f"<cLocEmi>{self.city}</cLocEmi>{self.substitutes}"
            f"<prest><{kind}>{self.provider}</{kind}>{self.registration}<regTrib>{self.regime}</regTrib></prest>"
            f"{self.taker}<serv><locPrest>{place}</locPrest><cServ>{self.service}</cServ>{self.groups}</serv>"
            f"<valores><vServPrest><vServ>{self.value}</vServ></vServPrest>{self.discounts}"
            f"<trib><tribMun>{self.municipal}</tribMun>{self.federal}<totTrib>{self.totals}</totTrib></trib>"
            f"</valores>{self.reform}</infDPS></DPS>"
        )


def write_event(key: str, code: str = "101101", **changes: str) -> str:
    """Write the request for a cancellation, or for its analysis."""
    names = {
        "101101": "Cancelamento de NFS-e",
        "101103": "Solicitação de Análise Fiscal para Cancelamento de NFS-e",
    }
    identifier = changes.get("id", f"PRE{key}{code}")
    moment = datetime.now(ZoneInfo("America/Sao_Paulo")).isoformat(timespec="seconds")
    return (
        f'<pedRegEvento xmlns="{NAMESPACE}" versao="1.01"><infPedReg Id="{identifier}">'
        f"<tpAmb>{changes.get('tp_amb', '2')}</tpAmb><verAplic>testes</verAplic><dhEvento>{moment}</dhEvento>"
        f"<CNPJAutor>{changes.get('author', COMPANY)}</CNPJAutor><chNFSe>{key}</chNFSe>"
        f"<e{code}><xDesc>{names[code]}</xDesc><cMotivo>1</cMotivo>"
        f"<xMotivo>Valor digitado errado na nota</xMotivo></e{code}></infPedReg></pedRegEvento>"
    )


def sign(xml: str, certificate: Certificate, *, legacy: bool = False) -> bytes:
    """Sign the first child of the root; RSA-SHA256 with exclusive C14N, or the old pair."""
    root = etree.fromstring(xml.encode())
    kind = LegacySigner if legacy else XMLSigner
    signer = kind(
        method=methods.enveloped,
        signature_algorithm="rsa-sha1" if legacy else "rsa-sha256",
        digest_algorithm="sha1" if legacy else "sha256",
        c14n_algorithm=INCLUSIVE if legacy else EXCLUSIVE,
    )
    signer.namespaces = {None: "http://www.w3.org/2000/09/xmldsig#"}
    signed = signer.sign(
        root,
        key=certificate.key,
        cert=[certificate.pem],
        reference_uri=f"#{root[0].get('Id')}",
        id_attribute="Id",
        always_add_key_value=False,
    )
    return etree.tostring(signed, xml_declaration=True, encoding="UTF-8")


def pack(xml: bytes) -> str:
    return base64.b64encode(gzip.compress(xml)).decode()


def unpack(text: str) -> bytes:
    data = base64.b64decode(text)
    return gzip.decompress(data if data.startswith(b"\x1f\x8b") else base64.b64decode(data))


@dataclass
class SefinClient:
    """A company at SEFIN."""

    sandbox: Sandbox
    certificate: Certificate
    environment: str = "staging"
    _clients: list[httpx.Client] = field(default_factory=list)

    def http(self, base_url: str | None = None) -> httpx.Client:
        context = self.certificate.context(self.sandbox.ca_file)
        client = httpx.Client(verify=context, base_url=base_url or "", timeout=10)
        self._clients.append(client)
        return client

    @cached_property
    def sefin(self) -> httpx.Client:
        return self.http(self.sandbox.sefin_url(self.environment))

    @cached_property
    def adn(self) -> httpx.Client:
        return self.http(self.sandbox.adn_url(self.environment))

    @cached_property
    def parameters(self) -> httpx.Client:
        return self.http(self.sandbox.parameters_url(self.environment))

    def close(self) -> None:
        for client in self._clients:
            client.close()

    def sign(self, dps: Dps) -> bytes:
        return sign(dps.xml(), self.certificate)

    def post(self, xml: bytes) -> httpx.Response:
        return self.sefin.post("/nfse", json={"dpsXmlGZipB64": pack(xml)})

    def issue(self, dps: Dps | None = None) -> dict[str, Any]:
        """Issue and return the answer; fails when refused."""
        answer = self.post(self.sign(dps or Dps()))
        assert answer.status_code == 201, answer.text
        return answer.json()

    def codes(self, dps: Dps) -> list[str]:
        """Return the codes that SEFIN refuses a DPS with, [] when it issues it."""
        answer = self.post(self.sign(dps))
        return [problem["codigo"] for problem in answer.json().get("erros", [])]

    def request_event(self, key: str, code: str = "101101", **changes: str) -> httpx.Response:
        xml = sign(write_event(key, code, **changes), self.certificate)
        body = {"pedidoRegistroEventoXmlGZipB64": pack(xml)}
        return self.sefin.post(f"/nfse/{key}/eventos", json=body)
