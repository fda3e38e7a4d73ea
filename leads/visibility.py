"""The one place that decides what an account sees of a company (R22, L15).

Pages, JSON and exports show a `VisibleLead` and nothing else. Its fields are the levels of PRODUCT.md §3.1:
level 1 is granted by a `LeadAccess`; levels 2 and 3 are known here and granted by nothing yet.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import IntEnum

from django.db.models import Q

from core.documents import strip_owner_cpf
from core.formatting import format_postal_code
from leads.models import LeadAccess, LeadCompany
from registry.values import CompanySize, RegistryStatus

_ORIGIN = dict(LeadAccess.Kind.choices)


class Level(IntEnum):
    """How much of a company was bought."""

    COMPANY = 1
    PARTNERS = 2
    CONTACTS = 3


@dataclass(frozen=True, slots=True)
class VisibleLead:
    """What one account may see of one company. Phones are E.164, documents unmasked, dates aware."""

    access_id: int
    level: Level
    name: str
    legal_name: str
    trade_name: str
    cnpj: str
    status: str
    is_active: bool
    opening_date: date | None
    cnae: str
    cnae_description: str
    size: str
    is_individual: bool
    city: str
    uf: str
    place_address: str
    fiscal_address: str
    place_phone: str
    registry_phones: tuple[str, ...]
    email: str
    website: str
    rating: Decimal | None
    rating_count: int | None
    registry_date: datetime
    place_date: datetime | None
    niche: str
    origin: str
    search_id: int | None
    accessed_at: datetime
    credits_charged: int

    @property
    def phones(self) -> tuple[str, ...]:
        """Every phone once: mobile, then landline, then toll-free and shared-cost numbers (L19)."""
        every = dict.fromkeys(phone for phone in (self.place_phone, *self.registry_phones) if phone)
        return tuple(sorted(every, key=_phone_rank))

    @property
    def data_date(self) -> datetime:
        """The date of the newest source, for "dados de dd/mm/aaaa" (L11)."""
        return max(self.registry_date, self.place_date) if self.place_date else self.registry_date

    @property
    def has_partners(self) -> bool:
        return self.level >= Level.PARTNERS

    @property
    def contact_count(self) -> int:
        """Partners whose contacts were bought."""
        return 0


def visible_lead(access: LeadAccess) -> VisibleLead:
    """Return what the owner of `access` sees of its company.

    The caller has checked that the access is the asking account's (R23). For one query, load it with
    `company__city` and `search__niche` (leads.selectors.accesses does).

    Of a person who is a company (MEI, empresário individual) the registry gives a home address, a personal
    phone and e-mail: they are left out, and what the business itself published on the map is shown.
    """
    company, search = access.company, access.search
    private = company.is_individual
    return VisibleLead(
        access_id=access.pk,
        level=Level.COMPANY,
        name=_name(company),
        legal_name=strip_owner_cpf(company.legal_name),
        trade_name=strip_owner_cpf(company.trade_name),
        cnpj=company.cnpj,
        status=RegistryStatus.label_of(company.status),
        is_active=company.status == RegistryStatus.ACTIVE,
        opening_date=company.opening_date,
        cnae=_cnae(company.main_cnae),
        cnae_description=company.main_cnae_description,
        size=CompanySize.label_of(company.size),
        is_individual=private,
        city=company.city.name,
        uf=company.city.uf,
        place_address=company.place_address,
        fiscal_address=_city_only(company) if private else _fiscal_address(company),
        place_phone=company.place_phone,
        registry_phones=() if private else tuple(company.registry_phones),
        email="" if private else company.registry_email,
        website=_link(company.website),
        rating=company.rating,
        rating_count=company.rating_count,
        registry_date=company.registry_fetched_at,
        place_date=company.place_fetched_at,
        niche=search.niche.name if search else "",
        origin=_ORIGIN.get(access.kind, access.kind),
        search_id=access.search_id,
        accessed_at=access.accessed_at,
        credits_charged=access.credits_charged,
    )


def visible_leads(accesses: Iterable[LeadAccess]) -> Iterator[VisibleLead]:
    """Return `visible_lead` of each access, lazily, in order."""
    return map(visible_lead, accesses)


def has_visible_phone(prefix: str = "") -> Q:
    """Return the filter "a direct phone is shown at level 1"; `prefix` leads to the company ("company__")."""
    return Q(**{f"{prefix}place_phone__startswith": "+"}) | (
        Q(**{f"{prefix}is_individual": False}) & ~Q(**{f"{prefix}registry_phones": []})
    )


def has_visible_email(prefix: str = "") -> Q:
    """Return the filter "an e-mail is shown at level 1"; `prefix` leads to the company ("company__")."""
    return Q(**{f"{prefix}is_individual": False}) & ~Q(**{f"{prefix}registry_email": ""})


def _name(company: LeadCompany) -> str:
    return strip_owner_cpf(company.display_name)


def _phone_rank(e164: str) -> int:
    if not e164.startswith("+"):
        return 2
    return 0 if len(e164) == 14 else 1


def _cnae(code: str) -> str:
    """Return "8630504" as "8630-5/04"."""
    return f"{code[:4]}-{code[4]}/{code[5:]}" if len(code) == 7 else code


def _link(website: str) -> str:
    """Return the site only if it is a web address: it comes from outside and becomes a link (R27)."""
    return website if website.lower().startswith(("http://", "https://")) else ""


def _city_only(company: LeadCompany) -> str:
    return f"{company.city.name} - {company.city.uf}"


def _fiscal_address(company: LeadCompany) -> str:
    """Return "Rua das Acácias, 577, Sala 2 - Centro, Campinas - SP, 13073-145"."""
    line = ", ".join(part for part in (company.street, company.number, company.complement) if part)
    area = f"{company.city.name} - {company.city.uf}"
    postal_code = format_postal_code(company.postal_code)
    street = " - ".join(part for part in (line, company.district) if part)
    return ", ".join(part for part in (street, area, postal_code) if part)
