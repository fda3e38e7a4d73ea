"""Firms and their companies, as operators may see them (O10)."""

from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from accounts.models import Membership
from core.database import has_cnpj_part
from core.text import folded_pattern
from fiscal.enumerations import Environment
from nfse.models import Certificate, Company, Firm, InvoiceRequest, Taker
from nfse.selectors.companies import get_company as get_company_of_firm
from operations.models import Viewing

ENDING = timedelta(days=7)


def list_firms(*, text: str = "") -> QuerySet[Firm]:
    """Return firms by name, found by a part of their name or of their CNPJ, with `company_count`."""
    firms = Firm.objects.select_related("account", "city").annotate(company_count=Count("companies"))
    for word in text.split():
        named = Q(legal_name__regex=folded_pattern(word)) | Q(trade_name__regex=folded_pattern(word))
        firms = firms.filter(named | has_cnpj_part("document", word))
    return firms.order_by("legal_name", "pk")


def get_firm(firm_id: int) -> Firm:
    """Return one firm. Raises Firm.DoesNotExist."""
    return Firm.objects.select_related("account", "city").get(pk=firm_id)


def get_company(company_id: int) -> Company:
    """Return one company of any firm, with what readiness needs. Raises Company.DoesNotExist."""
    firm_id = Company.objects.values_list("firm_id", flat=True).get(pk=company_id)
    return get_company_of_firm(firm_id, company_id)


def list_people(firm_id: int) -> QuerySet[Membership]:
    """Return who works for a firm."""
    people = Membership.objects.filter(account__firm=firm_id).select_related("user")
    return people.order_by("role", "pk")


def list_ending_certificates(*, now: datetime) -> QuerySet[Certificate]:
    """Return certificates in use, of companies in production, that ended or end within seven days."""
    return Certificate.objects.filter(
        is_active=True,
        company__is_active=True,
        company__environment=Environment.PRODUCTION,
        valid_until__lt=now + ENDING,
    ).select_related("firm", "company")


def list_viewings(*, subject: Viewing.Subject, subject_id: int) -> QuerySet[Viewing]:
    """Return who of the operators looked at it, newest first."""
    viewings = Viewing.objects.filter(subject=subject, subject_id=subject_id).select_related("actor")
    return viewings.order_by("-pk")[:20]


def find_subject(parameters: dict[str, int]) -> tuple[str, int] | None:
    """Return the operators' page, and its id, for the ids in the address of a firm's page."""
    if "request_id" in parameters or "invoice_id" in parameters:
        requests = InvoiceRequest.objects.all()
        chosen = {"pk": parameters["request_id"]} if "request_id" in parameters else {}
        chosen = chosen or {"invoice": parameters["invoice_id"]}
        found = requests.filter(**chosen).values_list("pk", flat=True).first()
        return ("operations:note", found) if found else None
    if "company_id" in parameters:
        exists = Company.objects.filter(pk=parameters["company_id"]).exists()
        return ("operations:company", parameters["company_id"]) if exists else None
    if "taker_id" in parameters:
        firm_id = Taker.objects.filter(pk=parameters["taker_id"]).values_list("firm_id", flat=True).first()
        return ("operations:firm", firm_id) if firm_id else None
    return None
