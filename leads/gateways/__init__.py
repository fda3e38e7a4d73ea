"""Outside sources of places and companies, picked from settings in order (docs/providers.md)."""

from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from leads.gateways.base import CompanyFinder, EnrichmentGateway, RegistryGateway, SearchProvider
from leads.gateways.serper import SerperFinder
from leads.gateways.viper import ViperEnrichment


def get_search_providers() -> tuple[SearchProvider, ...]:
    """The place providers of LEADS_SEARCH_PROVIDERS, in the order in which to ask them."""
    return _build(settings.LEADS_SEARCH_PROVIDERS, SearchProvider)


def get_registry_sources() -> tuple[RegistryGateway, ...]:
    """The sources of registry data of LEADS_REGISTRY_SOURCES, in the order in which to ask them (R47)."""
    return _build(settings.LEADS_REGISTRY_SOURCES, RegistryGateway)


def get_company_finder() -> CompanyFinder:
    """What finds the CNPJs mentioned near a company's name."""
    return SerperFinder()


def get_enrichment() -> EnrichmentGateway:
    """The vendor of company contacts."""
    return ViperEnrichment()


def _build(paths: list[str], base: type) -> tuple[Any, ...]:
    """Build each class. A path that is not a `base` fails loudly: settings hold nonsense."""
    classes = [import_string(path) for path in paths]
    for found in classes:
        if not (isinstance(found, type) and issubclass(found, base)):
            raise TypeError(f"{found!r} is not a {base.__name__}")
    return tuple(found() for found in classes)
