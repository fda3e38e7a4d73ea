"""Places as a map search shows them, each with the truth about the company behind it."""

from dataclasses import dataclass

from sandbox.world.catalog import City, Niche
from sandbox.world.numbers import ALPHABET, between, chance, digest, pick
from sandbox.world.registry import Company
from sandbox.world.text import title_case

STREET_TYPES = {
    "RUA": "R.",
    "AVENIDA": "Av.",
    "TRAVESSA": "Tv.",
    "ESTRADA": "Estr.",
    "RODOVIA": "Rod.",
    "PRACA": "Praça",
}


NEIGHBOURS = 5  # cities around a city whose places a search may show


@dataclass(frozen=True)
class Place:
    """One establishment on the map. Empty text and None mean that the map does not know."""

    key: str
    title: str
    city: City
    street: str
    number: str
    complement: str
    district: str
    postal_code: str
    latitude: float
    longitude: float
    category: str
    phone: str
    website: str
    rating: float | None
    rating_count: int | None
    has_place_id: bool
    company: Company | None  # who is really behind it; None: nobody can tell
    evidence: frozenset[str]  # name, phone, address, domain: what registry and map have in common
    niche_slug: str = ""  # the niche it really belongs to; empty for free text
    trap: str = ""  # inactive, registered elsewhere, misprint, no company
    homonym: Company | None = None  # same name, another state: found first by a web search
    footer: Company | None = None  # its accountant, whose CNPJ its site shows
    wrong_cnpj: str = ""  # a misprint on the web

    @property
    def place_id(self) -> str:
        number = digest("place id", self.key)
        return "ChIJ" + "".join(ALPHABET[number // 36**place % 36] for place in range(12))

    @property
    def cid(self) -> str:
        return str(digest("cid", self.key))

    @property
    def fid(self) -> str:
        return f"0x{digest('fid', self.key) % 16**8:x}:0x{digest('fid2', self.key) % 16**8:x}"

    @property
    def address(self) -> str:
        line = ", ".join(filter(None, (self.street, self.number)))
        pieces = " - ".join(filter(None, (line, self.complement, self.district)))
        city = f"{self.city.name} - {self.city.uf}"
        return ", ".join(filter(None, (pieces, city, self.postal_code, "Brasil")))


def map_phone(area_code: str, number: str, key: str) -> str:
    """Write a registry number the way maps do; one mobile in twelve still lacks the ninth digit."""
    if len(number) == 8 and number[0] in "6789" and not chance(8, "old mobile", key):
        number = "9" + number
    head, tail = number[:-4], number[-4:]
    style = digest("phone style", key) % 3
    if style == 0:
        return f"+55 {area_code} {head}-{tail}"
    return f"({area_code}) {head}-{tail}" if style == 1 else f"{area_code} {head}-{tail}"


def map_street(company: Company) -> str:
    kind, name = company.street_type, title_case(f"{company.street_type} {company.street}")
    return name.replace(title_case(kind), STREET_TYPES[kind], 1) if kind in STREET_TYPES else name


def postal_code_text(code: str) -> str:
    code = code.zfill(8) if len(code) == 7 and code.isdigit() else code
    return f"{code[:5]}-{code[5:]}" if len(code) == 8 and code.isdigit() else ""


def rating_of(key: str) -> tuple[float | None, int | None]:
    """Return stars and their count; some places have neither, some lack the count."""
    if chance(10, "no rating", key):
        return None, None
    count = None if chance(6, "no rating count", key) else between(1, 40, "count", key) ** 2 // 2 + 1
    return between(32, 50, "rating", key) / 10, count


def near(city: City, key: str) -> tuple[float, float]:
    return (
        round(city.latitude + between(-300, 300, "lat", key) / 10_000, 6),
        round(city.longitude + between(-300, 300, "lng", key) / 10_000, 6),
    )


def category_of(niche: Niche, key: str) -> str:
    """Return the category, which on maps often names something else than the kind of business."""
    odd = ("Loja", "Empresa", "Prestador de serviços", "Serviço", niche.group)
    return pick(odd, "odd category", key) if chance(12, "category", key) else niche.name
