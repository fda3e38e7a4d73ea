"""Contacts of a company from the enrichment vendor (L11, L19; contracts/leads/viper.md §2)."""

from datetime import datetime

from django.db import transaction

from leads.gateways.base import CompanyContacts
from leads.models import LeadEnrichment


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
