"""Viper's public API: the call, and its answer as a second source of registry data (viper.md §1, §2).

Four results stay apart: found, not found, the provider's fault (errors), our fault (ProviderAccountTrouble).
The contacts in the same answer are read by leads.gateways.viper.
"""

from collections.abc import Mapping
from typing import Any

import structlog
from django.conf import settings

from core.documents import strip_owner_cpf
from core.errors import ProviderAccountTrouble, Refused, Unreadable
from core.http import ProviderClient, Timeout, report_account_trouble
from core.phones import Phone, parse_phone
from core.shapes import has_any_key, lookup, read_objects, read_text, read_texts, shape_of
from registry.gateways.base import RegistryGateway
from registry.normalize import read_email, read_postal_code, squeeze
from registry.values import RegistryRecord, RegistryStatus

logger = structlog.get_logger(__name__)

NAME = "viper"
OUR_FAULT = frozenset({"401", "402", "403"})
KNOWN_KEYS = frozenset(
    {"razao_social", "nome_fantasia", "situacao", "telefones", "emails", "enderecos", "logradouro", "cidade"}
)
_STATUS_CODES = {status.label.upper(): status.value for status in RegistryStatus}
_PHONE_SECTIONS = ("whatsapps", "telefones_moveis", "telefones", "telefones_fixos")
_KIND_ORDER = {"mobile": 1, "landline": 2, "toll_free": 3, "shared_cost": 4}


class ViperRegistry(RegistryGateway):
    """Name, status and address of a company: the second source of R47."""

    name = NAME

    def get_company(self, cnpj: str) -> RegistryRecord | None:
        return read_record(ask_company(cnpj), cnpj)


def read_record(answer: Any, cnpj: str) -> RegistryRecord | None:
    """Turn an answer into a registry record; None without a name."""
    row = read_company(answer)
    legal_name, trade_name = read_names(row)
    if not legal_name and not trade_name:
        return None
    addresses = read_objects(lookup(row, "enderecos"))
    address = {**(addresses[0] if addresses else {}), **_top_level_address(row)}
    return RegistryRecord(
        cnpj=cnpj,
        source=NAME,
        legal_name=legal_name or trade_name,
        trade_name=trade_name,
        status=_STATUS_CODES.get(read_text(lookup(row, "situacao")).upper(), ""),
        is_individual=_names_its_owner(row),
        city_name=_part(address, "cidade"),
        uf=_part(address, "uf").upper(),
        street=squeeze(f"{_part(address, 'tipo_logradouro')} {_part(address, 'logradouro')}"),
        number=_part(address, "numero"),
        complement=_part(address, "complemento"),
        district=_part(address, "bairro"),
        postal_code=read_postal_code(_part(address, "cep")),
        phones=read_phones(row),
        email=next(iter(read_emails(row)), ""),
    )


def ask_company(cnpj: str) -> Any:
    """Return the vendor's answer about a CNPJ. Raises ProviderError; never returns "not found"."""
    try:
        response = _client().request(
            "GET",
            f"/ws/viperphone/cnpj/{cnpj}",
            idempotent=True,
            log_path="/ws/viperphone/cnpj/{cnpj}",
        )
    except Refused as error:
        if error.code in OUR_FAULT:
            report_account_trouble(NAME, error.code)
            raise ProviderAccountTrouble(error.code, detail=f"{NAME}: HTTP {error.code}") from error
        raise
    return response.json()


def _client() -> ProviderClient:
    """The key goes after "Basic " as it is: it is not encoded by us (§1)."""
    return ProviderClient(
        NAME,
        settings.VIPER_BASE_URL,
        timeout=Timeout(connect=5, read=30),
        headers={"Authorization": f"Basic {settings.VIPER_API_KEY}"},
        max_concurrency=settings.VIPER_CONCURRENCY,
    )


def read_company(answer: Any) -> Mapping[str, Any]:
    """Return the company object. Raises Unreadable unless at least one key is known (R6, R58)."""
    row = answer[0] if isinstance(answer, list) and len(answer) == 1 else answer
    if not isinstance(row, Mapping) or not has_any_key(row, KNOWN_KEYS):
        logger.error("provider_shape_unknown", provider=NAME, shape=shape_of(answer)[:1000])
        raise Unreadable(detail=f"{NAME}: no known key: {shape_of(answer)[:300]}")
    return row


def read_names(row: Mapping[str, Any]) -> tuple[str, str]:
    """Legal and trade name, without the owner's CPF (R49)."""
    legal_name = strip_owner_cpf(squeeze(read_text(lookup(row, "razao_social"))))
    return legal_name, strip_owner_cpf(squeeze(read_text(lookup(row, "nome_fantasia"))))


def _names_its_owner(row: Mapping[str, Any]) -> bool:
    """Whether the legal name shows a CPF or root, as the names of individual entrepreneurs do (R49)."""
    name = squeeze(read_text(lookup(row, "razao_social")))
    return strip_owner_cpf(name) != name


def read_phones(row: Mapping[str, Any]) -> tuple[str, ...]:
    """Phones once each: WhatsApp, mobile, landline, toll-free and shared-cost numbers (L19)."""
    ranked: dict[str, int] = {}
    for section in _PHONE_SECTIONS:
        for text in read_texts(lookup(row, section), "telefone"):
            phone = parse_phone(text)
            if phone:
                ranked.setdefault(phone.e164, _rank(section, phone))
    return tuple(sorted(ranked, key=lambda e164: ranked[e164]))


def _rank(section: str, phone: Phone) -> int:
    return 0 if section == "whatsapps" else _KIND_ORDER[phone.kind]


def read_emails(row: Mapping[str, Any]) -> tuple[str, ...]:
    """E-mails once each, in lower case."""
    emails = (read_email(text) for text in read_texts(lookup(row, "emails"), "email"))
    return tuple(dict.fromkeys(email for email in emails if email))


def _top_level_address(row: Mapping[str, Any]) -> dict[str, Any]:
    """The address beside the names, when it is there: it wins over the list (§2.2)."""
    if not read_text(lookup(row, "logradouro")):
        return {}
    names = ("tipo_logradouro", "logradouro", "numero", "complemento", "bairro", "cidade", "uf", "cep")
    return {name: lookup(row, name) for name in names}


def _part(address: Mapping[str, Any], name: str) -> str:
    return squeeze(read_text(lookup(address, name)))
