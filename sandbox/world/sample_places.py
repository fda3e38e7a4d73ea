"""Places of the companies that are in the registry sample."""

import re
from collections import Counter
from functools import lru_cache

from sandbox.world import places
from sandbox.world.catalog import Catalog, City, Niche
from sandbox.world.numbers import chance, is_cnpj, pick
from sandbox.world.places import Place
from sandbox.world.registry import Company, Sample
from sandbox.world.text import fold, title_case

SUFFIXES = re.compile(r"\s+(LTDA|EIRELI|ME|EPP|S\.?A\.?|S/A|LIMITADA)\.?$")
OWN_NAMES = (
    "Aurora",
    "Primavera",
    "Central",
    "do Vale",
    "Nova Era",
    "Bom Jardim",
    "Estrela",
    "Horizonte",
    "Ideal",
)


class SamplePlaces:
    """Which sample companies a map search shows, and under which sign."""

    def __init__(self, catalog: Catalog, sample: Sample) -> None:
        self._catalog = catalog
        self._by_city_and_cnae: dict[tuple[str, str], list[Company]] = {}
        for company in sample.companies.values():
            if is_cnpj(company.cnpj) and company.city and company.legal_name:
                self._by_city_and_cnae.setdefault((company.siafi_code, company.main_cnae), []).append(company)
        self._cities = {city for city, _ in self._by_city_and_cnae}
        self._niches_of: dict[str, list[Niche]] = {}
        for niche in catalog.niches:
            for cnae in niche.cnaes:
                self._niches_of.setdefault(cnae, []).append(niche)

    @lru_cache(maxsize=512)  # noqa: B019 - one instance for the life of the process
    def of(self, niche: Niche, city: City) -> tuple[Place, ...]:
        """Return the places of the niche in the city; closed companies keep a sign now and then."""
        if city.siafi_code not in self._cities:
            return ()
        companies = [
            company
            for cnae in niche.cnaes
            for company in self._by_city_and_cnae.get((city.siafi_code, cnae), ())
            if self._shows_for(niche, company)
            and (company.is_active or chance(12, "closed sign", company.cnpj))
        ]
        return tuple(self._place(company, city) for company in companies)

    def by_words(self, words: list[str], city: City) -> list[Place]:
        """Return the places whose signs share most of the words, the likest first."""
        index = self._words(city) if city.siafi_code in self._cities else {}
        shared = Counter(place for word in set(words) for place in index.get(word, ()))
        return [place for place, count in shared.most_common(5) if count * 10 >= len(set(words)) * 7]

    @lru_cache(maxsize=16)  # noqa: B019
    def _words(self, city: City) -> dict[str, list[Place]]:
        index: dict[str, list[Place]] = {}
        for place in {
            place.key: place for niche in self._catalog.niches for place in self.of(niche, city)
        }.values():
            for word in set(fold(place.title).split()):
                index.setdefault(word, []).append(place)
        return index

    def _shows_for(self, niche: Niche, company: Company) -> bool:
        """A CNAE may serve several niches: the company has one of them, and one in four shows under all."""
        sharing = self._niches_of[company.main_cnae]
        return pick(sharing, "own niche", company.cnpj) is niche or chance(25, "shown", company.cnpj)

    def _place(self, company: Company, city: City) -> Place:
        key = company.cnpj
        own = pick(self._niches_of[company.main_cnae], "own niche", key)
        title, has_name = sign_of(company, own)
        latitude, longitude = places.near(city, key)
        rating, count = places.rating_of(key)
        phone = "" if chance(7, "no phone", key) else _own_phone(company)
        number = company.number if company.number.isdigit() else "s/n"
        postal_code = places.postal_code_text(company.postal_code)
        domain = own_domain(company.email)
        website = f"https://{domain}/" if domain and chance(60, "website", key) else ""
        evidence = {
            "name": has_name,
            "phone": bool(phone),
            "address": bool(postal_code) and number != "s/n",
            "domain": bool(website),
        }
        return Place(
            key=key,
            title=title,
            city=city,
            street=places.map_street(company),
            number=number,
            complement=title_case(company.complement) if chance(50, "complement", key) else "",
            district=title_case(company.district),
            postal_code=postal_code,
            latitude=latitude,
            longitude=longitude,
            category=places.category_of(own, key),
            phone=phone,
            website=website,
            rating=rating,
            rating_count=count,
            has_place_id=not chance(10, "no place id", key),
            company=company,
            evidence=frozenset(name for name, holds in evidence.items() if holds),
            niche_slug=own.slug,
            trap="" if company.is_active else "inactive",
        )


def _own_phone(company: Company) -> str:
    """Return the first usable phone as the map writes it; an accountant's is not on a map.

    4000-xxxx is the sample's, but free text reads it as a shared-cost line: the map does not show it.
    """
    for area, number in company.phones:
        area, is_line = area.lstrip("0"), not number.startswith(("30009", "4000"))
        if len(area) == 2 and len(number) == 8 and number[0] in "23456789" and is_line:
            return places.map_phone(area, number, company.cnpj)
    return ""


def sign_of(company: Company, niche: Niche) -> tuple[str, bool]:
    """Return the name on the sign, and whether it resembles a registry name.

    A third of the sole owners trade under a name that the registry does not know.
    """
    if company.trade_name.strip():
        return title_case(" ".join(company.trade_name.split())), True
    name = display_name(company.legal_name)
    if company.legal_nature != "2135":
        return title_case(name), True
    if chance(35, "own sign", company.cnpj):
        return f"{niche.name} {pick(OWN_NAMES, 'own sign', company.cnpj)}", False
    return f"{niche.name} {title_case(name)}", True


def display_name(legal_name: str) -> str:
    """Drop what the registry puts around the name: the root, the owner's CPF, the company suffix."""
    name = re.sub(r"^\d{2}\.\d{3}\.\d{3}\s+", "", legal_name)
    name = re.sub(r"\s+\d{11}$", "", name).replace('"', "").replace("\\", "")
    return SUFFIXES.sub("", name).strip()


def own_domain(email: str) -> str:
    """Return the domain of an e-mail that belongs to this company alone, lower case, or nothing."""
    local, at, domain = email.strip().lower().partition("@")
    shared = ("gmail", "hotmail", "yahoo", "outlook", "bol", "uol", "terra", "icloud", "contabil", "live")
    if not (local and at) or "@" in domain or domain.startswith((*shared, ".")) or " " in domain:
        return ""
    return domain
