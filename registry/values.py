"""What a registry source says about a CNPJ, as a frozen value."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from core.enumerations import Labeled


class RegistryStatus(Labeled):
    """`situação cadastral` by the Receita's code; codes outside of the layout are kept as text."""

    NULL = "01", "Nula"
    ACTIVE = "02", "Ativa"
    SUSPENDED = "03", "Suspensa"
    UNFIT = "04", "Inapta"
    CLOSED = "08", "Baixada"


class CompanySize(Labeled):
    """`porte` by the Receita's code."""

    UNKNOWN = "00", "Não informado"
    MICRO = "01", "Microempresa"
    SMALL = "03", "Empresa de pequeno porte"
    OTHER = "05", "Demais portes"


BLOCKING_STATUSES = frozenset({RegistryStatus.NULL, RegistryStatus.CLOSED})
"""NULA and BAIXADA: no note to this taker (N9)."""

DOUBTFUL_STATUSES = frozenset({RegistryStatus.SUSPENDED, RegistryStatus.UNFIT})
"""SUSPENSA and INAPTA: ask before a note to this taker (N9)."""

_DATES = ("status_date", "opening_date", "as_of")
_LISTS = ("phones", "other_cnaes")


@dataclass(frozen=True, kw_only=True)
class AddressLines:
    """An address without its city, as written; `postal_code` (CEP) of something read or cleaned: 8 digits."""

    street: str = ""
    number: str = ""
    complement: str = ""
    district: str = ""
    postal_code: str = ""


ADDRESS_LINES = tuple(line.name for line in fields(AddressLines))


@dataclass(frozen=True)
class RegistryRecord(AddressLines):
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
    phones: tuple[str, ...] = ()
    email: str = ""
    other_cnaes: tuple[str, ...] = ()
    is_simples: bool | None = None
    """Opted for Simples Nacional; None when the source does not say. So for MEI."""

    is_mei: bool | None = None
    as_of: date | None = None
    """Date of the delivery for open data; None means now."""

    @property
    def root(self) -> str:
        return self.cnpj[:8]

    @property
    def is_active(self) -> bool:
        return self.status == RegistryStatus.ACTIVE

    @property
    def status_name(self) -> str:
        """`situação cadastral` in words, or the code when the layout does not know it."""
        return RegistryStatus.label_of(self.status)


def record_as_json(record: RegistryRecord) -> dict[str, Any]:
    """Return the record as JSON values, dates as YYYY-MM-DD."""
    values = asdict(record)
    values |= {name: values[name].isoformat() for name in _DATES if values[name]}
    return values | {name: list(values[name]) for name in _LISTS}


def record_from_json(data: Mapping[str, Any]) -> RegistryRecord:
    """Return the record that `record_as_json` wrote."""
    values = dict(data)
    values |= {name: date.fromisoformat(values[name]) for name in _DATES if values.get(name)}
    values |= {name: tuple(values.get(name, ())) for name in _LISTS}
    return RegistryRecord(**values)
