"""What the outside says about companies, as frozen values, and the classes that ask for it.

Gateways know no models and open no transaction. Each raises the errors of core.errors: Refused, Unavailable,
Unknown, Unreadable; and ProviderAccountTrouble, which is ours to fix and never looks like "no results".
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.errors import Refused

ACTIVE = "02"
"""Code of the Receita for `situação cadastral` ATIVA."""


class ProviderAccountTrouble(Refused):
    """Our account at the provider is out of credit or its key is wrong: alert operators, charge nobody."""

    message = "O serviço consultado está indisponível agora. Já avisamos a nossa equipe."


@dataclass(frozen=True)
class PlaceQuery:
    """A niche in a city. Coordinates in degrees; `area_code` completes phones that come without one."""

    niche: str
    city_name: str
    uf: str
    latitude: float
    longitude: float
    area_code: str
    is_capital: bool = False


@dataclass(frozen=True)
class FoundPlace:
    """A place on a map. `phone` is E.164 or empty; parts of the address that cannot be read are empty."""

    provider: str
    provider_id: str
    name: str
    address: str = ""
    street_number: str = ""
    district: str = ""
    city: str = ""
    uf: str = ""
    postal_code: str = ""
    latitude: float | None = None
    longitude: float | None = None
    phone: str = ""
    website: str = ""
    categories: tuple[str, ...] = ()
    rating: Decimal | None = None
    rating_count: int | None = None
    map_id: str = ""
    """Second identity of the place (Serper's `cid`), to see the same place under another id (R44)."""


@dataclass(frozen=True)
class PlacePage:
    """One page of places. `is_last`: the provider has no more. `cost` in the provider's own credits.

    `unreadable_rows` counts rows that had no name or no id; a page of nothing else raises Unreadable.
    """

    places: tuple[FoundPlace, ...]
    is_last: bool
    cost: int
    unreadable_rows: int = 0


class SearchProvider(ABC):
    """Finds places. A new provider is one class and one line of settings (docs/providers.md)."""

    name: str

    @abstractmethod
    def search(self, query: PlaceQuery, page: int) -> PlacePage:
        """Return page `page` (from 1). No results is an empty last page. Raises ProviderError."""


class CompanyFinder(ABC):
    """Finds numbers that may be the CNPJ of a name: candidates, never evidence (R38)."""

    name: str

    @abstractmethod
    def find_cnpjs(self, name: str, city: str, uf: str) -> list[str]:
        """Return CNPJs with right check digits, best first, or nothing. Raises ProviderError."""


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


@dataclass(frozen=True)
class CompanyContacts:
    """What the enrichment vendor adds: E.164 phones, best first (L19), and lower-case e-mails."""

    cnpj: str
    source: str
    legal_name: str = ""
    trade_name: str = ""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()


@dataclass(frozen=True)
class NotFound:
    """The vendor answered, and has nothing on this CNPJ."""

    cnpj: str
    source: str


class EnrichmentGateway(ABC):
    """Contacts of a company, from a private vendor."""

    name: str

    @abstractmethod
    def get_company(self, cnpj: str) -> CompanyContacts | NotFound:
        """Return the contacts, or NotFound when there is neither name nor contact. Raises ProviderError."""
