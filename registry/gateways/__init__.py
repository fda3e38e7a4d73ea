"""Sources of registry data, picked from settings in order (docs/registry.md)."""

from django.conf import settings

from core.loading import build_classes
from registry.gateways.base import RegistryGateway


def get_registry_sources() -> tuple[RegistryGateway, ...]:
    """The sources of REGISTRY_SOURCES, in the order in which to ask them (R47)."""
    return build_classes(settings.REGISTRY_SOURCES, RegistryGateway)
