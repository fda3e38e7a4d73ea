"""Reads of companies: the list with its counters, one company, its services, its readiness (A12, A14, N8)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import (
    Case,
    Count,
    DecimalField,
    Exists,
    F,
    FilteredRelation,
    IntegerField,
    OrderBy,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from core.compiled import Compiled, Parameter
from core.text import folded_pattern
from fiscal.documents.clock import competence_today
from fiscal.enumerations import Environment, Gateway, TaxRegime, TotalTaxMode
from nfse.models import AuthorizedPhone, ChangeRecord, Company, InvoiceRequest, ServiceProfile, TaxProfile
from nfse.permissions import NotFound
from nfse.readiness import (
    CompanyFacts,
    ReadinessItem,
    TaxFacts,
    check_readiness,
)
from nfse.selectors.certificates import EXPIRING_WITHIN
from nfse.selectors.duties import duty_of, regimes_owing
from nfse.states import STANDING, SetupState

SORTS: dict[str, tuple[str | OrderBy, ...]] = {
    "name": ("legal_name", "pk"),
    "-name": ("-legal_name", "-pk"),
    "certificate": (F("certificate_until").asc(nulls_last=True), "pk"),
    "-notes": ("-note_count", "legal_name", "pk"),
    "newest": ("-created_at", "-pk"),
}
_SIMPLES = [regime.value for regime in TaxRegime if regime.is_simples]


@dataclass(frozen=True)
class CompanyFilters:
    """The filters of the list; None or empty does not filter. `certificate`: ok, ending, expired or none."""

    text: str = ""
    is_active: bool | None = None
    is_ready: bool | None = None
    certificate: str = ""
    environment: str = ""
    gateway: str = ""
    sort: str = "name"


@dataclass(frozen=True)
class CompanyCounts:
    """How many companies each tab of the list holds, under the other filters."""

    total: int
    ready: int
    blocked: int
    inactive: int


def list_companies(firm_id: int, filters: CompanyFilters, *, now: datetime) -> QuerySet[Company]:
    """Companies with city, tax profile, `certificate_until` and the counters of their rows.

    Those are `note_count`, `taker_count` and `phone_count` (active ones). Test notes are left out (N7).
    One query; counters are subqueries, so that joins multiply nothing (R107, R110). Unknown sorts and filters
    are ignored.
    """
    counted = _count(_of_tab(firm_id, filters, now))
    return counted.order_by(*SORTS.get(filters.sort, SORTS["name"]))


def list_company_ids(firm_id: int, filters: CompanyFilters, *, now: datetime) -> QuerySet[Company, int]:
    """The ids of what `list_companies` returns, in its order: pages are cut before anything is counted."""
    companies = _of_tab(firm_id, filters, now)
    if filters.sort == "-notes":
        companies = companies.annotate(note_count=_count_notes())
    return companies.order_by(*SORTS.get(filters.sort, SORTS["name"])).values_list("pk", flat=True)


def load_companies(firm_id: int, company_ids: Iterable[int]) -> list[Company]:
    """Those companies of the firm, as `list_companies` returns them, in the given order."""
    wanted = list(company_ids)
    found = {company.pk: company for company in _count(_with_facts(firm_id).filter(pk__in=wanted))}
    return [found[pk] for pk in wanted if pk in found]


def count_by_readiness(firm_id: int, filters: CompanyFilters, *, now: datetime) -> CompanyCounts:
    """Count what `list_companies` shows for each of the tabs, in one query."""
    counts = _narrow(firm_id, filters, now).aggregate(
        total=Count("pk"),
        ready=Count("pk", filter=Q(is_active=True, is_ready=True)),
        blocked=Count("pk", filter=Q(is_active=True, is_ready=False)),
        inactive=Count("pk", filter=Q(is_active=False)),
    )
    return CompanyCounts(**counts)


def add_month_totals(companies: QuerySet[Company], first_day: date) -> QuerySet[Company]:
    """Add `month_count` and `month_total` (reais): standing notes of production of a month of competence."""
    next_month = (first_day + timedelta(days=31)).replace(day=1)
    notes = _real_notes().filter(competence_date__gte=first_day, competence_date__lt=next_month)
    totals = notes.annotate(total=Sum("amount")).values("total")
    return companies.annotate(
        month_count=_counted(notes.annotate(total=Count("pk")).values("total")),
        month_total=Coalesce(Subquery(totals), Decimal(0), output_field=DecimalField()),
    )


def can_remove_company(firm_id: int, company_id: int) -> bool:
    """Whether nothing was ever asked of the company, and none of its phones did anything (A15)."""
    requests = InvoiceRequest.objects.filter(firm_id=firm_id, company_id=company_id)
    acts = ChangeRecord.objects.filter(firm_id=firm_id, actor_phone__company_id=company_id)
    return not (requests.exists() or acts.exists())


def _of_tab(firm_id: int, filters: CompanyFilters, now: datetime) -> QuerySet[Company]:
    companies = _narrow(firm_id, filters, now)
    if filters.is_active is not None:
        companies = companies.filter(is_active=filters.is_active)
    if filters.is_ready is not None:
        companies = companies.filter(is_ready=filters.is_ready)
    return companies


def _count(companies: QuerySet[Company]) -> QuerySet[Company]:
    return companies.annotate(
        note_count=_count_notes(), taker_count=_count_takers(), phone_count=_count_phones()
    )


def _narrow(firm_id: int, filters: CompanyFilters, now: datetime) -> QuerySet[Company]:
    """All filters but the tab, which needs `is_ready`."""
    # Not `~_ready`: the negation of what is unknown (no certificate, say) is unknown too.
    state = Case(When(_ready(now), then=Value(True)), default=Value(False))
    companies = _with_facts(firm_id).annotate(is_ready=state)
    for word in filters.text.split():
        companies = companies.filter(_matches(word))
    if filters.certificate in _CERTIFICATE_STATES:
        companies = companies.filter(_certificate(filters.certificate, now))
    if filters.environment in Environment.values():
        companies = companies.filter(environment=filters.environment)
    if filters.gateway in Gateway.values():
        companies = companies.filter(gateway=filters.gateway)
    return companies


def get_company(firm_id: int, company_id: int) -> Company:
    """The firm's company with city, tax profile and what readiness needs. Raises NotFound."""
    company = _COMPANY.only(firm=firm_id, pk=company_id)
    if company is None:
        raise NotFound
    return company


def find_tax_profile(firm_id: int, company_id: int) -> TaxProfile | None:
    """The company's tax profile, or None while nobody filled it."""
    return TaxProfile.objects.filter(firm_id=firm_id, company_id=company_id).first()


def list_services(firm_id: int, company_id: int) -> QuerySet[ServiceProfile]:
    """The company's active services, the default first."""
    services = ServiceProfile.objects.filter(firm_id=firm_id, company_id=company_id, is_active=True)
    return services.order_by("-is_default", "nickname", "pk")


def get_service(firm_id: int, service_id: int) -> ServiceProfile:
    """One active service of the firm with its company. Raises NotFound."""
    services = ServiceProfile.objects.filter(firm_id=firm_id, pk=service_id, is_active=True)
    service = services.select_related("company").first()
    if service is None:
        raise NotFound
    return service


def read_readiness(company: Company, *, now: datetime) -> tuple[ReadinessItem, ...]:
    """The checklist of a company that `list_companies` or `get_company` returned; no further query."""
    return check_readiness(read_facts(company), now=now)


def read_facts(company: Company) -> CompanyFacts:
    """What `check_readiness` needs of a company that a selector of this module returned."""
    firm = company.firm
    return CompanyFacts(
        is_firm_active=firm.is_active and firm.account.blocked_at is None,
        is_company_active=company.is_active,
        is_nfse_enabled=company.nfse_enabled,
        tax_regime=company.tax_regime,
        gateway=company.gateway,
        tax=_tax_facts(getattr(company, "tax_profile", None)),
        service_count=int(company.has_service),  # type: ignore[attr-defined]
        certificate_from=company.certificate_from,  # type: ignore[attr-defined]
        certificate_until=company.certificate_until,  # type: ignore[attr-defined]
        city_uses_national=company.city_uses_national,
        plugnotas_state=company.plugnotas_state,
        ibs_cbs_from=_owed_from(company),
    )


def _owed_from(company: Company) -> date | None:
    profile = getattr(company, "tax_profile", None)
    duty = duty_of(company)
    return None if duty is None or (profile is not None and profile.ibs_cbs) else duty.refused_from


def count_companies(firm_id: int) -> int:
    """Active companies of the firm (A11)."""
    return Company.objects.filter(firm_id=firm_id, is_active=True).count()


def _with_facts(firm_id: int | Parameter) -> QuerySet[Company]:
    services = ServiceProfile.objects.filter(company=OuterRef("pk"), is_active=True)
    return (
        Company.objects.filter(firm_id=firm_id)
        .select_related("firm__account", "city", "tax_profile")
        .annotate(
            active_certificate=FilteredRelation("certificates", condition=Q(certificates__is_active=True)),
            certificate_from=F("active_certificate__valid_from"),
            certificate_until=F("active_certificate__valid_until"),
            has_service=Exists(services),
        )
    )


_COMPANY = Compiled(lambda: _with_facts(Parameter("firm")).filter(pk=Parameter("pk")))


def _tax_facts(profile: TaxProfile | None) -> TaxFacts | None:
    if profile is None:
        return None
    return TaxFacts(
        apportionment=profile.simples_apportionment,
        total_tax_mode=profile.total_tax_mode,
        simples_percent=profile.total_tax_percent,
        percents=(profile.total_tax_federal, profile.total_tax_state, profile.total_tax_municipal),
    )


def _matches(word: str) -> Q:
    pattern = folded_pattern(word)
    return Q(legal_name__regex=pattern) | Q(trade_name__regex=pattern) | Company.matching(word)


def _ready(now: datetime) -> Q:
    """`check_readiness` in SQL, for the filter alone; a test holds the two together."""
    tax = (
        Q(tax_regime=TaxRegime.MEI, tax_profile__total_tax_mode=TotalTaxMode.NOT_INFORMED)
        | Q(
            tax_regime__in=_SIMPLES,
            tax_profile__total_tax_mode=TotalTaxMode.SIMPLES_PERCENT,
            tax_profile__total_tax_percent__isnull=False,
        )
        | Q(
            tax_regime=TaxRegime.NORMAL,
            tax_profile__total_tax_mode=TotalTaxMode.PERCENTS,
            tax_profile__total_tax_federal__isnull=False,
            tax_profile__total_tax_state__isnull=False,
            tax_profile__total_tax_municipal__isnull=False,
        )
    )
    apportionment = Q(tax_regime__in=_SIMPLES, tax_profile__simples_apportionment__isnull=False) | (
        ~Q(tax_regime__in=_SIMPLES) & Q(tax_profile__simples_apportionment__isnull=True)
    )
    city = Q(tax_regime=TaxRegime.MEI) | Q(city_uses_national=None) | Q(city_uses_national=True)
    group = ~Q(tax_regime__in=regimes_owing(competence_today(now))) | Q(tax_profile__ibs_cbs__isnull=False)
    registered = Q(gateway=Gateway.PLUGNOTAS, plugnotas_state=SetupState.SENT) & ~Q(tax_regime=TaxRegime.MEI)
    gateway = (Q(gateway=Gateway.NATIONAL) & city & group) | registered
    return (
        Q(firm__is_active=True, firm__account__blocked_at=None, is_active=True, nfse_enabled=True)
        & tax
        & apportionment
        & Q(has_service=True, certificate_from__lte=now, certificate_until__gte=now)
        & gateway
    )


_CERTIFICATE_STATES = ("ok", "ending", "expired", "none")


def _certificate(state: str, now: datetime) -> Q:
    soon = now + EXPIRING_WITHIN
    return {
        "ok": Q(certificate_until__gt=soon),
        "ending": Q(certificate_until__gte=now, certificate_until__lte=soon),
        "expired": Q(certificate_until__lt=now),
        "none": Q(certificate_until=None),
    }[state]


def _real_notes() -> QuerySet:
    """The notes that count of a company of the outer query, as one group (R97)."""
    notes = InvoiceRequest.objects.filter(
        company=OuterRef("pk"), environment=Environment.PRODUCTION, state__in=STANDING
    )
    return notes.order_by().values("company")


def _count_notes() -> Coalesce:
    return _counted(_real_notes().annotate(total=Count("pk")).values("total"))


def _count_takers() -> Coalesce:
    """Each once, also one that was merged into another (`selectors.company_takers` lists the same)."""
    takers = InvoiceRequest.objects.filter(company=OuterRef("pk")).order_by().values("company")
    who = Coalesce("taker__merged_into", "taker")
    return _counted(takers.annotate(total=Count(who, distinct=True)).values("total"))


def _count_phones() -> Coalesce:
    phones = AuthorizedPhone.objects.filter(company=OuterRef("pk"), is_active=True)
    return _counted(phones.order_by().values("company").annotate(total=Count("pk")).values("total"))


def _counted(totals: QuerySet) -> Coalesce:
    return Coalesce(Subquery(totals, output_field=IntegerField()), 0)
