"""Read a note again: its missing XML, its events, its state (N13, N16). Webhooks only start this sooner."""

import base64
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from core.errors import ProviderError, Unavailable
from fiscal.documents.certificates import CertificateRefused
from fiscal.documents.events import fold_events
from fiscal.enumerations import Gateway
from fiscal.gateways.base import NFSeGateway
from fiscal.gateways.base import NoteEvent as ReadEvent
from fiscal.values import NoteState
from nfse.models import Invoice, InvoiceRequest, NoteEvent
from nfse.selectors.certificates import NoCertificate
from nfse.selectors.notes import is_drawn_here
from nfse.services.issuing import kinds, waits
from nfse.services.issuing.gateways_of import open_gateway, reference_of
from nfse.services.issuing.moving import locked_request
from nfse.services.notes.facts import apply_facts
from nfse.services.notes.pictures import tell_pdf
from nfse.states import STANDING, WITH_NOTE
from queue_worker.work import Work

HOURLY_FOR, DAILY_FOR = timedelta(days=30), timedelta(days=210)
XML_WAIT = 30.0
BATCH = 500


def read_note(*, request_id: int, work: Work) -> None:
    """Re-read one note and let its state follow. A gateway that does not answer is asked at the next turn."""
    request = InvoiceRequest.objects.select_related("invoice").filter(pk=request_id).first()
    if request is None or request.state not in WITH_NOTE:
        return
    try:
        gateway = open_gateway(request)
        xml = _fetch_xml(request, gateway)
        events = gateway.events(reference_of(request))
        facts = _facts(request, gateway, events)
    except (NoCertificate, CertificateRefused, ProviderError) as error:
        _wait(request, work, error)
        return
    with locked_request(request_id) as current:
        invoice = Invoice.objects.select_for_update(of=("self",)).get(request=current)
        _keep_events(invoice, events)
        has_new_xml = bool(xml) and not invoice.xml_text
        if xml and has_new_xml:
            invoice.xml = xml
        invoice.events_read_at = timezone.now()
        invoice.read_next_at = next_reading(invoice, timezone.now())
        invoice.save(update_fields=["xml_text", "events_read_at", "read_next_at"])
        if current.state in STANDING:
            apply_facts(current, invoice, facts)
        if has_new_xml and is_drawn_here(current):
            tell_pdf(invoice)
        work.finish({"status": invoice.status})


def next_reading(invoice: Invoice, now: datetime) -> datetime | None:
    """Return when to read again: hourly for 30 days, daily for 180 more, then never (N16)."""
    age = now - invoice.issued_at
    if age < HOURLY_FOR:
        return now + timedelta(hours=1)
    return now + timedelta(days=1) if age < DAILY_FOR else None


def enqueue_due_readings(*, now: datetime, limit: int = BATCH) -> int:
    """Put the readings that are due in the queue and return how many; called by beat."""
    with transaction.atomic(durable=True):
        due = list(
            Invoice.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(read_next_at__lte=now)
            .select_related("request")
            .defer("xml_text", "request__payload_text", "request__snapshot_data")
            .order_by("request_id")[:limit]
        )
        for invoice in due:
            kinds.enqueue_for(invoice.request, kinds.READ)
            Invoice.objects.filter(pk=invoice.pk).update(read_next_at=next_reading(invoice, now))
    return len(due)


def _fetch_xml(request: InvoiceRequest, gateway: NFSeGateway) -> bytes | None:
    return None if request.invoice.xml_text else gateway.xml(reference_of(request))


def _facts(request: InvoiceRequest, gateway: NFSeGateway, events: Sequence[ReadEvent]) -> NoteState:
    if request.gateway == Gateway.NATIONAL:
        return fold_events(event.fact for event in events)
    return gateway.state(reference_of(request))


def _keep_events(invoice: Invoice, events: Sequence[ReadEvent]) -> None:
    NoteEvent.objects.bulk_create(
        [
            NoteEvent(
                firm_id=invoice.firm_id,
                invoice=invoice,
                code=event.fact.code,
                event_id=event.fact.event_id,
                sequence=event.fact.sequence,
                processed_at=event.fact.processed_at,
                facts=event.fact.to_dict(),
                xml_text=base64.b64encode(event.xml).decode(),
            )
            for event in events
        ],
        ignore_conflicts=True,
    )


def _wait(request: InvoiceRequest, work: Work, error: Exception) -> None:
    """Without XML soon again, for a day; else at the next hour."""
    retry_after = error.retry_after if isinstance(error, Unavailable) else None
    with transaction.atomic():
        if not request.invoice.xml_text and timezone.now() - request.invoice.created_at < waits.SLOW_AFTER:
            kinds.enqueue_for(request, kinds.READ, waits.after(XML_WAIT, retry_after))
        Invoice.objects.filter(pk=request.invoice.pk).update(
            read_next_at=next_reading(request.invoice, timezone.now())
        )
        work.finish({"waits": type(error).__name__})
