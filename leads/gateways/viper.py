"""Viper's public API as the vendor of company contacts (viper.md §2)."""

from typing import Any

from leads.gateways.base import CompanyContacts, EnrichmentGateway, NotFound
from registry.gateways.viper import NAME, ask_company, read_company, read_emails, read_names, read_phones


class ViperEnrichment(EnrichmentGateway):
    """Phones and e-mails of a company."""

    name = NAME

    def get_company(self, cnpj: str) -> CompanyContacts | NotFound:
        return read_contacts(ask_company(cnpj), cnpj)


def read_contacts(answer: Any, cnpj: str) -> CompanyContacts | NotFound:
    """Turn an answer into contacts; NotFound when it has neither a name nor a contact (§2.1)."""
    row = read_company(answer)
    names = read_names(row)
    phones = read_phones(row)
    emails = read_emails(row)
    if not any(names) and not phones and not emails:
        return NotFound(cnpj, NAME)
    return CompanyContacts(cnpj, NAME, *names, phones=phones, emails=emails)
