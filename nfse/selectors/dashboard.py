"""Figures of a firm's first page (A11): each is the count of the list that its card opens (R107).

Everything of one moment is read in a constant number of queries, whatever the firm holds.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.db.models import Count, DateField, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import TruncDate, TruncMonth
from django.utils import timezone

from core.days import start_of_day
from fiscal.enumerations import Environment
from nfse.models import (
    Certificate,
    Company,
    Firm,
    Invoice,
    InvoiceRequest,
    ServiceProfile,
    Taker,
    TaxProfile,
)
from nfse.selectors.certificates import count_ending_certificates
from nfse.selectors.companies import count_companies
from nfse.selectors.firm_cache import remember
from nfse.states import OPEN, STANDING, UNSETTLED, WITH_NOTE, State

TOP_COMPANIES = 5
MONTHS = 12
PRODUCTION = Environment.PRODUCTION.value


@dataclass(frozen=True)
class DayNotes:
    """The production notes of one São Paulo day that still stand."""

    day: date
    notes: int
    amount: Decimal


@dataclass(frozen=True)
class MonthNotes:
    """The production notes of one month that still stand; `month` is its first day."""

    month: date
    notes: int
    amount: Decimal


@dataclass(frozen=True)
class CompanyNotes:
    """What one company issued this month in production."""

    company_id: int
    name: str
    notes: int
    amount: Decimal


@dataclass(frozen=True)
class FirstSteps:
    """What a firm does once, from nothing to its first notes; `company_id` is the company to go on with."""

    has_company: bool
    has_certificate: bool
    has_tax_profile: bool
    has_service: bool
    has_taker: bool
    has_note: bool
    has_production: bool
    company_id: int | None

    @property
    def is_done(self) -> bool:
        return all(done for _name, done in self.steps)

    @property
    def steps(self) -> tuple[tuple[str, bool], ...]:
        """Names and whether each is done, in the order in which they are done."""
        return (
            ("company", self.has_company),
            ("certificate", self.has_certificate),
            ("tax_profile", self.has_tax_profile),
            ("service", self.has_service),
            ("taker", self.has_taker),
            ("note", self.has_note),
            ("production", self.has_production),
        )


@dataclass(frozen=True)
class Overview:
    """The figures of the page. `month` is the first day of the month that they are of."""

    month: date
    until: date
    companies: int
    notes: int
    amount: Decimal
    test_notes: int
    waiting: int
    failed: int
    certificates_ending: int
    certificates_expired: int
    days: tuple[DayNotes, ...]
    months: tuple[MonthNotes, ...]
    top: tuple[CompanyNotes, ...]
    first_steps: FirstSteps

    @property
    def has_year(self) -> bool:
        """Whether there was a note before this month, so that months can be compared."""
        return any(month.notes for month in self.months[:-1])

    @property
    def pending(self) -> int:
        """Requests that wait, or failed and may be tried again."""
        return self.waiting + self.failed


def get_overview(firm_id: int, *, now: datetime) -> Overview:
    """The figures, at most 60 s old; a change of the firm is seen at once."""
    day = timezone.localdate(now)
    return remember(firm_id, f"overview:{day:%Y%m%d}", partial(_read_overview, firm_id, now))


def list_nearest_certificates(firm_id: int) -> QuerySet[Certificate]:
    """Certificates in use of active companies, the nearest end first, those that ended before all."""
    certificates = Certificate.objects.filter(firm_id=firm_id, is_active=True, company__is_active=True)
    return certificates.select_related("company").order_by("valid_until", "pk")


def _read_overview(firm_id: int, now: datetime) -> Overview:
    today = timezone.localdate(now)
    first = today.replace(day=1)
    until = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    days, test_notes = _read_days(firm_id, first, until, today)
    pending = _count_pending(firm_id)
    ending, expired = count_ending_certificates(firm_id, now=now)
    return Overview(
        month=first,
        until=until,
        companies=count_companies(firm_id),
        notes=sum(day.notes for day in days),
        amount=sum((day.amount for day in days), Decimal("0.00")),
        test_notes=test_notes,
        waiting=pending["waiting"],
        failed=pending["failed"],
        certificates_ending=ending,
        certificates_expired=expired,
        days=days,
        months=_read_months(firm_id, first, until),
        top=_read_top(firm_id, first, until),
        first_steps=_read_first_steps(firm_id),
    )


def _standing(firm_id: int, first: date, until: date) -> QuerySet[Invoice]:
    """Notes issued in the days given that still stand, tests included."""
    return Invoice.objects.filter(
        firm_id=firm_id,
        issued_at__gte=start_of_day(first),
        issued_at__lt=start_of_day(until + timedelta(days=1)),
        request__state__in=STANDING,
    )


def _read_days(firm_id: int, first: date, until: date, today: date) -> tuple[tuple[DayNotes, ...], int]:
    rows = (
        _standing(firm_id, first, until)
        .annotate(day=TruncDate("issued_at"))
        .order_by()
        .values("day", "environment")
        .annotate(notes=Count("pk"), amount=Sum("request__amount"))
    )
    real: dict[date, tuple[int, Decimal]] = {}
    tests = 0
    for row in rows:
        if row["environment"] == PRODUCTION:
            real[row["day"]] = (row["notes"], row["amount"])
        else:
            tests += row["notes"]
    span = [first + timedelta(days=number) for number in range((max(today, *real) if real else today).day)]
    return tuple(DayNotes(day, *real.get(day, (0, Decimal("0.00")))) for day in span), tests


def _read_months(firm_id: int, first: date, until: date) -> tuple[MonthNotes, ...]:
    """The twelve months that end with this one, those without a note too."""
    number = first.year * 12 + first.month - MONTHS
    span = [date((number + step) // 12, (number + step) % 12 + 1, 1) for step in range(MONTHS)]
    rows = (
        _standing(firm_id, span[0], until)
        .filter(environment=PRODUCTION)
        .annotate(month=TruncMonth("issued_at", output_field=DateField()))
        .order_by()
        .values("month")
        .annotate(notes=Count("pk"), amount=Sum("request__amount"))
    )
    found = {row["month"]: (row["notes"], row["amount"]) for row in rows}
    return tuple(MonthNotes(month, *found.get(month, (0, Decimal("0.00")))) for month in span)


def _read_top(firm_id: int, first: date, until: date) -> tuple[CompanyNotes, ...]:
    rows = (
        _standing(firm_id, first, until)
        .filter(environment=PRODUCTION)
        .order_by()
        .values("company_id", "company__legal_name", "company__trade_name")
        .annotate(notes=Count("pk"), total=Sum("request__amount"))
        .order_by("-total", "company_id")[:TOP_COMPANIES]
    )
    return tuple(
        CompanyNotes(
            row["company_id"],
            row["company__trade_name"] or row["company__legal_name"],
            row["notes"],
            row["total"],
        )
        for row in rows
    )


def _count_pending(firm_id: int) -> dict[str, Any]:
    return InvoiceRequest.objects.filter(firm_id=firm_id, state__in=UNSETTLED).aggregate(
        waiting=Count("pk", filter=Q(state__in=OPEN)), failed=Count("pk", filter=Q(state=State.FAILED))
    )


def _read_first_steps(firm_id: int) -> FirstSteps:
    """One query: whether each thing exists, and the company that lacks the most."""
    of_firm = {"firm": OuterRef("pk")}
    row: Any = (
        Firm.objects.filter(pk=firm_id)
        .annotate(
            has_company=Exists(Company.objects.filter(**of_firm)),
            has_certificate=Exists(Certificate.objects.filter(**of_firm, is_active=True)),
            has_tax_profile=Exists(TaxProfile.objects.filter(**of_firm)),
            has_service=Exists(ServiceProfile.objects.filter(**of_firm, is_active=True)),
            has_taker=Exists(Taker.objects.filter(**of_firm)),
            has_note=Exists(InvoiceRequest.objects.filter(**of_firm, state__in=WITH_NOTE)),
            has_production=Exists(Company.objects.filter(**of_firm, environment=PRODUCTION)),
            company_id=Subquery(_unfinished_company().values("pk")[:1]),
        )
        .values()
        .get()
    )
    return FirstSteps(**{name: row[name] for name in FirstSteps.__dataclass_fields__})


def _unfinished_company() -> QuerySet[Company]:
    """The first active company of the outer firm, those in homologação before those in produção."""
    companies = Company.objects.filter(firm=OuterRef("pk"), is_active=True)
    return companies.order_by(F("environment").desc(), "pk")
