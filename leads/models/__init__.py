"""Tables of the lead business, split by noun."""

from leads.models.access import LeadAccess
from leads.models.catalog import City, Cnae, Niche, NicheAlias
from leads.models.companies import CompanyMembership, LeadCompany, LeadEnrichment
from leads.models.exports import ExportAudit
from leads.models.places import Place
from leads.models.registry import (
    RegistryCode,
    RegistryCompany,
    RegistryEstablishment,
    RegistryImport,
    RegistryName,
    RegistryPartner,
    RegistryShared,
    RegistrySimples,
)
from leads.models.searches import Search, SearchCandidate, SearchPage

__all__ = [
    "City",
    "Cnae",
    "CompanyMembership",
    "ExportAudit",
    "LeadAccess",
    "LeadCompany",
    "LeadEnrichment",
    "Niche",
    "NicheAlias",
    "Place",
    "RegistryCode",
    "RegistryCompany",
    "RegistryEstablishment",
    "RegistryImport",
    "RegistryName",
    "RegistryPartner",
    "RegistryShared",
    "RegistrySimples",
    "Search",
    "SearchCandidate",
    "SearchPage",
]
