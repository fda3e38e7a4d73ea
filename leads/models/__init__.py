"""Tables of the lead business, split by noun."""

from leads.models.access import LeadAccess
from leads.models.catalog import Niche, NicheAlias
from leads.models.companies import CompanyMembership, LeadCompany, LeadEnrichment
from leads.models.exports import ExportAudit
from leads.models.places import Place
from leads.models.searches import Search, SearchCandidate, SearchPage

__all__ = [
    "CompanyMembership",
    "ExportAudit",
    "LeadAccess",
    "LeadCompany",
    "LeadEnrichment",
    "Niche",
    "NicheAlias",
    "Place",
    "Search",
    "SearchCandidate",
    "SearchPage",
]
