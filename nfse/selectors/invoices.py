"""Reads of requests and notes: one list for both (A21, A22). Documents and snapshots stay in the database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from accounts.models import User
from core.days import start_of_day
from core.money import InvalidAmount, parse_brl
from core.text import folded_pattern
from fiscal.enumerations import Environment
from nfse.models import (
    Company,
    GatewayExchange,
    Invoice,
    InvoiceRequest,
    NoteEvent,
    RequestEvent,
    Taker,
)
from nfse.permissions import NotFound
from nfse.states import STANDING

HEAVY = ("payload_text", "snapshot_data", "invoice__xml_text")
CONFIRMERS = ("confirmed_by", "confirmed_by_phone")


@dataclass(frozen=True)
class RequestFilters:
    """What the list is narrowed to. Days are São Paulo days, both included; empty means all.

    `since` and `until` are of the competence, `issued_since` and `issued_until` of the issue of the note: a
    request without a note is outside of them.
    """

    text: str = ""
    company_id: int | None = None
    taker_id: int | None = None
    states: Sequence[str] = ()
    environment: str = ""
    origin: str = ""
    gateway: str = ""
    confirmed_by_id: int | None = None
    phone_id: int | None = None
    since: date | None = None
    until: date | None = None
    issued_since: date | None = None
    issued_until: date | None = None

    @property
    def is_empty(self) -> bool:
        return self == RequestFilters()


@dataclass(frozen=True)
class Totals:
    """Of a filter: all requests, and the notes that count: standing, in production (R97)."""

    requests: int
    notes: int
    amount: Decimal
    test_notes: int = 0


def list_requests(firm_id: int, filters: RequestFilters = RequestFilters()) -> QuerySet[InvoiceRequest]:
    """The firm's requests with company, taker and note, newest first; a constant number of queries (R110)."""
    requests = InvoiceRequest.objects.filter(_narrow(firm_id, filters))
    requests = requests.select_related("company", "taker", "invoice", *CONFIRMERS).defer(*HEAVY)
    return requests.order_by("-confirmed_at", "-pk")


def list_request_ids(firm_id: int, filters: RequestFilters = RequestFilters()) -> QuerySet[Any, int]:
    """The ids of the same list in the same order, for a page of it: one index has all that it needs."""
    found = InvoiceRequest.objects.filter(_narrow(firm_id, filters))
    return found.order_by("-confirmed_at", "-pk").values_list("pk", flat=True)


def load_requests(firm_id: int, request_ids: Iterable[int]) -> list[InvoiceRequest]:
    """Those of the firm among the ids, as `list_requests` gives them, in its order."""
    return list(list_requests(firm_id).filter(pk__in=list(request_ids)))


def count_totals(firm_id: int, filters: RequestFilters = RequestFilters()) -> Totals:
    """Count what a filter shows. Test notes and notes that no longer stand add nothing (R97, R107)."""
    counts = Q(state__in=STANDING, environment=Environment.PRODUCTION.value)
    tests = Q(state__in=STANDING) & ~Q(environment=Environment.PRODUCTION.value)
    found = InvoiceRequest.objects.filter(_narrow(firm_id, filters)).aggregate(
        requests=Count("pk"),
        notes=Count("pk", filter=counts),
        amount=Sum("amount", filter=counts),
        test_notes=Count("pk", filter=tests),
    )
    return Totals(found["requests"], found["notes"], found["amount"] or Decimal("0.00"), found["test_notes"])


def list_issuing_companies(firm_id: int) -> QuerySet[Company]:
    """The companies that the list can be narrowed to, by name."""
    companies = Company.objects.filter(firm_id=firm_id).only("legal_name", "trade_name")
    return companies.order_by("legal_name", "pk")


def list_issuing_people(firm_id: int) -> QuerySet[User]:
    """Who works or worked in the firm, by name."""
    people = User.objects.filter(memberships__account__firm=firm_id).only("full_name")
    return people.order_by("full_name", "pk").distinct()


def get_request(firm_id: int, request_id: int) -> InvoiceRequest:
    """One request of the firm with all that its page shows. Raises NotFound."""
    requests = InvoiceRequest.objects.select_related("company__city", "taker", "service", *CONFIRMERS)
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
    return events.select_related("actor", "actor_phone").order_by("pk")


def list_exchanges(firm_id: int, request_id: int) -> QuerySet[GatewayExchange]:
    """The gateway's answers about a request, oldest first."""
    return GatewayExchange.objects.filter(firm_id=firm_id, request_id=request_id).order_by("pk")


def list_note_events(firm_id: int, invoice_id: int) -> QuerySet[NoteEvent]:
    """The registered events of a note, oldest first."""
    return NoteEvent.objects.filter(firm_id=firm_id, invoice_id=invoice_id).order_by("processed_at", "pk")


def _narrow(firm_id: int, filters: RequestFilters) -> Q:
    found = Q(firm_id=firm_id)
    for word in filters.text.split():
        found &= _matches(firm_id, word)
    exact = {
        "company_id": filters.company_id,
        "environment": filters.environment,
        "origin": filters.origin,
        "gateway": filters.gateway,
        "confirmed_by_id": filters.confirmed_by_id,
        "confirmed_by_phone_id": filters.phone_id,
        "competence_date__gte": filters.since,
        "competence_date__lte": filters.until,
    }
    found &= Q(**{name: value for name, value in exact.items() if value not in {None, ""}})
    if filters.taker_id is not None:
        merged = Taker.objects.filter(firm_id=firm_id, merged_into=filters.taker_id).values("pk")
        found &= Q(taker_id=filters.taker_id) | Q(taker_id__in=merged)
    if filters.states:
        found &= Q(state__in=filters.states)
    return found & _issued_between(firm_id, filters.issued_since, filters.issued_until)


def _issued_between(firm_id: int, since: date | None, until: date | None) -> Q:
    if since is None and until is None:
        return Q()
    issued = Invoice.objects.filter(firm_id=firm_id)
    if since is not None:
        issued = issued.filter(issued_at__gte=start_of_day(since))
    if until is not None:
        issued = issued.filter(issued_at__lt=start_of_day(until + timedelta(days=1)))
    return Q(pk__in=issued.values("request_id"))


def _matches(firm_id: int, word: str) -> Q:
    """A word of the search box: of a company, of a taker, the number of a note, or an amount with centavos.

    Names are looked up where they are few, so that the long table of requests is only asked for ids.
    """
    pattern = folded_pattern(word)
    companies = Company.objects.filter(firm_id=firm_id).filter(
        Q(legal_name__regex=pattern) | Q(trade_name__regex=pattern) | Company.matching(word)
    )
    takers = Taker.objects.filter(firm_id=firm_id).filter(
        Q(name__regex=pattern) | Q(nickname__regex=pattern) | Taker.matching(word)
    )
    notes = Invoice.objects.filter(firm_id=firm_id, number=word)
    found = (
        Q(company_id__in=companies.values("pk"))
        | Q(taker_id__in=takers.values("pk"))
        | Q(pk__in=notes.values("request_id"))
    )
    amount = _read_amount(word)
    return found | Q(amount=amount) if amount is not None else found


def _read_amount(word: str) -> Decimal | None:
    if "," not in word:
        return None
    try:
        return Decimal(parse_brl(word)) / 100
    except InvalidAmount:
        return None
