"""What the outside says about companies, as frozen values, and the classes that ask for it.

Gateways know no models and open no transaction. Each raises the errors of core.errors: Refused, Unavailable,
Unknown, Unreadable; and ProviderAccountTrouble, which is ours to fix and never looks like "no results".
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from decimal import Decimal


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
