"""A firm with one row of everything, each carrying words and numbers that no other firm has."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from uuid import uuid4

from django.utils import timezone
from stdnum.br.cnpj import calc_check_digits

from core.documents import format_cnpj, format_cpf, mask_cpf
from core.money import format_brl
from core.phones import format_phone
from core.private_files import PrivateWriter, new_key
from fiscal.documents.clock import competence_today
from fiscal.documents.dps import build_dps
from fiscal.documents.identifiers import access_key_digit, dps_id
from fiscal.enumerations import Environment, Gateway
from fiscal.gateways.base import NoteReference
from fiscal.tests.notes import ADDRESS, make_issuer, make_nfse, make_snapshot
from fiscal.tests.notes import make_service as make_note_service
from fiscal.values import NoteEventFact, NoteSnapshot
from fiscal.values import Taker as NoteTaker
from nfse.models import (
    AuthorizedPhone,
    Certificate,
    ChangeRecord,
    Company,
    GatewayExchange,
    Invite,
    Invoice,
    InvoiceRequest,
    NoteEvent,
    Notice,
    Package,
    RequestEvent,
    ServiceProfile,
    Taker,
)
from nfse.models.invoices import index_issuer
from nfse.services.closing.making import owner_of
from nfse.services.invites import invite_member
from nfse.services.notices import EVERYBODY, notify
from nfse.tests.firms import (
    Office,
    make_certificate,
    make_city,
    make_company,
    make_office,
    make_phone,
    make_service,
    make_taker,
    make_tax_profile,
)

NAMES = {1: "Andorinha", 2: "Bemtevi"}
CPFS = {1: "11122233396", 2: "44455566619"}
PORTO_ALEGRE = "4314902"
OFFICIAL = {"staging": 4100, "production": 8100}


@dataclass(frozen=True)
class Populated:
    """Firm 1 or 2 with everything, and what would betray it on somebody else's screen."""

    number: int
    office: Office
    company: Company
    service: ServiceProfile
    taker: Taker
    person: Taker
    phone: AuthorizedPhone
    certificate: Certificate
    test_request: InvoiceRequest
    request: InvoiceRequest
    invoice: Invoice
    invite: Invite
    closing: Package

    @property
    def name(self) -> str:
        return NAMES[self.number]

    @cached_property
    def ids(self) -> dict[str, int]:
        """A sample for each name of an id in an address."""
        return {
            "company_id": self.company.pk,
            "service_id": self.service.pk,
            "taker_id": self.taker.pk,
            "phone_id": self.phone.pk,
            "request_id": self.request.pk,
            "invoice_id": self.invoice.pk,
            "certificate_id": self.certificate.pk,
            "invite_id": self.invite.pk,
            "closing_id": self.closing.pk,
            "notice_id": self.notice_of("owner").pk,
            "member_id": self.office.accountant.pk,
        }

    def notice_of(self, role: str) -> Notice:
        """Each person has a copy of every notice."""
        return Notice.objects.get(recipient=getattr(self.office, role))

    @cached_property
    def written(self) -> frozenset[str]:
        """Names, documents, phones, amounts and numbers of this firm, as its own pages write them."""
        return frozenset(
            {
                self.name,
                *map(format_cnpj, self._cnpjs),
                format_cpf(CPFS[self.number]),
                *map(format_phone, self._phones),
                *(format_brl(int(request.amount * 100)) for request in (self.request, self.test_request)),
                self.invoice.access_key,
                self.invoice.number,
                self.test_request.invoice.number,
            }
        )

    @cached_property
    def markers(self) -> frozenset[str]:
        """What would betray this firm: `written`, and the same as stored, in capitals or masked."""
        return self.written | {
            self.name.upper(),
            self.name.lower(),
            *self._cnpjs,
            *self._phones,
            CPFS[self.number],
            mask_cpf(CPFS[self.number]),
            self.invoice.verification_code,
            self.certificate.serial,
        }

    @property
    def _cnpjs(self) -> tuple[str, ...]:
        return self.office.firm.document, self.company.cnpj, self.taker.cnpj

    @property
    def _phones(self) -> tuple[str, ...]:
        return self.office.firm.phone, self.company.phone, self.taker.phone, self.phone.number


def make_populated(number: int) -> Populated:
    name, city = NAMES[number], make_city(PORTO_ALEGRE, "Porto Alegre", "RS")
    office = _make_office(number, name)
    company = make_company(
        office.firm,
        _cnpj(number, 2),
        legal_name=f"Oficina {name} Ltda",
        trade_name=f"Motores {name}",
        city=city,
        phone=f"+55519{number}8765432",
        email=f"oficina@{name.lower()}.example",
        municipal_registration=f"70{number}0044",
        street=f"Rua {name}",
    )
    make_tax_profile(company)
    service = make_service(company, nickname=f"Conserto {name}", description_template=f"Peças {name}")
    certificate = make_certificate(office, company)
    Certificate.objects.filter(pk=certificate.pk).update(
        holder=f"OFICINA {name.upper()} LTDA", serial=f"5E71A{number}99"
    )
    certificate.refresh_from_db()
    taker = make_taker(
        office.firm,
        _cnpj(number, 3),
        name=f"Padaria {name} Ltda",
        nickname=f"Pão {name}",
        city=city,
        email=f"padaria@{name.lower()}.example",
        phone=f"+55519{number}1122334",
        remark=f"Só atende o {name}",
    )
    person = make_taker(office.firm, CPFS[number], name=f"Dona {name}")
    phone = make_phone(company, f"+55519{number}3344556", name=f"Zeladora {name}", is_main=True)
    test_request = _make_request(number, office, company, service, taker, Environment.STAGING)
    request = _make_request(number, office, company, service, taker, Environment.PRODUCTION)
    notify(
        firm_id=office.firm.pk,
        kind=Notice.Kind.REJECTED,
        title=f"A nota de {name} foi recusada",
        text=f"Confira o tomador {name}.",
        dedupe_key=f"sample:{number}",
        roles=EVERYBODY,
        company_id=company.pk,
        reference_type="request",
        reference_id=request.pk,
    )
    invite = invite_member(
        firm_id=office.firm.pk,
        user_id=office.owner.pk,
        email=f"novato@{name.lower()}.example",
        role="attendant",
    )
    ChangeRecord.objects.create(
        firm=office.firm,
        actor=office.owner,
        action=ChangeRecord.Action.CHANGED,
        subject="company",
        subject_id=company.pk,
        subject_label=company.legal_name,
        company_id=company.pk,
        before={"street": f"Antiga {name}"},
        after={"street": f"Nova {name}"},
    )
    return Populated(
        number,
        office,
        company,
        service,
        taker,
        person,
        phone,
        certificate,
        test_request,
        request,
        request.invoice,
        invite,
        _make_closing(office, company, name),
    )


def _cnpj(number: int, kind: int) -> str:
    base = f"{number}{kind}7418520001"
    return base + calc_check_digits(base)


def _make_office(number: int, name: str) -> Office:
    office = make_office(
        number,
        document=_cnpj(number, 1),
        legal_name=f"Contabilidade {name}",
        email=f"firma@{name.lower()}.example",
        phone=f"+55513{number}556677",
    )
    for user in (office.owner, office.accountant, office.attendant):
        user.full_name = f"{user.full_name.split()[0]} {name}"
        user.save(update_fields=["full_name"])
    return office


def _make_request(
    number: int,
    office: Office,
    company: Company,
    service: ServiceProfile,
    taker: Taker,
    environment: Environment,
) -> InvoiceRequest:
    """An issued note of its own number and amount, with XML, history, answer and event."""
    now, official = timezone.now(), OFFICIAL[environment] + number * 37
    amount = Decimal(f"{official * 3}.{number}7")
    snapshot = _snapshot(company, taker, environment, amount)
    payload = build_dps(snapshot, series=900, number=official, issued_at=now)
    own_id = dps_id(city_code=PORTO_ALEGRE, document=company.document, series=900, number=official)
    key = f"{PORTO_ALEGRE}22{company.document}{official:013d}{now:%y%m}123456789"
    key += access_key_digit(key)
    reference = NoteReference(company.document, access_key=key, dps_id=own_id).to_stored()
    request = InvoiceRequest(
        firm=office.firm,
        company=company,
        taker=taker,
        service=service,
        environment=environment,
        gateway=Gateway.NATIONAL,
        origin=InvoiceRequest.Origin.HAND,
        state="issued",
        form_key=uuid4(),
        snapshot_data=snapshot.to_dict(),
        content_hash="0" * 64,
        amount=amount,
        competence_date=snapshot.competence_date,
        taker_name=taker.name,
        issuer_index=index_issuer(company.document),
        city_code=PORTO_ALEGRE,
        integration_id=uuid4().hex,
        series=900,
        number=official,
        dps_id=own_id,
        prepared_id=own_id,
        payload_sha256="0" * 64,
        reference=reference,
        confirmed_by=office.accountant,
        confirmed_at=now,
        retry_until=now + timedelta(days=1),
        state_changed_at=now,
    )
    request.payload = payload
    request.save()
    invoice = Invoice(
        request=request,
        firm=office.firm,
        company=company,
        environment=environment,
        access_key=key,
        number=str(official),
        verification_code=f"VC{official}",
        reference=reference,
        issued_at=now,
        competence_date=snapshot.competence_date,
        amount=amount,
    )
    invoice.xml = make_nfse(payload, key=key, number=str(official))
    invoice.save()
    mine = company.trade_name
    RequestEvent.objects.create(
        firm=office.firm,
        request=request,
        event="issued",
        to_state="issued",
        detail=f"NFS-e de {mine}",
    )
    GatewayExchange.objects.create(
        firm=office.firm,
        request=request,
        gateway="national",
        operation="send",
        status=201,
        text=f"ok {mine}",
    )
    NoteEvent.objects.create(
        firm=office.firm,
        invoice=invoice,
        code="101101",
        event_id=f"EVT{key}101101001",
        processed_at=now,
        facts=NoteEventFact("101101", access_key=key, reason_text=f"Motivo {mine}").to_dict(),
    )
    return request


def _make_closing(office: Office, company: Company, name: str) -> Package:
    """A closing that is ready, its file written as in life under settings.FILES_ROOT."""
    now = timezone.now()
    package = Package.objects.create(
        firm=office.firm,
        kind=Package.Kind.CLOSING,
        company=company,
        month=competence_today(now).replace(day=1),
        scope_key=f"sample {name}",
        extension="zip",
        requested_by=office.accountant,
        file_name=f"fechamento-{name.lower()}.zip",
    )
    package.file_path, package.file_key = f"sample/{package.pk}", new_key()
    with PrivateWriter(package.file_path, key=package.file_key, owner=owner_of(package)) as file:
        file.write(f"Fechamento de {name}".encode())
    package.file_size, package.file_sha256 = file.size, file.sha256
    package.state, package.ready_at, package.expires_at = "ready", now, now + timedelta(days=30)
    package.save()
    return package


def _snapshot(company: Company, taker: Taker, environment: Environment, amount: Decimal) -> NoteSnapshot:
    return make_snapshot(
        environment=environment,
        issuer=make_issuer(document=company.document, legal_name=company.legal_name),
        taker=NoteTaker(taker.document, taker.name, ADDRESS),
        service=make_note_service(description=f"Conserto para {taker.name}"),
        amount=amount,
        competence_date=competence_today(timezone.now()),
    )
