"""The list of companies as a file (X7)."""

from datetime import datetime

from django.utils import timezone

from core.formatting import format_document
from nfse.models import Company
from nfse.permissions import Right
from nfse.readiness import is_ready, list_missing
from nfse.selectors.companies import CompanyFilters, add_month_totals, list_companies, read_readiness
from nfse.services.expiry import count_days_left
from nfse.services.exports.tables import Table

BETWEEN_VALUES = " | "
ROWS_AT_ONCE = 500
HEADER = (
    "Documento",
    "Razão social",
    "Fantasia",
    "Regime",
    "Município",
    "UF",
    "Emissor",
    "Ambiente",
    "Pronta",
    "Pendências",
    "Certificado até",
    "Dias",
    "Telefones ativos",
    "Notas no mês",
    "Total no mês",
)


def describe_companies(
    firm_id: int, filters: CompanyFilters, *, rights: frozenset[Right], now: datetime
) -> Table:
    """Return the companies of a filter, in the order of the page; the month is the one of São Paulo's today.

    Who may not see certificates gets their two columns empty.
    """
    first_day = timezone.localdate(now).replace(day=1)
    companies = add_month_totals(list_companies(firm_id, filters, now=now), first_day)
    sees_certificates = Right.SEE_CERTIFICATES in rights
    rows = (_row(company, now, sees_certificates) for company in companies.iterator(chunk_size=ROWS_AT_ONCE))
    return Table("empresas", "Empresas", HEADER, rows, companies.count(), _in_words(filters))


def _row(company: Company, now: datetime, sees_certificates: bool) -> list[object]:
    items = read_readiness(company, now=now)
    until = company.certificate_until if sees_certificates else None  # type: ignore[attr-defined]
    return [
        format_document(company.document),
        company.legal_name,
        company.trade_name,
        company.get_tax_regime_display(),
        company.city.name,
        company.city.uf,
        company.get_gateway_display(),
        company.get_environment_display(),
        is_ready(items),
        BETWEEN_VALUES.join(item.title for item in list_missing(items)),
        timezone.localdate(until) if until else None,
        count_days_left(until, now) if until else None,
        company.phone_count,  # type: ignore[attr-defined]
        company.month_count,  # type: ignore[attr-defined]
        company.month_total,  # type: ignore[attr-defined]
    ]


def _in_words(filters: CompanyFilters) -> dict[str, str]:
    """What narrowed the list, for the trail."""
    situation = {(True, True): "prontas", (True, False): "bloqueadas", (False, None): "inativas"}
    said = {
        "texto": filters.text,
        "situação": situation.get((filters.is_active, filters.is_ready), ""),  # type: ignore[arg-type]
        "certificado": filters.certificate,
        "ambiente": filters.environment,
        "emissor": filters.gateway,
    }
    return {name: value for name, value in said.items() if value}
