"""What a registry says about a CNPJ, as a frozen value, and the class that asks for it.

Gateways know no models and open no transaction. Each raises the errors of core.errors.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import date

ACTIVE = "02"
"""Code of the Receita for `situação cadastral` ATIVA."""


@dataclass(frozen=True)
class RegistryRecord:
    """One CNPJ as a registry source tells it: codes padded, no CPF in the name (R49), phones E.164.

    `status` is the Receita's two-digit code. The city is known by IBGE code, by SIAFI code, or only by name
    and UF. `source`: open_data, brasilapi or viper.
    """

    cnpj: str
    legal_name: str
    status: str
    source: str
    trade_name: str = ""
    status_date: date | None = None
    opening_date: date | None = None
    main_cnae: str = ""
    main_cnae_description: str = ""
    legal_nature: str = ""
    size: str = ""
    is_individual: bool = False
    is_headquarters: bool = True
    ibge_code: str = ""
    siafi_code: str = ""
    city_name: str = ""
    uf: str = ""
    street: str = ""
    number: str = ""
    complement: str = ""
    district: str = ""
    postal_code: str = ""
    phones: tuple[str, ...] = ()
    email: str = ""
    as_of: date | None = None
    """Date of the delivery for open data; None means now."""

    @property
    def root(self) -> str:
        return self.cnpj[:8]

    @property
    def is_active(self) -> bool:
        return self.status == ACTIVE


class RegistryGateway(ABC):
    """Looks one CNPJ up in a source of registry data."""

    name: str

    @abstractmethod
    def get_company(self, cnpj: str) -> RegistryRecord | None:
        """Return the record, or None when this source says that it does not know the CNPJ.

        None of one source is "unknown", never "does not exist": that needs two sources (R47).
        Raises ProviderError.
        """
