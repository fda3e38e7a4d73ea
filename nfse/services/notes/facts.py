"""What the gateway says of a note now becomes the state of its request, whatever caused it (N16, R88)."""

from fiscal.enumerations import Gateway, NoteStatus
from fiscal.values import NoteState
from nfse.events import Event
from nfse.models import Invoice, InvoiceRequest
from nfse.services.issuing.moving import move, record_event
from nfse.states import MOVES, State

TARGETS = {
    NoteStatus.CANCELED: State.CANCELED,
    NoteStatus.REPLACED: State.REPLACED,
    NoteStatus.ANALYSIS_PENDING: State.IN_ANALYSIS,
}


def apply_facts(request: InvoiceRequest, invoice: Invoice, facts: NoteState) -> None:
    """Let a note that stands follow the facts; inside the caller's transaction, both rows locked.

    A cancellation that we are waiting for is not ended by "nothing happened yet".
    """
    facts = _as_replaced(invoice, facts)
    before = invoice.status_facts
    invoice.status = facts.status
    invoice.status_facts = facts.to_dict()
    invoice.replaced_by_key = facts.replaced_by
    invoice.save(update_fields=["status", "status_facts", "replaced_by_key"])
    target = TARGETS.get(facts.status)
    if target is not None and request.state != target:
        _move_to(request, target)
    elif request.state == State.IN_ANALYSIS and facts.cancellation_denied:
        move(request, State.ISSUED, Event.ANALYSIS_DENIED)
    elif before and before.get("locks") != invoice.status_facts["locks"]:
        record_event(request, Event.LOCKS_CHANGED, data={"locks": invoice.status_facts["locks"]})


def _as_replaced(invoice: Invoice, facts: NoteState) -> NoteState:
    """A gateway without events says "canceled" of a note whose replacement it issued."""
    if facts.status is not NoteStatus.CANCELED or invoice.request.gateway == Gateway.NATIONAL:
        return facts
    replacement = Invoice.objects.filter(request__substitutes=invoice).first()
    if replacement is None:
        return facts
    return NoteState(NoteStatus.REPLACED, replaced_by=replacement.access_key)


def _move_to(request: InvoiceRequest, target: State) -> None:
    own = request.state == State.CANCELING
    event = {
        State.CANCELED: Event.CANCELED if own else Event.CANCELED_BY_CITY,
        State.REPLACED: Event.REPLACED,
        State.IN_ANALYSIS: Event.ANALYSIS_PENDING,
    }[target]
    if request.state not in {State.ISSUED, State.CANCELING, State.IN_ANALYSIS}:
        return
    if target not in MOVES[State(request.state)]:
        move(request, State.ISSUED, Event.CANCEL_OVERTAKEN)
    move(request, target, event)
