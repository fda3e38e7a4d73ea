"""Outside sources of places and companies, picked from settings in order (docs/providers.md)."""

from django.conf import settings

from core.loading import build_classes
from leads.gateways.base import CompanyFinder, EnrichmentGateway, SearchProvider
from leads.gateways.serper import SerperFinder
from leads.gateways.viper import ViperEnrichment


def get_search_providers() -> tuple[SearchProvider, ...]:
    """The place providers of LEADS_SEARCH_PROVIDERS, in the order in which to ask them."""
    return build_classes(settings.LEADS_SEARCH_PROVIDERS, SearchProvider)


def get_company_finder() -> CompanyFinder:
    """What finds the CNPJs mentioned near a company's name."""
    return SerperFinder()


def get_enrichment() -> EnrichmentGateway:
    """The vendor of company contacts."""
    return ViperEnrichment()
