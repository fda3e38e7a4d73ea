"""What of a firm waits for a person: refusals, doubts, certificates, companies that cannot issue (A11).

The first page opens with it, and what is shown is in the lists that it links to.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from core.days import start_of_day
from nfse.models import Certificate, Company, InvoiceRequest
from nfse.readiness import ReadinessItem, list_missing
from nfse.selectors.certificates import EXPIRING_WITHIN
from nfse.selectors.companies import CompanyFilters, list_company_ids, load_companies, read_readiness
from nfse.selectors.invoices import HEAVY
from nfse.states import OPEN, UNSETTLED, WITH_NOTE, State

REFUSED = frozenset({State.REJECTED, State.FAILED})
REFUSED_FOR = timedelta(days=7)
BLOCKED = CompanyFilters(is_active=True, is_ready=False)
_OF_REQUEST = tuple(name for name in HEAVY if not name.startswith("invoice__"))


@dataclass(frozen=True)
class BlockedCompany:
    """A company that cannot issue, and what it lacks."""

    company: Company
    missing: list[ReadinessItem]


def list_troubled(firm_id: int, *, now: datetime) -> QuerySet[InvoiceRequest]:
    """Requests in doubt or waiting for somebody, and those refused or failed, the latest first.

    A refusal is shown for a week, unless the same company asked again for the same taker since.
    """
    since = start_of_day(timezone.localdate(now) - REFUSED_FOR)
    asks = Q(state=State.IN_DOUBT) | (Q(state__in=OPEN) & ~Q(attention=""))
    refused = Q(state__in=REFUSED, state_changed_at__gte=since) & ~Exists(_asked_again())
    requests = InvoiceRequest.objects.filter(firm_id=firm_id, state__in=UNSETTLED).filter(asks | refused)
    return requests.select_related("company").defer(*_OF_REQUEST).order_by("-state_changed_at", "-pk")


def list_ending_certificates(firm_id: int, *, now: datetime) -> QuerySet[Certificate]:
    """Certificates in use of active companies that ended or will within 30 days, the nearest first."""
    ending = Certificate.objects.filter(
        firm_id=firm_id, is_active=True, company__is_active=True, valid_until__lte=now + EXPIRING_WITHIN
    )
    return ending.select_related("company").order_by("valid_until", "pk")


def list_blocked_companies(firm_id: int, *, now: datetime, limit: int) -> list[BlockedCompany]:
    """The first active companies that cannot issue, by name, with what they lack."""
    ids = list_company_ids(firm_id, BLOCKED, now=now)[:limit]
    return list(_describe(load_companies(firm_id, ids), now))


def _describe(companies: Iterable[Company], now: datetime) -> Iterable[BlockedCompany]:
    for company in companies:
        yield BlockedCompany(company, list_missing(read_readiness(company, now=now)))


def _asked_again() -> QuerySet[InvoiceRequest]:
    return InvoiceRequest.objects.filter(
        firm_id=OuterRef("firm_id"),
        company_id=OuterRef("company_id"),
        taker_id=OuterRef("taker_id"),
        environment=OuterRef("environment"),
        confirmed_at__gt=OuterRef("confirmed_at"),
        state__in=[*OPEN, *WITH_NOTE],
    )
