"""The year before today as rows, written as one set: requests, notes, histories, events.

Documents are built, signed and read as real ones are; the past teller stands for the authority, which then
knows every note. Nothing is asked of workers, so that a year costs seconds.
"""

import base64
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from core.demos import DemoOptions, PastTeller, past_teller
from fiscal.documents.clock import competence_today
from fiscal.documents.envelopes import AnswerProblem, pack, unpack
from fiscal.documents.events import build_cancellation, fold_events
from fiscal.documents.refusals import explain
from fiscal.documents.returned import read_nfse
from fiscal.documents.rules.ibs_cbs import ADMITTED_SINCE
from fiscal.documents.signing import sign
from fiscal.enumerations import Environment, NoteStatus
from fiscal.gateways.base import Issued, NoteReference
from fiscal.gateways.national.events import read_note_events
from fiscal.values import LoadedCertificate, NoteSnapshot
from nfse.actors import Actor
from nfse.demo.firm import People
from nfse.demo.year import Ending, PastNote, plan_year
from nfse.events import Event
from nfse.models import (
    Company,
    Invoice,
    InvoiceRequest,
    NoteEvent,
    NumberSeries,
    RequestEvent,
    ServiceProfile,
    Taker,
)
from nfse.models.invoices import index_issuer
from nfse.services.certificates import load_certificate
from nfse.services.closing.requesting import request_closing
from nfse.services.issuing.building import build_request
from nfse.services.issuing.settling import build_invoice
from nfse.services.issuing.snapshots import NoteInput, Parts, SubstitutionInput, build_snapshot
from nfse.services.issuing.telling import tell_move
from nfse.services.notes.reading import next_reading
from nfse.states import State

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
CANCEL_TEXT = "Cliente desistiu do projeto antes do início"
REPLACE_TEXT = "Faltou o número do contrato na descrição"
SENT = ((Event.CONFIRMED, "", State.QUEUED), (Event.ATTEMPT, State.QUEUED, State.SENDING))


@dataclass
class Year:
    """What is being written, and with whose help."""

    people: People
    companies: Mapping[str, Company]
    takers: Mapping[str, Taker]
    teller: PastTeller
    now: datetime
    certificates: dict[int, LoadedCertificate] = field(default_factory=dict)
    services: dict[int, list[ServiceProfile]] = field(default_factory=dict)
    numbers: Counter[int] = field(default_factory=Counter)

    @property
    def actor(self) -> Actor:
        return Actor(self.people.firm_id, user_id=self.people.accountant_id)

    def services_of(self, company: Company) -> list[ServiceProfile]:
        if company.pk not in self.services:
            self.services[company.pk] = list(company.services.order_by("pk"))
        return self.services[company.pk]

    def certificate_of(self, company: Company) -> LoadedCertificate:
        if company.pk not in self.certificates:
            self.certificates[company.pk] = load_certificate(firm_id=company.firm_id, company_id=company.pk)
        return self.certificates[company.pk]


@dataclass
class Row:
    """One note of the plan with the rows that tell of it; not saved until all are there."""

    note: PastNote
    request: InvoiceRequest
    invoice: Invoice | None = None
    history: list[RequestEvent] = field(default_factory=list)
    events: list[NoteEvent] = field(default_factory=list)

    def tell(
        self, event: Event, before: str, after: str, at: datetime, detail: str = "", by: int | None = None
    ) -> None:
        """Write a line of history and move the request on."""
        self.history.append(
            RequestEvent(
                firm_id=self.request.firm_id,
                request=self.request,
                event=event,
                from_state=before,
                to_state=after,
                detail=detail,
                actor_id=by,
                created_at=at,
            )
        )
        self.request.state, self.request.state_changed_at = after, at


def ensure_year(people: People, takers: Mapping[str, Taker], options: DemoOptions, now: datetime) -> None:
    """Write the year, once: one query when it is there. Without a past teller there is none."""
    marked = InvoiceRequest.objects.filter(firm_id=people.firm_id, form_key=_form_key(people, 0))
    if not options.past_teller or marked.exists():
        return
    kept = Company.objects.filter(firm_id=people.firm_id).select_related("tax_profile", "city")
    companies = {company.document: company for company in kept}
    with past_teller(options) as teller:
        year = Year(people, companies, takers, teller, now)
        for company in companies.values():
            year.numbers[company.pk] = _last_number(company)
        rows = [_make(year, note, number) for number, note in enumerate(plan_year(now))]
        with transaction.atomic(durable=True):
            _save(rows)
            replaced = next(row for row in rows if row.note.ending == Ending.REPLACED)
            _save([_replace(year, replaced, len(rows))])
            _save_changes(replaced)
            _save_numbers(year, companies)
            for row in rows:
                if row.note.ending == Ending.REJECTED:
                    tell_move(row.request, Event.REJECTED)
    last_month = (competence_today(now).replace(day=1) - DAY).replace(day=1)
    request_closing(firm_id=people.firm_id, user_id=people.accountant_id, month=last_month, now=now)


def _form_key(people: People, number: int) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"demo.example/ano/{people.firm_id}/{number}")


# --- One note ----------------------------------------------------------------------------------------
def _make(year: Year, note: PastNote, number: int, substitutes: SubstitutionInput | None = None) -> Row:
    company, taker = year.companies[note.company.document], year.takers[note.taker]
    service = year.services_of(company)[note.service]
    wanted = NoteInput(
        company_id=company.pk,
        taker_id=taker.pk,
        service_id=service.pk,
        amount=note.amount,
        description=note.description,
        competence_date=note.competence_date,
        substitutes=substitutes,
    )
    replaced = (
        Invoice.objects.select_related("request").get(pk=substitutes.invoice_id) if substitutes else None
    )
    parts = Parts(company, company.tax_profile, service, taker, company.city, replaced)
    year.numbers[company.pk] += 1
    request = build_request(
        actor=year.actor,
        company=company,
        note=wanted,
        snapshot=_content(parts, wanted),
        number=year.numbers[company.pk],
        certificate=year.certificate_of(company),
        form_key=_form_key(year.people, number),
        origin=InvoiceRequest.Origin.HAND,
        now=note.at,
    )
    row = Row(note, request)
    for step, (event, before, after) in enumerate(SENT):
        row.tell(
            event, before, after, note.at + step * SECOND, by=None if step else year.people.accountant_id
        )
    request.attempts = 1
    if note.ending == Ending.REJECTED:
        _reject(row)
    else:
        _issue(year, row)
    if note.ending == Ending.CANCELED:
        _cancel(year, row)
    return row


def _content(parts: Parts, wanted: NoteInput) -> NoteSnapshot:
    """The content as the profile of that day would have made it: before 2026 nobody stated IBS and CBS."""
    snapshot = build_snapshot(parts, wanted)
    return replace(snapshot, ibs_cbs=None) if wanted.competence_date < ADMITTED_SINCE else snapshot


def _reject(row: Row) -> None:
    row.request.problems = [explain(AnswerProblem(code=row.note.code)).to_dict()]
    row.tell(Event.REJECTED, State.SENDING, State.REJECTED, row.note.at + 3 * SECOND, row.note.code)


def _issue(year: Year, row: Row) -> None:
    request, at = row.request, row.note.at + 3 * SECOND
    answer = year.teller.ask(
        do="issue", environment=request.environment, dps=pack(request.payload), at=at.isoformat()
    )
    xml = unpack(answer["xml"])
    note = read_nfse(xml)
    reference = NoteReference(request.issuer_document, access_key=note.access_key, dps_id=note.dps_id)
    issued = Issued(reference, note.number, note.access_key, issued_at=note.issued_at, xml=xml, note=note)
    row.invoice = build_invoice(request, issued)
    row.invoice.read_next_at = next_reading(row.invoice, year.now)
    request.reference = reference.to_stored()
    row.tell(Event.ISSUED, State.SENDING, State.ISSUED, at, f"NFS-e {note.number}")


def _cancel(year: Year, row: Row) -> None:
    """Cancel a note a day after it was issued."""
    request, invoice, at = row.request, row.invoice, row.note.at + DAY
    if invoice is None:
        return
    unsigned = build_cancellation(
        invoice.access_key,
        reason_code="2",
        reason_text=CANCEL_TEXT,
        author_document=request.issuer_document,
        environment=Environment(request.environment),
        issued_at=at,
    )
    answer = year.teller.ask(
        do="cancel",
        environment=request.environment,
        key=invoice.access_key,
        request=pack(sign(unsigned, certificate=year.certificate_of(request.company))),
        at=(at + SECOND).isoformat(),
    )
    invoice.cancel_reason_code, invoice.cancel_reason_text, invoice.cancel_sent_at = "2", CANCEL_TEXT, at
    row.tell(Event.CANCEL_ASKED, State.ISSUED, State.CANCELING, at, CANCEL_TEXT, year.people.accountant_id)
    _keep_events(row, answer)
    row.tell(Event.CANCELED, State.CANCELING, State.CANCELED, at + SECOND)


def _replace(year: Year, old: Row, number: int) -> Row:
    """Issue the note that takes the place of `old`, whose rows are saved, and let the old one follow."""
    if old.invoice is None:
        raise ValueError("only a note is replaced")
    note = PastNote(
        *(old.note.company, old.note.taker, old.note.amount, f"{old.note.description} (contrato 14)"),
        old.note.at + 2 * DAY,
        service_date=old.note.competence_date,
    )
    row = _make(year, note, number, SubstitutionInput(old.invoice.pk, "99", REPLACE_TEXT))
    _keep_events(
        old, year.teller.ask(do="events", environment=old.request.environment, key=old.invoice.access_key)
    )
    old.history.clear()
    old.tell(Event.REPLACED, State.ISSUED, State.REPLACED, note.at + 4 * SECOND)
    return row


def _keep_events(row: Row, answer: dict[str, object]) -> None:
    if row.invoice is None:
        return
    read = read_note_events(answer)
    facts = fold_events(event.fact for event in read)
    row.invoice.status, row.invoice.status_facts = NoteStatus(facts.status), facts.to_dict()
    row.invoice.replaced_by_key = facts.replaced_by
    row.events = [
        NoteEvent(
            firm_id=row.request.firm_id,
            invoice=row.invoice,
            code=event.fact.code,
            event_id=event.fact.event_id,
            sequence=event.fact.sequence,
            processed_at=event.fact.processed_at,
            facts=event.fact.to_dict(),
            xml_text=base64.b64encode(event.xml).decode(),
        )
        for event in read
    ]


# --- The set -----------------------------------------------------------------------------------------
def _save(rows: list[Row]) -> None:
    InvoiceRequest.objects.bulk_create([row.request for row in rows])
    Invoice.objects.bulk_create([row.invoice for row in rows if row.invoice is not None])
    RequestEvent.objects.bulk_create([line for row in rows for line in row.history])
    NoteEvent.objects.bulk_create([event for row in rows for event in row.events])


def _save_changes(row: Row) -> None:
    """Save what became of a note whose rows are there."""
    row.request.save(update_fields=["state", "state_changed_at"])
    if row.invoice is not None:
        row.invoice.save(update_fields=["status", "status_facts", "replaced_by_key"])
    RequestEvent.objects.bulk_create(row.history)
    NoteEvent.objects.bulk_create(row.events)


def _series(company: Company) -> dict[str, Any]:
    return {
        "issuer_index": index_issuer(company.document),
        "city_code": company.city_id,
        "series": company.tax_profile.series,
        "environment": company.environment,
    }


def _last_number(company: Company) -> int:
    if not hasattr(company, "tax_profile"):
        return 0
    return NumberSeries.objects.filter(**_series(company)).values_list("last_number", flat=True).first() or 0


def _save_numbers(year: Year, companies: Mapping[str, Company]) -> None:
    for company in companies.values():
        if year.numbers[company.pk]:
            NumberSeries.objects.update_or_create(
                **_series(company), defaults={"last_number": year.numbers[company.pk]}
            )
