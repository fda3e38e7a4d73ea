"""Reads of one note for its own page: the note, what replaced it, what it replaced (A22)."""

from fiscal.enumerations import Gateway
from nfse.events import Event
from nfse.models import Invoice, InvoiceRequest, RequestEvent
from nfse.permissions import NotFound
from nfse.states import State


def find_note(firm_id: int, request_id: int) -> Invoice | None:
    """The note of the firm's request with its XML, or None while there is none."""
    notes = Invoice.objects.select_related("request", "company").filter(firm_id=firm_id)
    return notes.defer("request__payload_text").filter(request_id=request_id).first()


def get_note(firm_id: int, request_id: int) -> Invoice:
    """The note of the firm's request. Raises NotFound, also while there is none."""
    note = find_note(firm_id, request_id)
    if note is None:
        raise NotFound
    return note


def find_replacement_id(invoice: Invoice) -> int | None:
    """The request whose note replaced this one."""
    replacing = InvoiceRequest.objects.filter(firm_id=invoice.firm_id, substitutes=invoice)
    return replacing.filter(state=State.ISSUED).values_list("pk", flat=True).first()


def find_replaced(request: InvoiceRequest) -> Invoice | None:
    """The note that a request replaces, without its documents."""
    if request.substitutes_id is None:
        return None
    notes = Invoice.objects.filter(firm_id=request.firm_id, pk=request.substitutes_id)
    return notes.only("number", "request_id").first()


def is_taken(request: InvoiceRequest) -> bool:
    """Whether the request's number holds a note of another program, and a person has to decide."""
    return request.state == State.IN_DOUBT and request.attention == InvoiceRequest.Attention.TAKEN


def is_drawn_here(request: InvoiceRequest) -> bool:
    """Whether the PDF comes from the XML, and from nobody outside."""
    return request.gateway == Gateway.NATIONAL


def find_taking_note(request: InvoiceRequest) -> dict[str, str]:
    """What is known of the note that another program made under the request's number."""
    events = RequestEvent.objects.filter(request=request, firm_id=request.firm_id, event=Event.NUMBER_TAKEN)
    newest = events.order_by("-pk").first()
    return dict(newest.data.get("reference", {})) if newest else {}
