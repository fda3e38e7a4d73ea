"""What a company's city says: its agreement and the rates of the company's services (N8).

Asked with the company's certificate by work.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from fiscal.documents.certificates import CertificateRefused
from fiscal.documents.clock import competence_today
from fiscal.enumerations import Environment, Gateway
from fiscal.gateways.parameters import RENEW_SECONDS, Agreement, ParametersGateway, service_code
from nfse.models import Company
from nfse.selectors.certificates import NoCertificate
from nfse.selectors.companies import list_services
from nfse.services.certificates import load_certificate
from nfse.services.companies import lock_company
from nfse.services.setup_requests import request_city_check

KEPT_FOR = timedelta(hours=20)
"""Before the gateway forgets it, so that mirrors always know what was known."""
BATCH = 500


def check_company_city(*, company_id: int, now: datetime) -> bool | None:
    """Ask the agreement of the company's city and keep the answer with its date; called by the queue.

    The rates of its services are asked too, and kept by the gateway for mirrors.

    None when it is not known: no certificate to ask with, or no clear answer. What is not known blocks
    nobody, and changes nothing that was known. Repeating is harmless.
    """
    company = Company.objects.filter(pk=company_id).first()
    if company is None:  # removed meanwhile
        return None
    try:
        certificate = load_certificate(firm_id=company.firm_id, company_id=company.pk, now=now)
    except (NoCertificate, CertificateRefused):
        return None
    gateway = ParametersGateway(
        environment=Environment(company.environment), certificate=certificate, max_age=RENEW_SECONDS
    )
    agreement = gateway.find_agreement(company.city_id)
    if agreement is None:
        return None
    if agreement.shares_notes:
        _ask_rates(gateway, company, now)
    with transaction.atomic(durable=True):
        row = lock_company(company.firm_id, company.pk)
        if (row.city_id, row.environment) != (company.city_id, company.environment):
            return None
        row.city_uses_national = _read(agreement)
        row.city_checked_at = now
        row.save(update_fields=["city_uses_national", "city_checked_at"])
    return row.city_uses_national


def request_due_checks(*, now: datetime) -> int:
    """Enqueue the check of companies whose answer ages, or is missing; return how many."""
    due = Company.objects.filter(
        Q(city_checked_at=None) | Q(city_checked_at__lt=now - KEPT_FOR),
        gateway=Gateway.NATIONAL,
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


def _ask_rates(gateway: ParametersGateway, company: Company, now: datetime) -> None:
    services = list_services(company.firm_id, company.pk)
    codes = {service_code(service.ctribnac, service.ctribmun) for service in services}
    for code in sorted(codes):
        gateway.find_rate(company.city_id, code, competence_today(now))


def _read(agreement: Agreement) -> bool | None:
    return agreement.uses_national_issuer if agreement.exists else False
