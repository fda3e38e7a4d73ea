"""Rows for tests of leads. Numbers have right check digits; the same number makes the same row."""

from datetime import date, datetime
from typing import Any
from uuid import uuid4

from django.utils import timezone

from accounts.models import Account
from accounts.tests.factories import make_buyer
from credits.tests.factories import fund
from leads.models import CompanyMembership, LeadAccess, LeadCompany, Niche, Place, Search, SearchCandidate
from registry.tests.factories import make_city, make_cnpj
from registry.values import CompanySize, RegistryStatus


def make_funded(email: str, credits: int = 100) -> Account:
    """A buyer's account with credits."""
    account = make_buyer(email)[1]
    fund(account, credits)
    return account


def make_niche(name: str = "Pet Shop", **fields: Any) -> Niche:
    folded = name.lower()
    values = {"name": name, "slug": folded.replace(" ", "-")}
    return Niche.objects.get_or_create(folded_name=folded, defaults=values | fields)[0]


def make_company(number: int = 1, **fields: Any) -> LeadCompany:
    """An active company of Santa Maria with fresh data, a phone on the map and one in the registry."""
    values: dict[str, Any] = {
        "legal_name": f"VALDORA {number} COMERCIO LTDA",
        "trade_name": f"VALDORA {number}",
        "status": RegistryStatus.ACTIVE,
        "opening_date": date(2015, 3, 9),
        "main_cnae": "4789004",
        "main_cnae_description": "Comércio varejista de animais vivos",
        "size": CompanySize.MICRO,
        "street": "RUA DAS ACACIAS",
        "number": str(number),
        "district": "CENTRO",
        "postal_code": "97010000",
        "registry_phones": [f"+55553000{number:04d}"],
        "registry_email": f"contato{number}@valdora.example",
        "registry_source": "open_data",
        "registry_fetched_at": timezone.now(),
        "place_name": f"Valdora {number}",
        "place_address": f"R. das Acácias, {number} - Centro, Santa Maria - RS, 97010-000, Brasil",
        "place_phone": f"+555599000{number:04d}",
        "place_fetched_at": timezone.now(),
    }
    if "city" not in fields:
        fields["city"] = make_city()
    return LeadCompany.objects.create(cnpj=fields.pop("cnpj", make_cnpj(number)), **(values | fields))


def make_companies(count: int, *, start: int = 1, **fields: Any) -> list[LeadCompany]:
    return [make_company(number, **fields) for number in range(start, start + count)]


def make_known(
    companies: list[LeadCompany], niche: Niche | None = None, found_at: datetime | None = None
) -> None:
    """Put the companies under the niche in their city, as an earlier search would."""
    CompanyMembership.objects.bulk_create(
        CompanyMembership(
            niche=niche or make_niche(),
            city=company.city,
            company=company,
            source="serper",
            found_at=found_at or timezone.now(),
        )
        for company in companies
    )


def make_search(account: Account, *, quantity: int = 10, **fields: Any) -> Search:
    """A running search for pet shops in Santa Maria, without work in the queue."""
    values: dict[str, Any] = {
        "created_by": account.memberships.get().user,
        "quantity": quantity,
        "unit_price": 1,
        "tariff_version": 1,
        "form_key": uuid4(),
        "calls_allowed": 10 + 3 * quantity,
        "status": Search.Status.RUNNING,
        "started_at": timezone.now(),
    }
    fields.setdefault("niche", make_niche())
    fields.setdefault("city", make_city())
    return Search.objects.create(account=account, **(values | fields))


def make_ready(search: Search, companies: list[LeadCompany]) -> None:
    """Make the companies candidates of the search that only wait for delivery."""
    SearchCandidate.objects.bulk_create(
        SearchCandidate(search=search, company=company, position=n, status=SearchCandidate.Status.READY)
        for n, company in enumerate(companies, start=1)
    )


def make_place(number: int = 1, **fields: Any) -> Place:
    values: dict[str, Any] = {
        "provider": "serper",
        "provider_id": f"ChIJ{number}",
        "name": f"Valdora {number}",
        "phone": f"+555599000{number:04d}",
        "categories": ["Pet shop"],
        "fetched_at": timezone.now(),
    }
    fields.setdefault("city", make_city())
    return Place.objects.create(**(values | fields))


def make_access(search: Search, company: LeadCompany, **fields: Any) -> LeadAccess:
    """An access that cost nothing. Paid ones are made by deliver_leads."""
    values: dict[str, Any] = {
        "account": search.account,
        "kind": LeadAccess.Kind.SEARCH,
        "credits_charged": 0,
        "accessed_at": timezone.now(),
    }
    return LeadAccess.objects.create(search=search, company=company, **(values | fields))
