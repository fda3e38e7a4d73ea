"""Reads of what an account owns. None of them loads enrichment (R110)."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from core.database import has_cnpj_part
from core.days import start_of_day
from core.errors import NitroError
from core.text import folded_pattern
from leads.models import LeadAccess
from leads.visibility import has_visible_email, has_visible_phone

_OWNED = (LeadAccess.Kind.SEARCH, LeadAccess.Kind.QUICK_CNPJ)


class AccessNotFound(NitroError):
    """Not there, or another account's: the same answer (R23)."""

    message = "Empresa não encontrada."


@dataclass(frozen=True)
class BaseFilter:
    """Filter of Minha base (L14). Dates are São Paulo days, both included; "" and None ask for nothing."""

    text: str = ""
    niche_id: int | None = None
    city_code: str = ""
    origin: str = ""
    has_phone: bool = False
    has_email: bool = False
    since: date | None = None
    until: date | None = None

    @property
    def is_empty(self) -> bool:
        return self == BaseFilter()


def list_accesses(account_id: int, search_id: int | None = None) -> QuerySet[LeadAccess]:
    """The account's accesses, newest first, ready for `visible_lead`; of one search when given."""
    accesses = _ready(LeadAccess.objects.filter(account_id=account_id))
    return accesses.filter(search_id=search_id) if search_id is not None else accesses


def list_my_base(account_id: int, chosen: BaseFilter | None = None) -> QuerySet[LeadAccess]:
    """Every company that the account owns, once each by its newest access, newest first (L14)."""
    chosen = chosen or BaseFilter()
    owned = LeadAccess.objects.filter(account_id=account_id, kind__in=_OWNED).filter(_how_bought(chosen))
    newer = owned.filter(company_id=OuterRef("company_id"), pk__gt=OuterRef("pk"))
    return _ready(owned.exclude(Exists(newer)).filter(_which_company(chosen)))


def count_my_base(account_id: int) -> int:
    """How many different companies the account owns."""
    owned = LeadAccess.objects.filter(account_id=account_id, kind__in=_OWNED)
    return owned.values("company_id").distinct().count()


def list_accesses_of_company(account_id: int, company_id: int) -> QuerySet[LeadAccess]:
    """Every time the account bought this company, newest first: the history on its page."""
    return list_accesses(account_id).filter(company_id=company_id)


def get_access(account_id: int, access_id: int) -> LeadAccess:
    """The account's access, ready for `visible_lead`. Raises AccessNotFound (R23)."""
    try:
        return list_accesses(account_id).get(pk=access_id)
    except LeadAccess.DoesNotExist:
        raise AccessNotFound from None


def _ready(accesses: QuerySet[LeadAccess]) -> QuerySet[LeadAccess]:
    return accesses.select_related("company__city", "search__niche").order_by("-accessed_at", "-pk")


def _how_bought(chosen: BaseFilter) -> Q:
    condition = Q()
    if chosen.niche_id:
        condition &= Q(search__niche_id=chosen.niche_id)
    if chosen.origin:
        condition &= Q(kind=chosen.origin)
    if chosen.since:
        condition &= Q(accessed_at__gte=start_of_day(chosen.since))
    if chosen.until:
        condition &= Q(accessed_at__lt=start_of_day(chosen.until + timedelta(days=1)))
    return condition


def _which_company(chosen: BaseFilter) -> Q:
    condition = Q()
    if chosen.text.strip():
        condition &= _names(chosen.text.strip())
    if chosen.city_code:
        condition &= Q(company__city_id=chosen.city_code)
    if chosen.has_phone:
        condition &= has_visible_phone("company__")
    if chosen.has_email:
        condition &= has_visible_email("company__")
    return condition


def _names(text: str) -> Q:
    """Match a name in any case, accents aside, or a part of a CNPJ with or without mask."""
    pattern = folded_pattern(text)
    return (
        Q(company__place_name__regex=pattern)
        | Q(company__trade_name__regex=pattern)
        | Q(company__legal_name__regex=pattern)
        | has_cnpj_part("company__cnpj", text)
    )
