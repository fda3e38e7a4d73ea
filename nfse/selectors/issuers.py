"""The companies that a person may choose to issue by hand (N17)."""

from dataclasses import dataclass
from datetime import datetime

from core.documents import format_cnpj
from fiscal.enumerations import Environment
from nfse.models.companies import may_state_federal_taxes
from nfse.selectors.companies import CompanyFilters, list_companies


@dataclass(frozen=True)
class IssuerChoice:
    """One line of the choice; `is_ready` is N8 without the phone, `has_retentions` whether its notes may
    state federal taxes that the taker withholds.
    """

    id: int
    label: str
    is_ready: bool
    is_test: bool
    has_retentions: bool = False


def list_issuers(firm_id: int, *, now: datetime) -> list[IssuerChoice]:
    """The firm's active companies by name, in one query; those that lack something say so (N8)."""
    companies = list_companies(firm_id, CompanyFilters(is_active=True), now=now)
    rows = companies.values_list(
        "pk", "legal_name", "trade_name", "cnpj", "is_ready", "environment", "tax_regime"
    )
    return [
        IssuerChoice(
            pk,
            _label(trade_name or legal_name, cnpj),
            is_ready,
            environment != Environment.PRODUCTION,
            may_state_federal_taxes(tax_regime, cnpj),
        )
        for pk, legal_name, trade_name, cnpj, is_ready, environment, tax_regime in rows
    ]


def _label(name: str, cnpj: str) -> str:
    """A CPF is personal data: the name alone."""
    return f"{name} · {format_cnpj(cnpj)}" if cnpj else name
