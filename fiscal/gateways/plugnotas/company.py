"""Setting a company up at PlugNotas: certificate, company, webhook; all repeatable (sections 2, 3, 9)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.errors import NitroError, Unavailable
from core.http import Uploaded
from fiscal.documents.texts import clean_code
from fiscal.enumerations import Environment, SpecialRegime, TaxRegime
from fiscal.gateways.base import Recorder
from fiscal.gateways.plugnotas.client import NAME, Answer, PlugNotasClient
from fiscal.gateways.plugnotas.note import build_address, build_phone
from fiscal.values import Issuer

CERTIFICATES, CERTIFICATE = "/certificado", "/certificado/{id}"
COMPANIES, COMPANY, WEBHOOK = "/empresa", "/empresa/{document}", "/empresa/{document}/webhook"
SECRET_HEADER = "X-Nitro-Secret"  # noqa: S105 - the header's name
TAX_REGIMES = {
    TaxRegime.SIMPLES: 1,
    TaxRegime.SIMPLES_EXCESS: 2,
    TaxRegime.NORMAL: 3,
    TaxRegime.MEI: 5,
}
SPECIAL_REGIMES = {
    SpecialRegime.NONE: 0,
    SpecialRegime.MUNICIPAL_MICRO: 1,
    SpecialRegime.ESTIMATE: 2,
    SpecialRegime.PROFESSIONAL_SOCIETY: 3,
    SpecialRegime.COOPERATIVE: 4,
}
"""The vendor's numbers go up to 11 and the others are unknown: those regimes are refused, not guessed."""


class RegistrationRefused(NitroError):
    """PlugNotas did not take the registration; the message names its reasons."""

    message = "O PlugNotas recusou o cadastro da empresa."


@dataclass(frozen=True)
class CompanyRegistration:
    """What PlugNotas must know of a company.

    `certificate_id` is what `save_certificate` returned. `series`, `next_number` and `next_batch` are where
    the vendor starts counting, used only when the company is new there. Login and password are of cities
    that authenticate that way.
    """

    issuer: Issuer
    environment: Environment
    certificate_id: str
    email: str = ""
    series: str = "1"
    next_number: int = 1
    next_batch: int = 1
    city_login: str = field(default="", repr=False)
    city_password: str = field(default="", repr=False)


class PlugNotasAccount:
    """Registers companies under the platform's account."""

    def __init__(self, *, record: Recorder | None = None) -> None:
        self._client = PlugNotasClient(record)

    def save_certificate(self, pfx: bytes, password: str, *, email: str, certificate_id: str = "") -> str:
        """Send an A1, or replace the one of `certificate_id`; return its id at the vendor.

        Raises:
            RegistrationRefused, Unavailable, Unknown (repeat: an orphan at the vendor does no harm).
        """
        known = bool(certificate_id) and self._has_certificate(certificate_id)
        answer = self._client.send(
            "certificate",
            CERTIFICATE if known else CERTIFICATES,
            method="PUT" if known else "POST",
            form={"senha": password, "email": email},
            files={"arquivo": Uploaded("certificado.pfx", pfx, "application/x-pkcs12")},
            idempotent=known,
            id=certificate_id,
        )
        _require_success(answer)
        found = _data(answer).get("id") or (certificate_id if known else "")
        if not found:
            raise Unavailable(detail=f"{NAME}: a certificate without id")
        return str(found)

    def save_company(self, registration: CompanyRegistration) -> None:
        """Create or update a company. The counters of one that exists stay as they are.

        Raises:
            RegistrationRefused, Unavailable.
        """
        document = clean_code(registration.issuer.document)
        body = build_company(registration)
        current = self._client.read("company", COMPANY, document=document)
        if current.status == 404:
            answer = self._client.send("company", COMPANIES, json=body, idempotent=True)
            if answer.status != 409:
                _require_success(answer)
                return
            current = self._client.read("company", COMPANY, document=document)
        _require_success(current)
        del body["nfse"]["config"]["rps"]
        merged = _merge(current.body if isinstance(current.body, Mapping) else {}, body)
        _require_success(
            self._client.send(
                "company", COMPANY, method="PUT", json=merged, idempotent=True, document=document
            )
        )

    def save_webhook(self, document: str, *, url: str, secret: str) -> None:
        """Have the vendor tell `url` of changes, with our secret in a header. Written only when different.

        Raises:
            RegistrationRefused, Unavailable.
        """
        wanted = {"url": url, "method": "POST", "headers": {SECRET_HEADER: secret}}
        current = self._client.read("webhook", WEBHOOK, document=document)
        is_there = current.is_success and isinstance(current.body, Mapping) and bool(current.body.get("url"))
        if is_there and {name: current.body.get(name) for name in wanted} == wanted:
            return
        if not is_there and current.status != 404:
            _require_success(current)
        _require_success(
            self._client.send(
                "webhook",
                WEBHOOK,
                method="PUT" if is_there else "POST",
                json=wanted,
                idempotent=True,
                document=document,
            )
        )

    def _has_certificate(self, certificate_id: str) -> bool:
        answer = self._client.read("certificate", CERTIFICATE, id=certificate_id)
        if answer.status == 404:
            return False
        _require_success(answer)
        return True


def build_company(registration: CompanyRegistration) -> dict[str, Any]:
    """Return the body of POST /empresa."""
    issuer = registration.issuer
    body: dict[str, Any] = {
        "cpfCnpj": clean_code(issuer.document),
        "inscricaoMunicipal": issuer.municipal_registration,
        "inscricaoEstadual": issuer.state_registration,
        "razaoSocial": issuer.legal_name,
        "nomeFantasia": issuer.trade_name,
        "certificado": registration.certificate_id,
        "simplesNacional": issuer.tax_regime is not TaxRegime.NORMAL,
        "regimeTributario": TAX_REGIMES[issuer.tax_regime],
        "regimeTributarioEspecial": _special_regime(issuer.special_regime),
        "incentivoFiscal": issuer.fiscal_incentive,
        "incentivadorCultural": issuer.cultural_incentive,
        "email": registration.email or issuer.email,
        "telefone": build_phone(issuer.phone),
        "endereco": build_address(issuer.address),
        "nfse": {
            "ativo": True,
            "tipoContrato": 0,
            "config": {
                "producao": registration.environment is Environment.PRODUCTION,
                "rps": {
                    "serie": registration.series,
                    "numero": registration.next_number,
                    "lote": registration.next_batch,
                },
                "prefeitura": {"login": registration.city_login, "senha": registration.city_password},
                "email": {"envio": False},
            },
        },
    }
    return {name: value for name, value in body.items() if value not in (None, "")}


def _special_regime(regime: SpecialRegime) -> int:
    if regime not in SPECIAL_REGIMES:
        raise RegistrationRefused(
            "O PlugNotas não tem número conhecido para este regime especial. Confira o cadastro fiscal."
        )
    return SPECIAL_REGIMES[regime]


def _merge(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Return `old` with the fields of `new` changed at every depth."""
    merged = dict(old)
    for name, value in new.items():
        before = merged.get(name)
        if isinstance(before, Mapping) and isinstance(value, Mapping):
            merged[name] = _merge(before, value)
        else:
            merged[name] = value
    return merged


def _data(answer: Answer) -> Mapping[str, Any]:
    data = answer.body.get("data") if isinstance(answer.body, Mapping) else None
    return data if isinstance(data, Mapping) else {}


def _require_success(answer: Answer) -> None:
    if answer.is_success:
        return
    if not answer.error_text:
        raise Unavailable(detail=f"{NAME}: HTTP {answer.status}")
    fields = answer.error_data.get("fields")
    reasons = [f"{name}: {text}" for name, text in fields.items()] if isinstance(fields, Mapping) else []
    sentence = "; ".join(reasons) or answer.error_text
    raise RegistrationRefused(f"O PlugNotas recusou o cadastro: {sentence}.", detail=f"HTTP {answer.status}")
