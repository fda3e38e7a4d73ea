"""Reads of requests and notes: one list for both (A21, A22). Documents and snapshots stay in the database."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum

from nfse.models import GatewayExchange, Invoice, InvoiceRequest, NoteEvent, RequestEvent
from nfse.permissions import NotFound
from nfse.states import STANDING
from nfse.values import Environment

HEAVY = ("payload_text", "snapshot_data", "invoice__xml_text")


@dataclass(frozen=True)
class RequestFilters:
    """What the list is narrowed to. Days are of the competence, both included; empty means all."""

    text: str = ""
    company_id: int | None = None
    taker_id: int | None = None
    states: Sequence[str] = ()
    environment: str = ""
    origin: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class Totals:
    """Of a filter: all requests, and the notes that count: standing, in production (R97)."""

    requests: int
    notes: int
    amount: Decimal


def list_requests(firm_id: int, filters: RequestFilters = RequestFilters()) -> QuerySet[InvoiceRequest]:
    """The firm's requests with company, taker and note, newest first; a constant number of queries (R110)."""
    requests = InvoiceRequest.objects.filter(firm_id=firm_id).filter(_narrow(filters))
    requests = requests.select_related("company", "taker", "invoice", "confirmed_by").defer(*HEAVY)
    return requests.order_by("-confirmed_at", "-pk")


def count_totals(firm_id: int, filters: RequestFilters = RequestFilters()) -> Totals:
    """Count what a filter shows. Test notes and notes that no longer stand add nothing (R97, R107)."""
    counts = Q(state__in=STANDING, environment=Environment.PRODUCTION.value)
    found = (
        InvoiceRequest.objects.filter(firm_id=firm_id)
        .filter(_narrow(filters))
        .aggregate(
            requests=Count("pk"), notes=Count("pk", filter=counts), amount=Sum("amount", filter=counts)
        )
    )
    return Totals(found["requests"], found["notes"], found["amount"] or Decimal("0.00"))


def get_request(firm_id: int, request_id: int) -> InvoiceRequest:
    """One request of the firm with all that its page shows. Raises NotFound."""
    requests = InvoiceRequest.objects.select_related("company__city", "taker", "service", "confirmed_by")
    found = requests.filter(firm_id=firm_id, pk=request_id).first()
    if found is None:
        raise NotFound
    return found


def get_invoice(firm_id: int, invoice_id: int) -> Invoice:
    """One note of the firm with its request. Raises NotFound."""
    found = (
        Invoice.objects.select_related("request", "company").filter(firm_id=firm_id, pk=invoice_id).first()
    )
    if found is None:
        raise NotFound
    return found


def list_history(firm_id: int, request_id: int) -> QuerySet[RequestEvent]:
    """The timeline of a request, oldest first."""
    events = RequestEvent.objects.filter(firm_id=firm_id, request_id=request_id)
    return events.select_related("actor").order_by("pk")


def list_exchanges(firm_id: int, request_id: int) -> QuerySet[GatewayExchange]:
    """The gateway's answers about a request, oldest first."""
    return GatewayExchange.objects.filter(firm_id=firm_id, request_id=request_id).order_by("pk")


def list_note_events(firm_id: int, invoice_id: int) -> QuerySet[NoteEvent]:
    """The registered events of a note, oldest first."""
    return NoteEvent.objects.filter(firm_id=firm_id, invoice_id=invoice_id).order_by("processed_at", "pk")


def _narrow(filters: RequestFilters) -> Q:
    found = Q()
    for word in filters.text.split():
        found &= (
            Q(taker_name__icontains=word)
            | Q(company__legal_name__icontains=word)
            | Q(company__trade_name__icontains=word)
            | Q(invoice__number=word)
        )
    exact = {
        "company_id": filters.company_id,
        "taker_id": filters.taker_id,
        "environment": filters.environment,
        "origin": filters.origin,
        "competence_date__gte": filters.since,
        "competence_date__lte": filters.until,
    }
    found &= Q(**{name: value for name, value in exact.items() if value not in {None, ""}})
    return found & Q(state__in=filters.states) if filters.states else found
