"""Reads for the monthly closing: its packages, and what is still in doubt in a month (N18, A29)."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from fiscal.enumerations import Environment
from nfse.models import Company, InvoiceRequest, Package
from nfse.permissions import NotFound
from nfse.states import OPEN, STANDING, State

HEAVY = ("manifest", "filters", "file_key")
TO_SETTLE = frozenset({*OPEN, State.CANCELING, State.IN_ANALYSIS})
"""What somebody still decides: neither the firm nor the month is done with it."""
REFUSED = frozenset({State.REJECTED, State.FAILED})


@dataclass(frozen=True)
class MonthOfCompany:
    """One company's month in production: how many notes stand and their amount, and what is open."""

    company: Company
    issued: int
    ended: int
    in_doubt: int
    amount: Decimal
    package: Package | None

    @property
    def is_empty(self) -> bool:
        return not (self.issued or self.ended or self.in_doubt)


def list_month_requests(firm_id: int, month: date, company_id: int | None = None) -> QuerySet[InvoiceRequest]:
    """The production requests of a competence month, of one company or of all (R97)."""
    requests = InvoiceRequest.objects.filter(
        firm_id=firm_id,
        environment=Environment.PRODUCTION,
        competence_date__gte=month,
        competence_date__lt=next_month(month),
    )
    return requests if company_id is None else requests.filter(company_id=company_id)


def list_months(firm_id: int, today: date) -> list[date]:
    """The months that can be closed, newest first: from the first request in production until now."""
    requests = InvoiceRequest.objects.filter(firm_id=firm_id, environment=Environment.PRODUCTION)
    first = requests.order_by("competence_date").values_list("competence_date", flat=True).first()
    last, month = today.replace(day=1), (first or today).replace(day=1)
    months = []
    while month <= last:
        months.append(month)
        month = next_month(month)
    return months[::-1] or [last]


def list_doubts(firm_id: int, month: date) -> QuerySet[InvoiceRequest]:
    """What a closing of the month cannot settle: open, refused, or with a cancellation under way.

    With company and note, the oldest first; documents stay in the database (R110).
    """
    requests = list_month_requests(firm_id, month).filter(state__in=TO_SETTLE | REFUSED)
    requests = requests.select_related("company", "invoice")
    return requests.defer("snapshot_data", "payload_text", "invoice__xml_text").order_by(
        "company__legal_name", "confirmed_at", "pk"
    )


def list_month_companies(firm_id: int, month: date) -> list[MonthOfCompany]:
    """Every active company, and each other with requests in the month, with its newest package; by name.

    Three queries, however many companies.
    """
    counted: dict[int, dict[str, Any]] = {
        row["company"]: row
        for row in list_month_requests(firm_id, month)
        .order_by()
        .values("company")
        .annotate(
            issued=Count("pk", filter=Q(state__in=STANDING)),
            ended=Count("pk", filter=Q(state__in=[State.CANCELED, State.REPLACED])),
            in_doubt=Count("pk", filter=Q(state__in=OPEN)),
            amount=Sum("amount", filter=Q(state__in=STANDING)),
        )
    }
    companies = Company.objects.filter(firm_id=firm_id).filter(Q(is_active=True) | Q(pk__in=counted))
    packages = _newest_by_company(firm_id, month)
    months = []
    for company in companies.order_by("legal_name", "pk"):
        row = counted.get(company.pk, {})
        months.append(
            MonthOfCompany(
                company=company,
                issued=row.get("issued", 0),
                ended=row.get("ended", 0),
                in_doubt=row.get("in_doubt", 0),
                amount=row.get("amount") or Decimal("0.00"),
                package=packages.get(company.pk),
            )
        )
    return months


def list_closings(firm_id: int) -> QuerySet[Package]:
    """The closings of a firm, newest first."""
    return _list(firm_id, Package.Kind.CLOSING)


def list_exports(firm_id: int) -> QuerySet[Package]:
    """The lists of notes that work made or makes, newest first."""
    return _list(firm_id, Package.Kind.INVOICES)


def find_newest_closing(firm_id: int, month: date, company_id: int | None = None) -> Package | None:
    """The newest closing of a month of one company, or of all, whatever its state."""
    return list_closings(firm_id).filter(month=month, company_id=company_id).first()


def get_package(firm_id: int, package_id: int) -> Package:
    """One package of the firm. Raises NotFound."""
    packages = Package.objects.select_related("company", "requested_by").defer("manifest", "filters")
    found = packages.filter(firm_id=firm_id, pk=package_id).first()
    if found is None:
        raise NotFound
    return found


def next_month(month: date) -> date:
    """Return the first day of the month after."""
    return month.replace(year=month.year + month.month // 12, month=month.month % 12 + 1, day=1)


def previous_month(day: date) -> date:
    """Return the first day of the month before that of `day`."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def _list(firm_id: int, kind: Package.Kind) -> QuerySet[Package]:
    packages = Package.objects.filter(firm_id=firm_id, kind=kind).select_related("company", "requested_by")
    return packages.defer(*HEAVY).order_by("-created_at", "-pk")


def _newest_by_company(firm_id: int, month: date) -> dict[int, Package]:
    packages = list_closings(firm_id).filter(month=month, company__isnull=False)
    newest = packages.order_by("company", "-created_at", "-pk").distinct("company")
    return {package.company_id: package for package in newest if package.company_id is not None}
