"""Makes invented companies and places, and the pairs that say which belong together.

Numbers have right check digits and roots that begin with 98; phones have 000 after the first digit; mail and
sites end in .example. The same calls make the same pairs.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from stdnum.br.cnpj import calc_check_digits

Company = dict[str, Any]
Place = dict[str, Any]


@dataclass(frozen=True)
class Trade:
    """A trade as signs and registries write it. `legal` follows or precedes a name in the registry."""

    sign: str
    legal: str
    cnae: str
    category: str
    other_cnaes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Town:
    ibge_code: str
    siafi_code: str
    name: str
    uf: str
    area_code: str
    postal_prefix: str


CAMPINAS = Town("3509502", "6291", "Campinas", "SP", "19", "13")
SANTA_MARIA = Town("4316907", "8841", "Santa Maria", "RS", "55", "97")
CURITIBA = Town("4106902", "7535", "Curitiba", "PR", "41", "80")
VITORIA = Town("3205309", "5705", "Vitória", "ES", "27", "29")
TOWNS = (CAMPINAS, SANTA_MARIA, CURITIBA, VITORIA)
STREETS = (
    ("RUA", "DAS ACACIAS", "R. das Acácias"),
    ("AVENIDA", "SETE DE SETEMBRO", "Av. 7 de Setembro"),
    ("RUA", "QUINZE DE NOVEMBRO", "R. XV de Novembro"),
    ("AVENIDA", "PRESIDENTE VARGAS", "Av. Pres. Vargas"),
    ("RUA", "DOS IPES", "Rua dos Ipês"),
    ("TRAVESSA", "DO ROSARIO", "Tv. do Rosário"),
    ("RUA", "CORONEL TIBURCIO", "R. Cel. Tibúrcio"),
    ("ALAMEDA", "DAS PALMEIRAS", "Al. das Palmeiras"),
    ("RUA", "DOUTOR FREDERICO NUNES", "R. Dr. Frederico Nunes"),
    ("AVENIDA", "DAS HORTENSIAS", "Avenida das Hortênsias"),
)
DISTRICTS = ("Centro", "Vila Nova", "Cambuí", "Boa Vista", "Jardim Primavera", "Nossa Senhora de Fátima")


HEADS = (
    *("Val", "Nor", "Dor", "Quir", "Tam", "Jac", "Rib", "Serv", "Lum", "Zim", "Cor", "Bel"),
    *("Gal", "Hil", "Itur", "Jur", "Kal", "Lor", "Mir", "Pal"),
)


@dataclass(frozen=True)
class Spot:
    """An address, written by both sides."""

    street_type: str
    street: str
    sign_street: str
    number: str
    postal_code: str
    district: str


@dataclass
class Book:
    """Collects companies and labelled places of one part of the set."""

    start: int
    tails: tuple[str, ...]
    """Endings of coined names: each part of the set has its own."""

    companies: list[Company] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._roots = count(self.start)
        self._phones = count(self.start % 9000)
        self._spots = count(self.start)
        self._places = count(1)
        self._names = (head + tail for tail in self.tails for head in HEADS)

    def town(self) -> Town:
        """The town of the pair to come: they take turns."""
        return TOWNS[len(self.places) % len(TOWNS)]

    def spot(self, town: Town | None = None) -> Spot:
        number = next(self._spots)
        town = town or self.town()
        street_type, street, sign = STREETS[number % len(STREETS)]
        code = f"{town.postal_prefix}{100 + number % 800:03d}{number * 7 % 900 + 10:03d}"
        district = DISTRICTS[number % len(DISTRICTS)]
        return Spot(street_type, street, sign, str(20 + number * 37 % 2900), code, district)

    def phone(self, first: str = "3") -> str:
        """Eight digits that nobody else of the set has."""
        return f"{first}000{next(self._phones) % 10000:04d}"

    def coined(self) -> list[str]:
        """Twelve coined names that nobody else of the set has; some differ by one letter."""
        return [next(self._names) for _ in range(12)]

    def root(self) -> str:
        return f"98{next(self._roots):06d}"

    def company(
        self,
        legal_name: str,
        trade: Trade | None = None,
        *,
        sign: str = "",
        at: Spot | None = None,
        phone: str = "",
        email: str = "",
        room: str = "",
        nature: str = "2062",
        cnae: str = "",
        other_cnaes: tuple[str, ...] = (),
        root: str = "",
        order: str = "0001",
        status: str = "02",
        town: Town | None = None,
        number: str = "",
        postal_code: str = "",
    ) -> str:
        """Load a company; return its CNPJ."""
        town, base = town or self.town(), (root or self.root()) + order
        cnpj = base + calc_check_digits(base)
        self.companies.append(
            {
                "cnpj": cnpj,
                "legal_name": legal_name.replace("<root>", f"{cnpj[:2]}.{cnpj[2:5]}.{cnpj[5:8]}"),
                "trade_name": sign,
                "status": status,
                "legal_nature": nature,
                "main_cnae": cnae or (trade.cnae if trade else ""),
                "other_cnaes": list(other_cnaes or (trade.other_cnaes if trade else ())),
                "street_type": at.street_type if at else "",
                "street": at.street if at else "",
                "number": number or (at.number if at else ""),
                "complement": room,
                "district": at.district.upper() if at else "",
                "postal_code": postal_code or (at.postal_code if at else ""),
                "uf": town.uf,
                "siafi_code": town.siafi_code,
                "area_code": town.area_code if phone else "",
                "phone": phone,
                "email": email.upper(),
            }
        )
        return cnpj

    def place(
        self,
        kind: str,
        name: str,
        cnpj: str | None,
        *,
        at: Spot | None = None,
        phone: str = "",
        category: str = "",
        site: str = "",
        room: str = "",
        number: str = "",
        postal_code: str | None = None,
        with_address: bool = True,
    ) -> None:
        """Add a labelled place: `cnpj` is whose it is, None when the loaded registry has not its company."""
        town = self.town()
        number = number or (at.number if at else "")
        code = postal_code if postal_code is not None else (at.postal_code if at else "")
        written = f"{code[:5]}-{code[5:]}" if code else ""
        place: Place = {
            "id": f"{kind}-{next(self._places)}",
            "name": name,
            "city": f"{town.name} - {town.uf}",
            "ibge": town.ibge_code,
            "phone": _written_phone(town.area_code, phone),
            "postal_code": written,
            "street_number": number,
            "website": site,
            "categories": [category] if category else [],
        }
        if at and with_address:
            line = " - ".join(filter(None, (f"{at.sign_street}, {number}", room, at.district)))
            place["address"] = ", ".join(filter(None, (line, f"{town.name} - {town.uf}", written, "Brasil")))
        self.places.append({"kind": kind, "cnpj": cnpj, "place": place})


Pattern = Callable[[Book], None]


def _written_phone(area_code: str, number: str) -> str:
    if not number or not number[0].isdigit() or len(number) > 8:
        return number
    digits = f"9{number}" if number[0] in "6789" else number
    return f"({area_code}) {digits[:-4]}-{digits[-4:]}"
