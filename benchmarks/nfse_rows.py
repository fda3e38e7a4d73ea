"""A firm whose company can issue, for the benchmarks of Notas."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from django.db import connection
from django.db.models import Model
from django.utils import timezone

from accounts.models import Account, Membership, User
from accounts.signals import account_created
from fiscal.documents.clock import competence_today
from fiscal.enumerations import Gateway, TaxRegime, TotalTaxMode
from nfse.actors import Actor
from nfse.models import Company, Firm, Invoice, InvoiceRequest, ServiceProfile, Taker, TaxProfile
from nfse.models.invoices import index_issuer
from nfse.services.certificates import upload_certificate
from nfse.services.issuing.snapshots import NoteInput
from nfse.states import SetupState
from registry.models import City
from sandbox.pki import make_pfx

ISSUER_CNPJ, PASSWORD = "12345678000195", "segredo"
PLACE = {"street": "Rua da Praia", "number": "100", "district": "Centro", "postal_code": "90010000"}


@dataclass(frozen=True)
class Office:
    """A firm, its owner, and one company that is ready."""

    firm: Firm
    owner: User
    company: Company
    service: ServiceProfile
    taker: Taker

    @property
    def who(self) -> dict[str, Actor]:
        return {"actor": Actor(self.firm.pk, user_id=self.owner.pk)}

    def note(self, amount: Decimal) -> NoteInput:
        return NoteInput(
            company_id=self.company.pk,
            taker_id=self.taker.pk,
            service_id=self.service.pk,
            amount=amount,
            description="Manutenção do site em novembro. " * 4,
            competence_date=competence_today(timezone.now()),
        )


def make_office(number: int, gateway: str) -> Office:
    """A firm of its own for each number, its company ready for one gateway."""
    owner = User.objects.create(
        email=f"dono{number}@bench.example", full_name="Bench", email_confirmed_at=timezone.now()
    )
    account = Account.objects.create(kind=Account.Kind.FIRM, name=f"Bench {number}")
    account_created.send(Account, account_id=account.pk)
    Membership.objects.create(user=owner, account=account, role=Membership.Role.OWNER)
    firm = Firm.objects.create(account=account, document=f"{number:012d}00", legal_name=f"Bench {number}")
    city = make_city()
    company = Company.objects.create(
        firm=firm,
        document=ISSUER_CNPJ,
        legal_name="Oficina Rota Sul Ltda",
        tax_regime=TaxRegime.SIMPLES,
        gateway=gateway,
        city=city,
        main_cnae="6209100",
        **PLACE,
    )
    TaxProfile.objects.create(
        firm=firm,
        company=company,
        simples_apportionment=1,
        total_tax_mode=TotalTaxMode.SIMPLES_PERCENT,
        total_tax_percent=Decimal("6.00"),
        limit_cents=10**12,
        series=900 + number,
    )
    service = ServiceProfile.objects.create(
        firm=firm,
        company=company,
        nickname="Site",
        ctribnac="010701",
        incidence_rule=ServiceProfile.Incidence.PROVIDER,
        iss_rate=Decimal("2.50") if gateway == "plugnotas" else None,
        is_default=True,
    )
    taker = Taker(firm=firm, name="Clínica Bem Viver Ltda", city=city, **PLACE)
    taker.document = "11222333000181"
    taker.save()
    upload_certificate(
        firm_id=firm.pk, user_id=owner.pk, company_id=company.pk, data=make_issuer_pfx(), password=PASSWORD
    )
    if gateway == Gateway.PLUGNOTAS:
        Company.objects.filter(pk=company.pk).update(plugnotas_state=SetupState.SENT)
    return Office(firm, owner, company, service, taker)


def make_city() -> City:
    city, _ = City.objects.get_or_create(
        ibge_code="4314902",
        defaults={
            "name": "Porto Alegre",
            "uf": "RS",
            "folded_name": "porto alegre",
            "siafi_code": "8801",
            "latitude": -30.03,
            "longitude": -51.23,
            "area_code": "51",
        },
    )
    return city


@cache
def make_issuer_pfx() -> bytes:
    with TemporaryDirectory() as home:
        return make_pfx(ISSUER_CNPJ, "OFICINA ROTA SUL LTDA", PASSWORD, home=Path(home))


def fill(office: Office, *, companies: int, takers: int, notes: int) -> None:
    """Give a firm many companies, takers and issued notes, made by the database out of one row of each."""
    template = make_note(office)
    first_company, first_taker, first_request = office.company.pk, office.taker.pk, template.pk
    n = "series.n"
    company, taker = f"{first_company} + {n} % {companies}", f"{first_taker} + {n} % {takers}"
    when = f"now() - {n} * interval '3 minutes'"
    _multiply(
        office.company,
        companies,
        id=f"{first_company} + {n}",
        cnpj=f"lpad(({office.firm.pk * 10**6} + {n})::text, 12, '0') || '00'",
        document_index=f"md5({n}::text) || md5('{office.firm.pk}')",
        legal_name=f"'Oficina ' || {n} || ' Ltda'",
    )
    for row in (office.company.tax_profile, office.service):
        _multiply(row, companies, company_id=f"{first_company} + {n}")
    certificate = office.company.certificates.get()
    _multiply(
        certificate,
        companies,
        company_id=f"{first_company} + {n}",
        valid_until=f"now() + ({n} % 400 - 20) * interval '1 day'",
        valid_from="now() - interval '1 year'",
    )
    _multiply(
        office.taker,
        takers,
        id=f"{first_taker} + {n}",
        document_index=f"md5({n}::text) || md5('{office.firm.pk}')",
        name=f"'Cliente ' || {n} || ' Ltda'",
    )
    _multiply(
        template,
        notes,
        id=f"{first_request} + {n}",
        company_id=company,
        taker_id=taker,
        taker_name=f"'Cliente ' || {n} % {takers} || ' Ltda'",
        form_key="gen_random_uuid()",
        integration_id=f"'bench-{office.firm.pk}-' || {n}",
        number=f"{n} + 10",
        state=f"(ARRAY['issued','issued','issued','canceled'])[1 + {n} % 4]",
        amount=f"100 + {n} % 5000",
        confirmed_at=when,
        competence_date=f"({when})::date",
    )
    _multiply(
        template.invoice,
        notes,
        request_id=f"{first_request} + {n}",
        company_id=company,
        number=f"{n} + 10",
        access_key="''",
        amount=f"100 + {n} % 5000",
        issued_at=when,
        competence_date=f"({when})::date",
        status=f"(ARRAY['authorized','authorized','authorized','canceled'])[1 + {n} % 4]",
    )
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def make_note(office: Office) -> InvoiceRequest:
    """One issued note of production, with its documents as short as can be."""
    now = timezone.now()
    request = InvoiceRequest.objects.create(
        firm=office.firm,
        company=office.company,
        taker=office.taker,
        service=office.service,
        environment="production",
        gateway="plugnotas",
        origin="hand",
        state="issued",
        form_key=uuid4(),
        snapshot_data={"issuer": {"document": ISSUER_CNPJ}},
        content_hash="0" * 64,
        amount=100,
        competence_date=now.date(),
        taker_name=office.taker.name,
        issuer_index=index_issuer(office.company.document),
        city_code=office.company.city_id,
        integration_id=f"bench-{office.firm.pk}",
        series=900 + office.firm.pk,
        number=1,
        prepared_id="bench",
        payload_text="",
        payload_sha256="0" * 64,
        confirmed_by=office.owner,
        confirmed_at=now,
        retry_until=now,
        state_changed_at=now,
    )
    Invoice.objects.create(
        request=request,
        firm=office.firm,
        company=office.company,
        environment="production",
        number="1",
        reference={},
        issued_at=now,
        competence_date=now.date(),
        amount=100,
    )
    return request


def _multiply(row: Model, times: int, **expressions: str) -> None:
    """Insert copies of a row, n from 1 to `times`, with these columns by SQL and the others as they are."""
    columns = [field.column for field in row._meta.local_fields]
    if "id" not in expressions:
        columns.remove("id")
    values = (expressions.get(column, f"row.{column}") for column in columns)
    table = row._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} "
            f"FROM {table} row, generate_series(1, {times}) AS series(n) WHERE row.id = {row.pk}"
        )
        sequence = f"pg_get_serial_sequence('{table}', 'id')"
        cursor.execute(f"SELECT setval({sequence}, (SELECT max(id) FROM {table}))")
