"""The class that asks a registry source about a CNPJ.

Gateways know no models and open no transaction. Each raises the errors of core.errors.
"""

from abc import ABC, abstractmethod

from registry.values import RegistryRecord


class RegistryGateway(ABC):
    """Looks one CNPJ up in a source of registry data."""

    name: str

    @abstractmethod
    def get_company(self, cnpj: str) -> RegistryRecord | None:
        """Return the record, or None when this source says that it does not know the CNPJ.

        None of one source is "unknown", never "does not exist": that needs two sources (R47).
        Raises ProviderError.
        """
