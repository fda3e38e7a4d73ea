"""Phones and domains: strong evidence when they are one company's own, none when they are many's."""

import re
from urllib.parse import urlsplit

from leads.matching.values import PlaceValue, Weight
from leads.vocabulary import FREEMAIL, PLATFORMS
from registry.values import RegistryRecord

SAME_PHONE = Weight(55, "phone")
PHONE_OF_SEVERAL = Weight(25, "phone_of_several")
OTHER_PHONE = Weight(-15, "other_phone")
SAME_DOMAIN = Weight(55, "domain")
OTHER_DOMAIN = Weight(-10, "other_domain")

_ACCOUNTANT = re.compile(r"contab|contador|escritorio")
_PUBLIC_SUFFIXES = frozenset({"com", "net", "org"})


def compare_phones(place: PlaceValue, record: RegistryRecord) -> Weight:
    """Toll-free and shared-cost numbers have no "+" and belong to nobody in particular."""
    if not place.phone.startswith("+") or place.phone_is_shared:
        return Weight()
    if place.phone in record.phones:
        return PHONE_OF_SEVERAL if place.phone in place.common_phones else SAME_PHONE
    own = [phone for phone in record.phones if phone.startswith("+") and phone not in place.common_phones]
    return OTHER_PHONE if own else Weight()


def compare_domains(place: PlaceValue, record: RegistryRecord) -> Weight:
    site, mail = website_domain(place.website), email_domain(record.email)
    if not site or not mail or place.domain_is_shared:
        return Weight()
    same = site == mail or site.endswith(f".{mail}") or mail.endswith(f".{site}")
    return SAME_DOMAIN if same else OTHER_DOMAIN


def website_domain(website: str) -> str:
    """The host of a site that may identify a company; empty for social networks and page builders."""
    try:
        host = urlsplit(website if "//" in website else f"//{website}").hostname or ""
    except ValueError:
        return ""
    host = host.removeprefix("www.")
    return "" if not _identifies_company(host) or set(host.split(".")) & PLATFORMS else host


def email_domain(email: str) -> str:
    """The domain of an e-mail that may identify a company; empty for freemail and accountants."""
    domain = email.rpartition("@")[2].strip().lower()
    return domain if "@" in email and _identifies_company(domain) else ""


def email_name(email: str) -> str:
    """The part of an e-mail that may be a name: the domain when it is the company's own, else the user."""
    local, _, host = email.strip().lower().rpartition("@")
    if not local or _ACCOUNTANT.search(email):
        return ""
    return host.split(".")[0] if email_domain(email) else local


def _identifies_company(domain: str) -> bool:
    labels = domain.split(".")
    return (
        len(labels) > 1
        and all(labels)
        and not (len(labels) == 2 and labels[0] in _PUBLIC_SUFFIXES)
        and labels[0] not in FREEMAIL
        and not _ACCOUNTANT.search(domain)
    )
