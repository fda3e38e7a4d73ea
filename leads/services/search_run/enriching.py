"""Contacts of companies about to be delivered, while the call budget has room (L11)."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import structlog
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from core.http import CircuitOpen
from leads.gateways import get_enrichment
from leads.gateways.base import CompanyContacts
from leads.models import LeadCompany, Search
from leads.services.enrichment import save_contacts
from leads.services.search_run.calls import BudgetSpent, Caller

CALLS_PER_LEAD = 2
"""What finding one more company usually costs: kept in the budget for each company still missing."""

log = structlog.get_logger(__name__)


def enrich_companies(search: Search, company_ids: Sequence[int], *, missing: int, caller: Caller) -> bool:
    """Ask the vendor for the contacts of companies that have none of late; return whether it answered.

    A failure loses nothing, and delays no more than the caller's patience: the company is delivered without.
    An empty answer is not kept (R6). Raises SearchEnded.
    """
    spare = search.calls_allowed - search.calls_made - CALLS_PER_LEAD * max(0, missing - len(company_ids))
    companies = list(_without_contacts(company_ids)[: max(0, spare)])
    gateway = get_enrichment()
    answers = caller.call_all([partial(gateway.get_company, company.cnpj) for company in companies])
    answered = True
    for company, answer in zip(companies, answers, strict=True):
        if answer.error is None:
            if isinstance(answer.value, CompanyContacts):
                save_contacts(company_id=company.pk, contacts=answer.value, now=timezone.now())
        elif not isinstance(answer.error, BudgetSpent):
            answered = False
            caller.give_back(int(isinstance(answer.error, CircuitOpen)))
            log.warning("enrichment_failed", search_id=search.pk, error=type(answer.error).__name__)
    return answered


def _without_contacts(company_ids: Sequence[int]) -> QuerySet[LeadCompany]:
    limit = timezone.now() - timedelta(days=settings.LEADS_CONTACTS_MAX_AGE_DAYS)
    companies = LeadCompany.objects.filter(pk__in=company_ids).exclude(enrichment__fetched_at__gte=limit)
    return companies.only("pk", "cnpj").order_by("pk")
