"""BrasilAPI: one CNPJ of the registry over HTTP (contracts/leads/registry.md §1).

A courtesy to the public: a real User-Agent, few calls at once, a budget for the day. Its 404 is "unknown":
waves of false ones happen.
"""

from collections.abc import Mapping
from typing import Any

import structlog
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone

from core.documents import strip_owner_cpf
from core.errors import ProviderAccountTrouble, Refused, Unavailable, Unreadable
from core.http import ProviderClient, Timeout, report_account_trouble
from core.phones import parse_registry_phone
from core.ratelimit import CACHE_DOWN
from core.shapes import lookup, read_objects, read_text, shape_of
from registry.gateways.base import RegistryGateway
from registry.normalize import (
    natural_person_natures,
    pad_code,
    read_date,
    read_email,
    read_postal_code,
    squeeze,
)
from registry.values import RegistryRecord

logger = structlog.get_logger(__name__)

NAME = "brasilapi"
DAY_SECONDS = 24 * 60 * 60
BUDGET_RETRY_SECONDS = 15 * 60.0


class BrasilApiRegistry(RegistryGateway):
    """Registry data of one CNPJ. No e-mail ever comes from here."""

    name = NAME

    def get_company(self, cnpj: str) -> RegistryRecord | None:
        _spend_daily_call()
        try:
            response = _client().request(
                "GET", f"/api/cnpj/v1/{cnpj}", idempotent=True, log_path="/api/cnpj/v1/{cnpj}"
            )
        except Refused as error:
            if error.code == "404":
                return None
            if error.code in {"401", "403"}:
                report_account_trouble(NAME, error.code)
                raise ProviderAccountTrouble(error.code, detail=f"{NAME}: HTTP {error.code}") from error
            raise
        return read_record(response.json(), cnpj)


def read_record(answer: Any, cnpj: str) -> RegistryRecord:
    """Turn the object of registry.md §1.2 into a record. Raises Unreadable when it is not about `cnpj`."""
    if not isinstance(answer, Mapping) or read_text(answer.get("cnpj")) != cnpj:
        logger.error("provider_shape_unknown", provider=NAME, shape=shape_of(answer)[:1000])
        raise Unreadable(detail=f"{NAME}: not the object of the CNPJ asked: {shape_of(answer)[:300]}")
    text = {key: squeeze(read_text(value)) for key, value in answer.items()}
    nature = pad_code(text.get("codigo_natureza_juridica"), 4)
    return RegistryRecord(
        cnpj=cnpj,
        source=NAME,
        legal_name=strip_owner_cpf(text.get("razao_social", "")),
        trade_name=strip_owner_cpf(text.get("nome_fantasia", "")),
        status=pad_code(text.get("situacao_cadastral"), 2),
        status_date=read_date(text.get("data_situacao_cadastral", "")),
        opening_date=read_date(text.get("data_inicio_atividade", "")),
        main_cnae=pad_code(text.get("cnae_fiscal"), 7),
        main_cnae_description=text.get("cnae_fiscal_descricao", "")[:200],
        legal_nature=nature,
        size=_size(text.get("codigo_porte", "")),
        is_individual=nature in natural_person_natures() or answer.get("opcao_pelo_mei") is True,
        is_headquarters=text.get("identificador_matriz_filial") != "2",
        ibge_code=pad_code(text.get("codigo_municipio_ibge"), 7),
        siafi_code=pad_code(text.get("codigo_municipio"), 4),
        city_name=text.get("municipio", ""),
        uf=text.get("uf", "").upper(),
        street=squeeze(f"{text.get('descricao_tipo_de_logradouro', '')} {text.get('logradouro', '')}"),
        number=text.get("numero", ""),
        complement=text.get("complemento", ""),
        district=text.get("bairro", ""),
        postal_code=read_postal_code(text.get("cep", "")),
        phones=_phones(answer),
        email=read_email(text.get("email", "")),
        other_cnaes=_other_cnaes(answer),
        is_simples=_choice(answer.get("opcao_pelo_simples")),
        is_mei=_choice(answer.get("opcao_pelo_mei")),
    )


def _client() -> ProviderClient:
    return ProviderClient(
        NAME,
        settings.BRASILAPI_BASE_URL,
        timeout=Timeout(connect=5, read=10),
        headers={"User-Agent": f"Nitro ({settings.SITE_URL}; {settings.CONTACT_EMAIL})"},
        max_concurrency=settings.BRASILAPI_CONCURRENCY,
    )


def _spend_daily_call() -> None:
    """Count a call of today in the shared cache. Raises Unavailable when the day's budget is gone."""
    limit = settings.BRASILAPI_DAILY_CALLS
    if not limit:
        return
    if _calls_today() > limit:
        logger.error("provider_daily_budget_spent", provider=NAME, limit=limit)
        raise Unavailable(retry_after=BUDGET_RETRY_SECONDS, detail=f"{NAME}: daily budget of {limit} spent")


def _calls_today() -> int:
    """Count this call; without the counter's store the concurrency limit and the breaker still hold."""
    key = f"brasilapi-calls:{timezone.localdate():%Y%m%d}"
    try:
        cache.add(key, 0, timeout=2 * DAY_SECONDS)
        return cache.incr(key)
    except CACHE_DOWN as error:
        logger.warning("daily_budget_uncounted", provider=NAME, error=type(error).__name__)
        return 0


def _size(code: str) -> str:
    """`porte`: 0 is "não informado", a value of its own; blank says nothing."""
    return code.zfill(2) if code.isascii() and code.isdigit() else ""


def _other_cnaes(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """Codes as numbers; a single 0 stands for none."""
    codes = (pad_code(lookup(row, "codigo"), 7) for row in read_objects(answer.get("cnaes_secundarios")))
    return tuple(dict.fromkeys(code for code in codes if code))


def _choice(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _phones(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """Area code and number come glued, without the ninth digit (registry.md §6)."""
    texts = (read_text(lookup(answer, name)) for name in ("ddd_telefone_1", "ddd_telefone_2"))
    glued = (text.lstrip("0") for text in texts)
    phones = (parse_registry_phone(text[:2], text[2:]) for text in glued)
    return tuple(dict.fromkeys(phone.e164 for phone in phones if phone))
