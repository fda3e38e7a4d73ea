"""Notes of a month in production, without a gateway, and the packages made of them in the test's process."""

import io
import zipfile
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.utils import timezone
from openpyxl import load_workbook

from fiscal.documents.dps import build_dps
from fiscal.documents.identifiers import access_key_digit, dps_id
from fiscal.enumerations import Environment, Gateway
from fiscal.tests.notes import PORTO_ALEGRE, make_issuer, make_nfse, make_snapshot
from fiscal.values import NoteEventFact, NoteSnapshot, Taker
from nfse.models import Company, Invoice, InvoiceRequest, NoteEvent, Package, RequestEvent
from nfse.models.invoices import index_issuer
from nfse.services.closing.downloading import take_package
from nfse.services.closing.requesting import request_closing
from nfse.states import WITH_NOTE
from nfse.tests.firms import Office, acting, make_service, make_taker
from queue_worker.tests.support import run_due

MONTH = date(2026, 10, 1)
ISSUED_AT = datetime(2026, 10, 15, 15, 0, tzinfo=timezone.get_current_timezone())
EVENT_XML = b"<evento/>"


def make_note(
    company: Company,
    number: int,
    *,
    state: str = "issued",
    amount: str = "1500.00",
    day: date = date(2026, 10, 15),
    environment: str = "production",
    with_xml: bool = True,
    events: tuple[str, ...] = (),
    snapshot: NoteSnapshot | None = None,
    **fields: Any,
) -> InvoiceRequest:
    """A stored request of a company and, when its state has one, its note as the authority returned it."""
    request, invoice = describe_note(
        company,
        number,
        state=state,
        amount=amount,
        day=day,
        environment=environment,
        snapshot=snapshot,
        **fields,
    )
    request.save()
    if invoice is not None:
        if not with_xml:
            invoice.xml_text = ""
        invoice.save()
        for code in events:
            add_event(invoice, code)
    return request


def add_event(invoice: Invoice, code: str, reason: str = "Valor errado na nota") -> NoteEvent:
    event = NoteEvent(
        firm_id=invoice.firm_id,
        invoice=invoice,
        code=code,
        event_id=f"EVT{invoice.access_key}{code}{uuid4().hex[:6]}",
        processed_at=ISSUED_AT + timedelta(days=1),
        facts=NoteEventFact(code, reason_code="1", reason_text=reason).to_dict(),
    )
    event.xml_text = "PGV2ZW50by8+"
    event.save()
    return event


def describe_note(
    company: Company,
    number: int,
    *,
    state: str = "issued",
    amount: str = "1500.00",
    day: date = date(2026, 10, 15),
    environment: str = "production",
    snapshot: NoteSnapshot | None = None,
    **fields: Any,
) -> tuple[InvoiceRequest, Invoice | None]:
    """The rows of `make_note`, not stored."""
    service = company.services.first() or make_service(company)
    taker = company.firm.takers.first() or make_taker(company.firm)
    snapshot = snapshot or make_snapshot(
        environment=Environment(environment),
        issuer=make_issuer(document=company.document, legal_name=company.legal_name),
        taker=Taker(taker.document, taker.name),
        amount=Decimal(amount),
        competence_date=day,
    )
    own_id = dps_id(city_code=PORTO_ALEGRE, document=company.document, series=900, number=number)
    values: dict[str, Any] = {
        "firm_id": company.firm_id,
        "company": company,
        "taker": taker,
        "service": service,
        "environment": environment,
        "gateway": Gateway.NATIONAL,
        "origin": InvoiceRequest.Origin.HAND,
        "state": state,
        "form_key": uuid4(),
        "snapshot_data": snapshot.to_dict(),
        "content_hash": "0" * 64,
        "amount": snapshot.amount,
        "competence_date": snapshot.competence_date,
        "taker_name": snapshot.taker.name if snapshot.taker else "",
        "issuer_index": index_issuer(company.document),
        "city_code": PORTO_ALEGRE,
        "integration_id": uuid4().hex,
        "series": 900,
        "number": number,
        "dps_id": own_id,
        "prepared_id": own_id,
        "payload_text": "e30=",
        "payload_sha256": "0" * 64,
        "confirmed_by": company.firm.account.memberships.order_by("pk").first().user,
        "confirmed_at": ISSUED_AT,
        "retry_until": ISSUED_AT + timedelta(days=1),
        "state_changed_at": ISSUED_AT,
    }
    request = InvoiceRequest(**{**values, **fields})
    return request, _describe_invoice(request, snapshot) if state in WITH_NOTE else None


def _describe_invoice(request: InvoiceRequest, snapshot: NoteSnapshot) -> Invoice:
    key = f"{PORTO_ALEGRE}22{snapshot.issuer.document:0>14}{request.number:013d}2610123456789"
    key += access_key_digit(key)
    invoice = Invoice(
        request=request,
        firm_id=request.firm_id,
        company=request.company,
        environment=request.environment,
        access_key=key,
        number=str(request.number),
        verification_code=f"VC{request.number}",
        reference={"protocol": f"P{request.number}"},
        issued_at=ISSUED_AT,
        competence_date=request.competence_date,
        amount=request.amount,
    )
    declaration = build_dps(snapshot, series=900, number=request.number, issued_at=ISSUED_AT)
    invoice.xml = make_nfse(declaration, key=key, number=invoice.number)
    return invoice


def change_state(request: InvoiceRequest, state: str) -> None:
    """Let a request be in another state, as when the gateway said so."""
    before, request.state = request.state, state
    InvoiceRequest.objects.filter(pk=request.pk).update(state=state)
    RequestEvent.objects.create(
        firm_id=request.firm_id, request=request, event="test", from_state=before, to_state=state
    )


def close(office: Office, month: date = MONTH, company: Company | None = None) -> Package:
    """Ask for a closing and have it made; return it fresh."""
    package = request_closing(
        firm_id=office.firm.pk,
        user_id=office.accountant.pk,
        month=month,
        company_id=company.pk if company else None,
    )
    run_due("cpu")
    package.refresh_from_db()
    return package


def open_package(office: Office, package: Package) -> zipfile.ZipFile:
    """Download a package as its accountant does."""
    download = take_package(actor=acting(office), package_id=package.pk)
    return zipfile.ZipFile(io.BytesIO(b"".join(download.chunks)))


def read_sheets(archive: zipfile.ZipFile) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of each sheet of a closing's spreadsheet, without header."""
    name = next(name for name in archive.namelist() if name.endswith(".xlsx"))
    book = load_workbook(io.BytesIO(archive.read(name)))
    return {page.title: list(page.iter_rows(min_row=2, values_only=True)) for page in book}
