"""Notes of a company as the chat speaks of them: the last one, the last few, one by its number."""

from datetime import date, datetime

from django.db.models import QuerySet

from core.days import start_of_day
from fiscal.documents.clock import competence_today
from nfse.models import Invoice, InvoiceRequest
from nfse.services.issuing.copying import copy_note
from nfse.states import STANDING, WITH_NOTE
from whatsapp.conversation.draft import Draft

LISTED = 5


def find_last_request(firm_id: int, company_id: int | None) -> InvoiceRequest | None:
    """Return the company's last request of which a note stands."""
    if company_id is None:
        return None
    mine = _list_standing(firm_id, company_id).select_related("taker", "invoice")
    return mine.order_by("-confirmed_at", "-pk").first()


def has_last_request(firm_id: int, company_id: int | None) -> bool:
    """Whether the company has a request of which a note stands."""
    return company_id is not None and _list_standing(firm_id, company_id).exists()


def _list_standing(firm_id: int, company_id: int) -> QuerySet[InvoiceRequest]:
    return InvoiceRequest.objects.filter(firm_id=firm_id, company_id=company_id, state__in=STANDING)


def draft_of_last(firm_id: int, company_id: int | None, now: datetime) -> Draft | None:
    """Return the content of the company's last note, to be said again with today's date (W15)."""
    request = find_last_request(firm_id, company_id)
    if request is None:
        return None
    note = copy_note(request, competence_date=competence_today(now))
    taker = request.taker
    return Draft(
        document=taker.document if taker and note.taker_id == taker.pk else "",
        taker_id=note.taker_id,
        taker_name=request.taker_name,
        cents=int(note.amount * 100),
        description=note.description,
        service_id=note.service_id,
        withheld=note.withheld,
        federal=note.federal,
        place_city_code=note.place_city_code,
    )


def list_last(firm_id: int, company_ids: list[int], *, standing: bool = False) -> list[Invoice]:
    """Return the last few notes of companies, newest first."""
    states = STANDING if standing else WITH_NOTE
    notes = Invoice.objects.select_related("request__taker", "company")
    mine = notes.filter(firm_id=firm_id, company_id__in=company_ids, request__state__in=states)
    return list(mine.order_by("-issued_at", "-pk")[:LISTED])


def find_by_number(firm_id: int, company_ids: list[int], number: str) -> Invoice | None:
    """Return the note of these companies with a number; of two, the newest."""
    notes = Invoice.objects.select_related("request__taker", "company")
    mine = notes.filter(firm_id=firm_id, company_id__in=company_ids, number=number.lstrip("0") or "0")
    return mine.order_by("-issued_at", "-pk").first()


def list_of_month(firm_id: int, company_ids: list[int], first: date) -> list[Invoice]:
    """Return the notes issued in a month that stand, newest first."""
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    notes = Invoice.objects.select_related("request")
    mine = notes.filter(
        firm_id=firm_id,
        company_id__in=company_ids,
        issued_at__gte=start_of_day(first),
        issued_at__lt=start_of_day(after),
        request__state__in=STANDING,
    )
    return list(mine.order_by("-issued_at", "-pk"))
