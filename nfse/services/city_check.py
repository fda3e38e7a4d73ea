"""Whether a company's city uses the national issuer, asked with the company's certificate by work (N8)."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from nfse.documents.certificates import CertificateRefused
from nfse.gateways.parameters import Agreement, ParametersGateway
from nfse.models import Company
from nfse.selectors.certificates import NoCertificate
from nfse.services.certificates import load_certificate
from nfse.services.companies import lock_company
from nfse.services.setup_requests import request_city_check
from nfse.values import Environment

KEPT_FOR = timedelta(hours=24)
BATCH = 500


def check_company_city(*, company_id: int, now: datetime) -> bool | None:
    """Ask the agreement of the company's city and keep the answer with its date; called by the queue.

    None when it is not known: no certificate to ask with, or no clear answer. What is not known blocks
    nobody, and changes nothing that was known. Repeating is harmless.
    """
    company = Company.objects.get(pk=company_id)
    try:
        certificate = load_certificate(firm_id=company.firm_id, company_id=company.pk, now=now)
    except (NoCertificate, CertificateRefused):
        return None
    gateway = ParametersGateway(environment=Environment(company.environment), certificate=certificate)
    agreement = gateway.find_agreement(company.city_id)
    if agreement is None:
        return None
    with transaction.atomic(durable=True):
        row = lock_company(company.firm_id, company.pk)
        if (row.city_id, row.environment) != (company.city_id, company.environment):
            return None
        row.city_uses_national = _read(agreement)
        row.city_checked_at = now
        row.save(update_fields=["city_uses_national", "city_checked_at"])
    return row.city_uses_national


def request_due_checks(*, now: datetime) -> int:
    """Enqueue the check of companies whose answer is older than a day, or missing; return how many."""
    due = Company.objects.filter(
        Q(city_checked_at=None) | Q(city_checked_at__lt=now - KEPT_FOR),
        gateway=Company.Gateway.NATIONAL,
        is_active=True,
        firm__is_active=True,
        certificates__is_active=True,
        certificates__valid_until__gt=now,
    )
    with transaction.atomic(durable=True):
        companies = list(due.order_by("pk")[:BATCH])
        for company in companies:
            request_city_check(company)
    return len(companies)


def _read(agreement: Agreement) -> bool | None:
    return agreement.uses_national_issuer if agreement.exists else False
