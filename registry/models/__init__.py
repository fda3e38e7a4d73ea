"""Tables of the registry: catalogs, the Receita's open data, and companies looked up one by one."""

from registry.models.addresses import Addressed
from registry.models.catalog import City, Cnae
from registry.models.lookups import CnpjRecord
from registry.models.open_data import (
    RegistryCode,
    RegistryCompany,
    RegistryEstablishment,
    RegistryImport,
    RegistryName,
    RegistryPartner,
    RegistryShared,
    RegistrySimples,
)

__all__ = [
    "Addressed",
    "City",
    "Cnae",
    "CnpjRecord",
    "RegistryCode",
    "RegistryCompany",
    "RegistryEstablishment",
    "RegistryImport",
    "RegistryName",
    "RegistryPartner",
    "RegistryShared",
    "RegistrySimples",
]
