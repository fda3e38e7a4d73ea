"""What a person chooses from when issuing by hand: companies and takers of the firm (N17)."""

from dataclasses import dataclass
from datetime import datetime

from core.documents import format_cnpj
from nfse.models import Taker
from nfse.selectors.companies import CompanyFilters, list_companies
from nfse.selectors.takers import find_taker_by_document
from nfse.values import Environment


@dataclass(frozen=True)
class IssuerChoice:
    """One line of the choice; `is_ready` is N8 without the phone."""

    id: int
    label: str
    is_ready: bool
    is_test: bool


def list_issuers(firm_id: int, *, now: datetime) -> list[IssuerChoice]:
    """The firm's active companies by name, in one query; those that lack something say so (N8)."""
    companies = list_companies(firm_id, CompanyFilters(is_active=True), now=now)
    rows = companies.values_list("pk", "legal_name", "trade_name", "cnpj", "is_ready", "environment")
    return [
        IssuerChoice(
            pk, _label(trade_name or legal_name, cnpj), is_ready, environment != Environment.PRODUCTION
        )
        for pk, legal_name, trade_name, cnpj, is_ready, environment in rows
    ]


def _label(name: str, cnpj: str) -> str:
    """A CPF is personal data: the name alone."""
    return f"{name} · {format_cnpj(cnpj)}" if cnpj else name


def find_open_taker(firm_id: int, taker_id: int) -> Taker | None:
    """The firm's taker, or the one that it was merged into; None when it is no taker of the firm."""
    taker = (
        Taker.objects.select_related("city", "merged_into__city").filter(firm_id=firm_id, pk=taker_id).first()
    )
    return (taker.merged_into or taker) if taker else None


def find_taker_by_text(firm_id: int, text: str) -> Taker | None:
    """The taker that a text names without doubt: its document, or a name that only one has."""
    by_document = find_taker_by_document(firm_id, text)
    if by_document is not None:
        return by_document
    named = Taker.objects.filter(firm_id=firm_id, merged_into=None, name__iexact=" ".join(text.split()))
    found = list(named.select_related("city")[:2])
    return found[0] if len(found) == 1 else None
