"""Contacts of a company from the enrichment vendor (L11, L19; contracts/leads/viper.md §2)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from leads.gateways.base import CompanyContacts, EnrichmentGateway, NotFound
from leads.models import LeadCompany, LeadEnrichment


def enrich_company(
    *, company_id: int, gateway: EnrichmentGateway, now: datetime | None = None
) -> LeadEnrichment | None:
    """Return the company's contacts, asked of the vendor when we have none younger than the limit (L11).

    None when the vendor has nothing: one "not found" is not kept as "has none" (R6, R47), and an older copy
    stays. Not inside a transaction: it calls the vendor between reading and saving. Raises ProviderError,
    LeadCompany.DoesNotExist.
    """
    now = now or timezone.now()
    company = LeadCompany.objects.only("cnpj").get(pk=company_id)
    known = LeadEnrichment.objects.filter(company_id=company_id).first()
    if known and known.fetched_at >= now - timedelta(days=settings.LEADS_CONTACTS_MAX_AGE_DAYS):
        return known
    found = gateway.get_company(company.cnpj)
    if isinstance(found, NotFound):
        return known
    return save_contacts(company_id=company_id, contacts=found, now=now)


@transaction.atomic(durable=True)
def save_contacts(*, company_id: int, contacts: CompanyContacts, now: datetime) -> LeadEnrichment:
    """Insert or replace the company's contacts. Two at once save one row: the database decides."""
    enrichment, _ = LeadEnrichment.objects.update_or_create(
        company_id=company_id,
        defaults={
            "contacts": {"phones": list(contacts.phones), "emails": list(contacts.emails)},
            "source": contacts.source,
            "fetched_at": now,
        },
    )
    return enrichment
