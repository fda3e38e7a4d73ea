"""Rows for tests: firms with their people, companies, services. Two firms side by side are the usual cast."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.utils import timezone

from accounts.models import Account, Membership, User
from accounts.signals import account_created
from accounts.tests.factories import make_user
from fiscal.enumerations import Gateway, TaxRegime, TotalTaxMode
from nfse.actors import Actor
from nfse.models import (
    AuthorizedPhone,
    Certificate,
    Company,
    Firm,
    Invoice,
    InvoiceRequest,
    ServiceProfile,
    Taker,
    TaxProfile,
)
from nfse.models.invoices import index_issuer
from nfse.permissions import Role
from registry.models import City

FIRM_CNPJS = ("11222333000181", "45448325000170")
COMPANY_CNPJS = ("12345678000195", "98765432000198")


@dataclass(frozen=True)
class Office:
    """A firm with one person of each role."""

    firm: Firm
    owner: User
    accountant: User
    attendant: User


def acting(office: Office, role: str = "accountant") -> Actor:
    """A person of the office as who asks."""
    return Actor(office.firm.pk, user_id=getattr(office, role).pk)


def acting_phone(phone: AuthorizedPhone) -> Actor:
    """A phone as who asks."""
    return Actor(phone.firm_id, phone_id=phone.pk)


def make_phone(company: Company, number: str = "+5555999123456", **fields: Any) -> AuthorizedPhone:
    """A number that may ask for notes of the company, and not cancel them."""
    values = {"name": "João do Vale", **fields}
    return AuthorizedPhone.objects.create(firm_id=company.firm_id, company=company, number=number, **values)


def make_city(code: str = "4316907", name: str = "Santa Maria", uf: str = "RS") -> City:
    city, _ = City.objects.get_or_create(
        ibge_code=code,
        defaults={
            "name": name,
            "uf": uf,
            "folded_name": name.lower(),
            "siafi_code": code[-4:],
            "latitude": -29.68,
            "longitude": -53.8,
            "area_code": "55",
        },
    )
    return city


def make_office(number: int = 1, **fields: Any) -> Office:
    """Firm 1 or 2, registered as in life: account, wallet, people."""
    name = f"Contabilidade {number}"
    account = Account.objects.create(kind=Account.Kind.FIRM, name=name)
    account_created.send(Account, account_id=account.pk)
    values = {"document": FIRM_CNPJS[number - 1], "legal_name": name, **fields}
    firm = Firm.objects.create(account=account, **values)
    people = {}
    for role in (Role.OWNER, Role.ACCOUNTANT, Role.ATTENDANT):
        people[role.value] = make_user(
            f"{role.value}{number}@nitro.example", full_name=f"{role.label} {number}"
        )
        Membership.objects.create(user=people[role.value], account=account, role=role)
    return Office(firm, people["owner"], people["accountant"], people["attendant"])


def make_company(firm: Firm, document: str = COMPANY_CNPJS[0], **fields: Any) -> Company:
    values = {
        "legal_name": "Oficina do Vale Ltda",
        "tax_regime": TaxRegime.SIMPLES,
        "gateway": Gateway.NATIONAL,
        **fields,
    }
    values.setdefault("city", make_city())
    return Company.objects.create(firm=firm, document=document, **values)


def make_tax_profile(company: Company, **fields: Any) -> TaxProfile:
    values = {
        "simples_apportionment": 1,
        "total_tax_mode": TotalTaxMode.SIMPLES_PERCENT,
        "total_tax_percent": Decimal("6.00"),
        **fields,
    }
    return TaxProfile.objects.create(firm_id=company.firm_id, company=company, **values)


def make_service(company: Company, **fields: Any) -> ServiceProfile:
    values = {
        "nickname": "Conserto",
        "ctribnac": "140101",
        "incidence_rule": ServiceProfile.Incidence.PROVIDER,
        "is_default": True,
        **fields,
    }
    return ServiceProfile.objects.create(firm_id=company.firm_id, company=company, **values)


def make_taker(firm: Firm, document: str = "11444777000161", **fields: Any) -> Taker:
    taker = Taker(firm=firm, **{"name": "Padaria Central Ltda", **fields})
    taker.document = document
    taker.save()
    return taker


def make_certificate(
    office: Office, company: Company, until: datetime | None = None, is_active: bool = True
) -> Certificate:
    """The row alone, without a key, for lists and dates."""
    until = until or timezone.now() + timedelta(days=200)
    return Certificate.objects.create(
        firm=office.firm,
        company=company,
        holder="OFICINA DO VALE LTDA",
        document=company.document,
        serial="1F",
        fingerprint="ab" * 32,
        valid_from=until - timedelta(days=365),
        valid_until=until,
        is_active=is_active,
        uploaded_by=office.owner,
    )


def make_request(
    company: Company,
    *,
    number: int = 1,
    amount: str = "1500.00",
    issued: bool = False,
    environment: str = "staging",
    taker: Taker | None = None,
    asked_by: AuthorizedPhone | None = None,
) -> InvoiceRequest:
    """A stored request of the company's first service and, when `issued`, its note.

    It was confirmed by a member of the firm, or by the phone `asked_by` in the chat.
    """
    service = company.services.first() or make_service(company)
    if taker is None:
        taker = Taker.objects.filter(firm=company.firm).first() or make_taker(company.firm)
    now = timezone.now()
    request = InvoiceRequest.objects.create(
        firm_id=company.firm_id,
        company=company,
        taker=taker,
        service=service,
        environment=environment,
        gateway="plugnotas",
        origin="chat" if asked_by else "hand",
        state="issued" if issued else "queued",
        form_key=uuid4(),
        snapshot_data={"issuer": {"document": company.document}},
        content_hash="0" * 64,
        amount=Decimal(amount),
        competence_date=date(2026, 11, 24),
        taker_name=taker.name,
        issuer_index=index_issuer(company.document),
        city_code=company.city_id,
        integration_id=uuid4().hex,
        series=900,
        number=number,
        prepared_id=uuid4().hex,
        payload_text="e30=",
        payload_sha256="0" * 64,
        confirmed_by=None if asked_by else company.firm.account.memberships.first().user,
        confirmed_by_phone=asked_by,
        confirmed_at=now,
        retry_until=now + timedelta(days=1),
        state_changed_at=now,
    )
    if issued:
        Invoice.objects.create(
            request=request,
            firm_id=company.firm_id,
            company=company,
            environment=environment,
            number=str(number),
            reference={},
            issued_at=now,
            competence_date=request.competence_date,
            amount=request.amount,
        )
    return request
