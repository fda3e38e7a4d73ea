"""Rows for the benchmarks of leads: many companies made by the database itself."""

from datetime import datetime
from uuid import uuid4

from django.db import connection
from django.utils import timezone

from accounts.models import Account, Membership, User
from credits.services import Reference, ensure_wallet, grant_credits
from leads.models import LeadAccess, LeadCompany, Niche, Search
from registry.models import City

COMPANIES = """
INSERT INTO leads_leadcompany (
  cnpj, legal_name, trade_name, status, opening_date, main_cnae, main_cnae_description, legal_nature, size,
  is_individual, city_id, street, number, complement, district, postal_code, registry_phones, registry_email,
  registry_source, registry_fetched_at, place_name, place_address, place_phone, website, rating, rating_count,
  place_fetched_at, created_at)
SELECT lpad(n::text, 12, '0') || '00', format('VALDORA %%s COMERCIO DE ANIMAIS LTDA', n),
  format('VALDORA %%s', n), '02',
  date '2015-03-09', '4789004', 'Comércio varejista de animais vivos e de artigos para animais', '2062',
  '01', false, %(city)s, 'RUA DAS ACACIAS', n::text, 'SALA 2', 'CENTRO', '97010000',
  ARRAY['+5555' || (30000000 + n)::text, '+55559' || (90000000 + n)::text],
  format('contato%%s@valdora.example', n),
  'open_data', now(), format('Pet Shop Valdora %%s', n),
  format('R. das Acácias, %%s - Centro, Santa Maria - RS, 97010-000, Brasil', n),
  '+55559' || (90000000 + n)::text, 'https://valdora.example/' || n, 4.7, 31, now(), now()
FROM generate_series(%(start)s, %(start)s + %(count)s - 1) n
RETURNING id
"""


def make_account() -> Account:
    """A buyer's account with plenty of credits."""
    name = uuid4().hex
    user = User.objects.create(
        email=f"{name}@bench.example", full_name="Bench", email_confirmed_at=timezone.now()
    )
    account = Account.objects.create(kind=Account.Kind.BUYER, name="Bench")
    Membership.objects.create(user=user, account=account, role=Membership.Role.BUYER)
    ensure_wallet(account_id=account.pk)
    grant_credits(
        account_id=account.pk,
        amount=10**6,
        operation_key="bench",
        kind="purchase",
        reference=Reference("bench", "1"),
        text="Compra de créditos",
    )
    return account


def make_companies(count: int) -> list[int]:
    """Insert `count` companies of one city; return their ids."""
    city, _ = City.objects.get_or_create(
        ibge_code="4316907",
        defaults={
            "name": "Santa Maria",
            "uf": "RS",
            "folded_name": "santa maria",
            "siafi_code": "8841",
            "latitude": -29.68,
            "longitude": -53.8,
            "area_code": "55",
        },
    )
    start = LeadCompany.objects.count() + 1
    with connection.cursor() as cursor:
        cursor.execute(COMPANIES, {"city": city.pk, "start": start, "count": count})
        return [company_id for (company_id,) in cursor.fetchall()]


def make_search(account: Account, quantity: int) -> Search:
    niche, _ = Niche.objects.get_or_create(
        folded_name="pet shop", defaults={"slug": "pet-shop", "name": "Pet Shop"}
    )
    return Search.objects.create(
        account=account,
        created_by=account.memberships.get().user,
        niche=niche,
        city_id="4316907",
        quantity=quantity,
        unit_price=1,
        tariff_version=1,
        form_key=uuid4(),
        calls_allowed=300,
        status=Search.Status.RUNNING,
        started_at=timezone.now(),
    )


def own(search: Search, company_ids: list[int], when: datetime | None = None) -> None:
    """Give the account the companies as if they had been free."""
    LeadAccess.objects.bulk_create(
        (
            LeadAccess(
                account_id=search.account_id,
                search=search,
                company_id=company_id,
                kind=LeadAccess.Kind.SEARCH,
                credits_charged=0,
                accessed_at=when or timezone.now(),
            )
            for company_id in company_ids
        ),
        batch_size=5000,
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE leads_leadaccess, leads_leadcompany")
