"""Loads a monthly delivery of the Receita's open data (contracts/leads/registry.md §3, docs/registry.md)."""

from registry.services.registry_import.errors import (
    ImportRunning,
    MissingFiles,
    RegistryImportError,
    SuspiciousDelivery,
    UndatedDelivery,
    UnreadableZip,
)
from registry.services.registry_import.report import ImportReport, TableCounts
from registry.services.registry_import.run import import_registry

__all__ = [
    "ImportReport",
    "ImportRunning",
    "MissingFiles",
    "RegistryImportError",
    "SuspiciousDelivery",
    "TableCounts",
    "UndatedDelivery",
    "UnreadableZip",
    "import_registry",
]
