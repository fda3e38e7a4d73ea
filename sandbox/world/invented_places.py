"""Places of seats: what the map and the web show of the invented companies."""

from functools import lru_cache

from sandbox.world import invented, names, places
from sandbox.world.catalog import City, Niche
from sandbox.world.invented import Invented
from sandbox.world.numbers import between, chance, digest, pick
from sandbox.world.places import Place
from sandbox.world.registry import Company
from sandbox.world.seats import Seat
from sandbox.world.sizes import NOWHERE_NICHES, Size, Sizes
from sandbox.world.text import title_case

HOMONYM_PERCENT = 18
PREFIXES = ("Espaço", "Casa", "Ponto", "Grupo", "Studio")
TRAPS = {
    "nobody": "no company",
    "closed": "inactive",
    "moved": "registered elsewhere",
    "misprint": "misprint",
}


class InventedPlaces:
    """What a map search shows of the invented companies."""

    def __init__(self, companies: Invented, sizes: Sizes) -> None:
        self._companies = companies
        self._sizes = sizes
        cities = companies.catalog.cities
        niches = companies.catalog.niches
        self._accountants = next(niche.index for niche in niches if niche.slug == "contador")
        self._large = [city for city in cities if sizes.of_city[city.index] <= Size.LARGE]

    def of(self, niche: Niche, city: City, count: int | None = None) -> list[Place]:
        """Return the places of the niche in the city, all or the first ones up to this number."""
        taken = self._sizes.seats(city.index, niche.index)
        return [
            self.place(Seat(city.index, niche.index, index), niche.name if not niche.slug else "")
            for index in range(taken if count is None else min(count, taken))
        ]

    def deals_in(self, niche: Niche) -> bool:
        """Whether the niche has places anywhere."""
        return niche.slug not in NOWHERE_NICHES

    def by_brand(self, word: str, city: City) -> Place | None:
        """Return the place whose sign has the coined word."""
        seat = names.seat_of(word, city)
        if seat is None or seat.place >= self._sizes.seats(city.index, seat.pool):
            return None
        return self.place(seat)

    @lru_cache(maxsize=20_000)  # noqa: B019 - one instance for the life of the process
    def place(self, seat: Seat, free_text: str = "") -> Place:
        """Compute the place of a seat. Free-text niches put their words on the sign."""
        kind, city, key = invented.kind_of(seat), self._companies.catalog.cities[seat.city], _key(seat)
        company = None if kind == "nobody" else self._companies.company(seat)
        niche, brand = self._companies.niche(seat), names.brand_of(seat, city)
        phone, same_phone = self._phone(seat, city, company, kind)
        number = map_number(seat, company, kind)
        postal_code = "" if chance(8, "no postal code", seat) else invented.postal_code(city, seat)
        latitude, longitude = places.near(city, key)
        rating, count = places.rating_of(key)
        category = places.category_of(niche, key) if niche.slug else (title_case(free_text) or "Loja")
        same_address = (
            company is not None and kind != "moved" and bool(postal_code) and number == company.number
        )
        evidence = {
            "name": kind not in ("other_name", "address_only"),
            "phone": same_phone,
            "address": same_address,
        }
        return Place(
            key=key,
            title=sign(seat, niche, brand, free_text),
            city=city,
            street=map_street(seat, company),
            number=number,
            complement=title_case(company.complement) if company and chance(50, "map room", seat) else "",
            district=title_case(pick(invented.DISTRICTS, "district", seat)),
            postal_code=places.postal_code_text(postal_code),
            latitude=latitude,
            longitude=longitude,
            category=category,
            phone=phone,
            website=f"https://{invented.domain_of(brand, city)}/" if chance(50, "website", seat) else "",
            rating=rating,
            rating_count=count,
            has_place_id=not chance(8, "no place id", seat),
            company=company,
            evidence=frozenset(name for name, holds in evidence.items() if holds and company),
            trap=TRAPS.get(kind, ""),
            homonym=self.homonym(seat, brand) if chance(HOMONYM_PERCENT, "homonym", seat) else None,
            footer=self.accountant(city, seat) if chance(8, "footer", seat) else None,
            niche_slug=niche.slug,
            wrong_cnpj=invented.misprint(company.cnpj) if company and misprinted(seat, kind) else "",
        )

    def homonym(self, seat: Seat, brand: str) -> Company | None:
        """Return an active company with the same brand and niche in a large city of another state."""
        home = self._companies.catalog.cities[seat.city]
        start = digest("homonym city", seat)
        for step in range(len(self._large)):
            city = self._large[(start + step) % len(self._large)]
            other = names.seat_of(brand, city)
            if (
                city.uf == home.uf
                or other is None
                or other.place >= self._sizes.seats(city.index, other.pool)
            ):
                continue
            if invented.kind_of(other) == "named":
                return self._companies.company(other)
        return None

    def accountant(self, city: City, seat: Seat) -> Company | None:
        """Return an accountant of the city, whose CNPJ some clients' sites show in the footer."""
        count = self._sizes.seats(city.index, self._accountants)
        other = Seat(city.index, self._accountants, digest("footer", seat) % count) if count else None
        return self._companies.company(other) if other and invented.kind_of(other) == "named" else None

    def _phone(self, seat: Seat, city: City, company: Company | None, kind: str) -> tuple[str, bool]:
        """Return the phone as text, and whether the registry has the same."""
        own = self._companies.phone_number(seat)
        number = digest("map phone", seat) % 100
        if kind == "other_name" or number < 74:
            known = kind != "address_only"
            shown = own if known else self._companies.map_only_number(seat)
            same = company is not None and any(phone == own for _, phone in company.phones)
            return places.map_phone(city.area_code, shown, _key(seat)), same and known
        if number < 86:
            return places.map_phone(city.area_code, self._companies.map_only_number(seat), _key(seat)), False
        return (f"0800 000 {between(1000, 8999, 'toll free', seat)}" if number < 89 else ""), False


def sign(seat: Seat, niche: Niche, brand: str, free_text: str) -> str:
    """Return the name on the sign; without the words of a free-text search only the brand is known."""
    if not niche.slug:
        return f"{brand} - {title_case(free_text)}" if free_text else brand
    style = digest("sign", seat) % 100
    if style < 50:
        return f"{niche.name} {brand}"
    return f"{brand} {niche.name}" if style < 75 else f"{pick(PREFIXES, 'prefix', seat)} {brand}"


def map_street(seat: Seat, company: Company | None) -> str:
    if company is not None and company.city and company.city.index == seat.city:
        return places.map_street(company)
    return title_case(f"R. {pick(invented.STREETS, 'street', seat)}")


def map_number(seat: Seat, company: Company | None, kind: str) -> str:
    """Return the registry's street number for two thirds, another or none for the rest."""
    style = digest("map number", seat) % 100
    if company is not None and company.number.isdigit() and (style < 66 or kind == "address_only"):
        return company.number
    return str(between(3000, 5999, "other number", seat)) if style < 90 else "s/n"


def misprinted(seat: Seat, kind: str) -> bool:
    """Whether some page has the number wrong; for a few places it is the only page."""
    return kind == "misprint" or (kind == "named" and chance(6, "misprint", seat))


def _key(seat: Seat) -> str:
    return f"{seat.city}/{seat.pool}/{seat.place}"
