"""Who plays in a rehearsal: a firm with companies that can issue, one person's phone, one channel."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import count

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from fiscal.enumerations import Environment, Gateway, SimplesApportionment, TaxRegime, TotalTaxMode
from nfse.actors import Actor
from nfse.models import Company, Firm, ServiceProfile
from nfse.services.certificates import upload_certificate
from nfse.services.companies import CompanyData, create_company, switch_environment
from nfse.services.firms import NewOwner, register_firm_with_owner
from nfse.services.phones import PhoneData, add_phone
from nfse.services.profiles import ServiceData, TaxData, create_service, save_tax_profile
from whatsapp.models import Channel

PORTO_ALEGRE = "4314902"
PERSON = "Ana Exemplo"
NUMBER = "+5551900000001"
COMPANIES = ("Oficina Rota Sul Ltda", "Padaria Estrela Ltda", "Estúdio Horizonte Ltda")
PFX_PASSWORD = "ensaio"  # noqa: S105 (of a certificate that only the sandbox accepts)
MakeCertificate = Callable[[str, str], bytes]
"""Given a CNPJ and the holder's name it returns a PFX with PFX_PASSWORD."""

_ROOTS = count(99_000_001)


@dataclass(frozen=True)
class Stage:
    """The rows of one dialog. `number`: the person's phone as digits of an address."""

    firm: Firm
    companies: tuple[Company, ...]
    channel: Channel
    number: str


def build_stage(names: Sequence[str], make_certificate: MakeCertificate, *, can_cancel: bool = True) -> Stage:
    """Register a firm whose person may ask for notes of these companies, all ready to issue."""
    firm = _register_firm()
    owner = User.objects.get(memberships__account__firm=firm)
    companies = tuple(
        _add_company(firm, owner, _Cast(name, make_cnpj(f"{next(_ROOTS):08}"), can_cancel), make_certificate)
        for name in names
    )
    return Stage(firm, companies, _add_channel(firm), NUMBER.removeprefix("+"))


def make_cnpj(root: str = "") -> str:
    """Return a CNPJ that nobody has, with right digits; of a root of eight digits, always the same."""
    body = (root or f"99{secrets.randbelow(1_000_000):06}") + "0001"
    first = _digit(body, (5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2))
    return body + first + _digit(body + first, (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2))


def _digit(body: str, weights: Sequence[int]) -> str:
    rest = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11
    return str(0 if rest < 2 else 11 - rest)


def _register_firm() -> Firm:
    now = timezone.now()
    email = f"dona-{secrets.token_hex(6)}@ensaio.example"
    owner = NewOwner(email, "Helena Ensaio", now, secrets.token_urlsafe(16))
    firm = register_firm_with_owner(
        owner=owner,
        document=make_cnpj(),
        legal_name="Contabilidade Ensaio Ltda",
        trade_name="Contabilidade Ensaio",
    )
    User.objects.filter(email=email).update(email_confirmed_at=now)
    return firm


@dataclass(frozen=True)
class _Cast:
    name: str
    document: str
    can_cancel: bool


def _add_company(firm: Firm, owner: User, cast: _Cast, make_certificate: MakeCertificate) -> Company:
    who = {"firm_id": firm.pk, "user_id": owner.pk}
    name, document = cast.name, cast.document
    data = CompanyData(
        legal_name=name,
        tax_regime=TaxRegime.SIMPLES,
        gateway=Gateway.NATIONAL,
        city_code=PORTO_ALEGRE,
        main_cnae="6202300",
        street="Rua da Praia",
        number="100",
        district="Centro",
        postal_code="90010000",
    )
    company = create_company(**who, document=document, data=data)
    _add_profile(who, company)
    upload_certificate(
        firm_id=firm.pk,
        user_id=owner.pk,
        company_id=company.pk,
        data=make_certificate(document, name.upper()),
        password=PFX_PASSWORD,
    )
    switch_environment(
        **who, company_id=company.pk, environment=Environment.PRODUCTION, typed_name=company.legal_name
    )
    phone = PhoneData(name=PERSON, number=NUMBER, can_cancel=cast.can_cancel)
    add_phone(actor=Actor(firm.pk, user_id=owner.pk), company_id=company.pk, data=phone)
    company.refresh_from_db()
    return company


def _add_profile(who: dict[str, int], company: Company) -> None:
    save_tax_profile(
        **who,
        company_id=company.pk,
        data=TaxData(
            total_tax_mode=TotalTaxMode.SIMPLES_PERCENT,
            total_tax_percent=Decimal("6.00"),
            simples_apportionment=SimplesApportionment.ALL_INSIDE,
        ),
    )
    create_service(
        **who,
        company_id=company.pk,
        data=ServiceData(
            nickname="Serviços",
            ctribnac="010701",
            cnbs="115013000",
            cnae="6202300",
            incidence_rule=ServiceProfile.Incidence.PROVIDER,
            description_template="",
        ),
    )


def _add_channel(firm: Firm) -> Channel:
    with transaction.atomic():
        return Channel.objects.create(
            firm=firm,
            name="Ensaio",
            key=secrets.token_urlsafe(24),
            instance_name=f"ensaio-{secrets.token_hex(8)}",
            secret=secrets.token_urlsafe(24),
            token=secrets.token_urlsafe(24),
            number="5551900000000",
            state=Channel.State.CONNECTED,
            state_at=timezone.now(),
            is_created=True,
        )
