"""Companies and takers of the demo, made by the services that the pages use."""

import subprocess
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from django.utils import timezone

from fiscal.enumerations import Environment
from nfse.actors import Actor
from nfse.demo.cast import COMPANIES, TAKERS, DemoCompany
from nfse.demo.firm import People
from nfse.models import AuthorizedPhone, Certificate, Company, Taker
from nfse.services.certificates import upload_certificate
from nfse.services.companies import create_company, switch_environment
from nfse.services.phones import PhoneData, add_phone, read_number
from nfse.services.profiles import create_service, save_tax_profile
from nfse.services.takers import create_taker

PFX_PASSWORD = "demonstracao"  # noqa: S105 (of a certificate that nobody outside accepts)
MAKER_SECONDS = 30
SIGNS_SINCE = timedelta(days=400)  # so that it was valid when the notes of the year were signed


def ensure_companies(people: People, certificate_maker: Sequence[str]) -> dict[str, Company]:
    """Create what is missing and return the companies by CNPJ. What somebody changed since stays."""
    companies = {}
    for cast in COMPANIES:
        company = Company.objects.filter(firm_id=people.firm_id, cnpj=cast.document).first()
        company = company or _create(people, cast)
        if certificate_maker and cast.certificate_days is not None:
            _ensure_certificate(people, company, cast.certificate_days, certificate_maker)
        _ensure_phones(people, company, cast.phones)
        companies[cast.document] = company
    return companies


def ensure_takers(people: People) -> dict[str, Taker]:
    """Create what is missing and return the takers by document."""
    takers = {}
    for document, data in TAKERS.items():
        known = Taker.objects.filter(
            firm_id=people.firm_id, document_index=Taker.index_document(document), merged_into=None
        )
        takers[document] = known.first() or create_taker(
            actor=Actor(people.firm_id, user_id=people.accountant_id), document=document, data=data
        )
    return takers


def _ensure_phones(people: People, company: Company, phones: Sequence[PhoneData]) -> None:
    for data in phones:
        number_index = AuthorizedPhone.index_number(read_number(data.number).e164)
        if not company.phones.filter(number_index=number_index).exists():
            actor = Actor(people.firm_id, user_id=people.accountant_id)
            add_phone(actor=actor, company_id=company.pk, data=data)


def _create(people: People, cast: DemoCompany) -> Company:
    who = {"firm_id": people.firm_id, "user_id": people.accountant_id}
    company = create_company(**who, document=cast.document, data=cast.data)
    if cast.tax is not None:
        save_tax_profile(**who, company_id=company.pk, data=cast.tax)
    for service in cast.services:
        create_service(**who, company_id=company.pk, data=service)
    if cast.environment == Environment.PRODUCTION:
        switch_environment(
            **who, company_id=company.pk, environment=cast.environment, typed_name=company.legal_name
        )
    return company


def _ensure_certificate(people: People, company: Company, days: int, maker: Sequence[str]) -> None:
    now = timezone.now()
    usable = Certificate.objects.filter(company=company, is_active=True, valid_until__gt=now)
    if usable.exists():
        return
    with TemporaryDirectory() as folder:
        file = Path(folder) / "a1.pfx"
        subprocess.run(  # noqa: S603 - the command line of the person at the terminal
            [
                *maker,
                *("--document", company.document, "--holder", company.legal_name.upper()),
                *("--password", PFX_PASSWORD, "--out", str(file)),
                *("--valid-from", f"{timezone.localdate(now) - SIGNS_SINCE:%Y-%m-%d}"),
                *("--valid-until", f"{timezone.localdate(now) + timedelta(days=days):%Y-%m-%d}"),
            ],
            check=True,
            timeout=MAKER_SECONDS,
        )
        upload_certificate(
            firm_id=people.firm_id,
            user_id=people.accountant_id,
            company_id=company.pk,
            data=file.read_bytes(),
            password=PFX_PASSWORD,
        )
