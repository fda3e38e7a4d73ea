"""Is this registry record the company behind this place? Pure: values in, a score out (L10, R38).

Hard gates first: right check digits, the city searched, active. Then at least one piece of evidence. What
many companies share (an accountant's phone, a freemail domain, the word "restaurante") is none.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from rapidfuzz import fuzz

from core.documents import is_cnpj
from core.text import fold, fold_singular
from leads.vocabulary import BUSINESS_WORDS, COMPANY_FORMS, CONNECTORS, FREEMAIL, PLATFORMS, generic_words
from registry.city_names import city_key
from registry.values import RegistryRecord

PHONE_POINTS = 50
ADDRESS_POINTS = 40
DOMAIN_POINTS = 40
NAME_POINTS = 40
HEADQUARTERS_POINTS = 1
"""Decides between branches of one company that are otherwise equal; no evidence by itself."""

STRONG_POINTS = NAME_POINTS
"""One whole piece of evidence: other candidates need not be looked up (each look-up costs a call)."""

NAME_THRESHOLD = 90

INVALID_CNPJ = "invalid_cnpj"
OTHER_CITY = "other_city"
INACTIVE = "inactive"
NO_EVIDENCE = "no_evidence"

_TITLE_BREAK = re.compile(r"\s+[-–—|•]\s+|\s*[|•:(]\s*")
_ACCOUNTANT = re.compile(r"contab|contador|escritorio")
_NOT_NUMBER = re.compile(r"[^0-9]")


@dataclass(frozen=True)
class CityIdentity:
    """A city in every way that a source may name it. `folded_names` includes older spellings."""

    ibge_code: str
    siafi_code: str
    uf: str
    folded_names: tuple[str, ...]


@dataclass(frozen=True)
class PlaceValue:
    """What is known of a place when its CNPJ is looked for. `id` is the row's; phone is E.164 or empty."""

    id: int
    name: str
    city: CityIdentity
    city_name: str
    phone: str = ""
    street_number: str = ""
    postal_code: str = ""
    website: str = ""
    phone_is_shared: bool = False
    domain_is_shared: bool = False


@dataclass(frozen=True)
class Score:
    """Points and reasons, strongest first, also of a record that is not accepted.

    `drop_reason` is empty when accepted, else the gate that closed: invalid_cnpj, other_city, inactive or
    no_evidence.
    """

    points: int
    reasons: tuple[str, ...]
    accepted: bool
    drop_reason: str


def score_candidate(place: PlaceValue, record: RegistryRecord) -> Score:
    """Say how much speaks for `record` being the company of `place`, and whether it is enough (R38)."""
    found = sorted(_evidence(place, record), reverse=True)
    points = sum(points for points, _ in found)
    reasons = tuple(reason for _, reason in found)
    drop_reason = find_closed_gate(place.city, record) or ("" if found else NO_EVIDENCE)
    if found and record.is_headquarters:
        points += HEADQUARTERS_POINTS
    return Score(points, reasons, accepted=not drop_reason, drop_reason=drop_reason)


def find_closed_gate(city: CityIdentity, record: RegistryRecord) -> str:
    """Why `record` cannot be delivered in a search of `city` whatever its name; empty when it can (R39)."""
    if not is_cnpj(record.cnpj):
        return INVALID_CNPJ
    if not is_in_city(city, record):
        return OTHER_CITY
    return "" if record.is_active else INACTIVE


def is_in_city(city: CityIdentity, record: RegistryRecord) -> bool:
    """Whether the record lies in the city: by IBGE code, else SIAFI code, else name and UF."""
    if record.uf and record.uf != city.uf:
        return False
    if record.ibge_code:
        return record.ibge_code == city.ibge_code
    if record.siafi_code:
        return record.siafi_code == city.siafi_code
    return bool(record.uf) and city_key(record.city_name) in map(city_key, city.folded_names)


def name_similarity(place: PlaceValue, name: str) -> int:
    """How alike the place's name and a registry name are, 0 to 100, by the words that tell companies apart.

    Each piece of a title such as "Valdora | Implantes" counts as a name of its own.
    """
    ignored = _city_words(place.city)
    pieces = [place.name, *(piece for piece in _TITLE_BREAK.split(place.name) if piece)]
    return max(_similarity(piece, name, ignored) for piece in pieces)


def telling_words(place: PlaceValue) -> list[str]:
    """The folded words of the place's name that tell its company from others of the trade and city."""
    common = _city_words(place.city) | generic_words() | COMPANY_FORMS | CONNECTORS
    words = dict.fromkeys(fold(place.name).split())
    return [word for word in words if len(word) > 2 and not {word, fold_singular(word)} & common]


def website_domain(website: str) -> str:
    """The host of a site that may identify a company; empty for social networks and page builders."""
    host = urlsplit(website if "//" in website else f"//{website}").hostname or ""
    host = host.removeprefix("www.")
    return "" if not _identifies_company(host) or set(host.split(".")) & PLATFORMS else host


def email_domain(email: str) -> str:
    """The domain of an e-mail that may identify a company; empty for freemail and accountants."""
    domain = email.rpartition("@")[2].strip().lower()
    return domain if "@" in email and _identifies_company(domain) else ""


def plain_number(number: str) -> str:
    """The digits of a street number; empty for "S/N"."""
    return _NOT_NUMBER.sub("", number).lstrip("0")


def _evidence(place: PlaceValue, record: RegistryRecord) -> list[tuple[int, str]]:
    found = []
    if _same_phone(place, record):
        found.append((PHONE_POINTS, "phone"))
    if _same_address(place, record):
        found.append((ADDRESS_POINTS, "address"))
    if _same_domain(place, record):
        found.append((DOMAIN_POINTS, "domain"))
    names = [name for name in (record.trade_name, record.legal_name) if name]
    similarity = max((name_similarity(place, name) for name in names), default=0)
    if similarity >= NAME_THRESHOLD:
        found.append((NAME_POINTS * similarity // 100, f"name:{similarity}"))
    return found


def _same_phone(place: PlaceValue, record: RegistryRecord) -> bool:
    """Toll-free and shared-cost numbers have no "+" and belong to nobody in particular."""
    return place.phone.startswith("+") and not place.phone_is_shared and place.phone in record.phones


def _same_address(place: PlaceValue, record: RegistryRecord) -> bool:
    number = plain_number(place.street_number)
    return bool(
        number
        and place.postal_code
        and place.postal_code == record.postal_code
        and number == plain_number(record.number)
    )


def _same_domain(place: PlaceValue, record: RegistryRecord) -> bool:
    site, mail = website_domain(place.website), email_domain(record.email)
    if not site or not mail or place.domain_is_shared:
        return False
    return site == mail or site.endswith(f".{mail}") or mail.endswith(f".{site}")


def _identifies_company(domain: str) -> bool:
    labels = domain.split(".")
    return (
        len(labels) > 1
        and all(labels)
        and domain not in {"com.br", "net.br", "org.br"}
        and labels[0] not in FREEMAIL
        and not _ACCOUNTANT.search(domain)
    )


def _similarity(ours: str, theirs: str, ignored: frozenset[str]) -> int:
    our_words, their_words = _plain_words(ours), _plain_words(theirs)
    if _spelled_alike(our_words, their_words):
        return 100
    common = ignored | generic_words()
    our_core = [word for word in our_words if word not in common]
    their_core = [word for word in their_words if word not in common]
    if not our_core or not their_core:
        return 0
    return round(fuzz.token_sort_ratio(" ".join(our_core), " ".join(their_core)))


def _spelled_alike(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether both are one name but for spaces, as in "Pet Mania" and "PETMANIA"; "Pet Shop" is no name."""
    if set(ours) <= generic_words():
        return False
    names = ("".join(word for word in words if word not in BUSINESS_WORDS) for words in (ours, theirs))
    return next(names) == next(names)


def _city_words(city: CityIdentity) -> frozenset[str]:
    return frozenset(fold_singular(" ".join((*city.folded_names, city.uf))).split())


def _plain_words(name: str) -> list[str]:
    dropped = COMPANY_FORMS | CONNECTORS
    return [word for word in fold_singular(name).split() if word not in dropped]
