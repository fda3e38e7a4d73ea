"""What the gateway said becomes state, note and next work, in one transaction with the end of the item.

Every function here runs inside the caller's transaction, on a request locked by `locked_request`.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import structlog
from django.utils import timezone

from fiscal.enumerations import NoteStatus
from fiscal.gateways.base import Accepted, Issued, NotFound, Outcome, Rejected, Taken, Unrecognized
from fiscal.values import RuleProblem
from nfse.events import Event
from nfse.models import Invoice, InvoiceRequest
from nfse.selectors.notes import is_drawn_here
from nfse.services.issuing import kinds, waits
from nfse.services.issuing.moving import move, record_event
from nfse.services.issuing.taker_letter import ask_taker_letter
from nfse.services.issuing.telling import tell_taken
from nfse.services.notes.pictures import tell_pdf
from nfse.states import State

log = structlog.get_logger(__name__)
Attention = InvoiceRequest.Attention
READ_AFTER = timedelta(hours=1)


def settle(request: InvoiceRequest, outcome: Outcome | NotFound) -> None:
    """Record an outcome of a request that is being sent or asked about (N11)."""
    if request.attention:
        request.attention = Attention.NONE
        request.save(update_fields=["attention"])
    match outcome:
        case Issued():
            _issue(request, outcome)
        case Accepted():
            _accept(request, outcome)
        case Rejected():
            _reject(request, outcome.problems, needs_person=outcome.needs_person)
        case Taken():
            _take(request, outcome)
        case Unrecognized():
            _keep_asking(request, Event.UNRECOGNIZED_STATE, outcome.state)
        case NotFound():
            _miss(request)


def doubt(request: InvoiceRequest, event: Event, detail: str = "") -> None:
    """The answer was lost: nothing is repeated until the gateway was asked (R85)."""
    move(request, State.IN_DOUBT, event, detail=detail)
    kinds.enqueue_for(request, kinds.ASK, waits.after(waits.step(waits.DOUBT_WAITS, 0)))


def put_back(
    request: InvoiceRequest,
    event: Event,
    detail: str = "",
    retry_after: float | None = None,
    **fields: Any,
) -> None:
    """It certainly did not arrive: again later, for up to 24 hours. `fields` are saved with the new state."""
    if timezone.now() < request.retry_until:
        move(request, State.QUEUED, event, detail=detail, **fields)
        kinds.enqueue_for(request, kinds.SEND, waits.after(waits.retry_wait(request.attempts), retry_after))
    elif request.history.filter(to_state=State.IN_DOUBT).exists():
        doubt(request, Event.RETRIES_SPENT, "Conferindo mais uma vez antes de desistir.")
    else:
        move(request, State.FAILED, Event.RETRIES_SPENT, detail=detail)


def ask_again(request: InvoiceRequest, retry_after: float | None = None) -> None:
    """Nothing new: ask later, for as long as it takes. A request in doubt is never given up."""
    seconds = waits.step(
        waits.ACCEPTED_WAITS if request.state == State.ACCEPTED else waits.DOUBT_WAITS, request.asks
    )
    if timezone.now() - request.state_changed_at > waits.SLOW_AFTER:
        seconds = waits.SLOW_WAIT
    request.asks += 1
    request.save(update_fields=["asks"])
    kinds.enqueue_for(request, kinds.ASK, waits.after(seconds, retry_after))


def finish_replaced(request: InvoiceRequest) -> None:
    """The note that this one replaces is read again: its state follows the authority's fact (N15, R88)."""
    if request.substitutes_id is not None:
        old = InvoiceRequest.objects.get(invoice__pk=request.substitutes_id)
        kinds.enqueue_for(old, kinds.READ)


def build_invoice(request: InvoiceRequest, issued: Issued) -> Invoice:
    """Return the note that the gateway made of a request; it is not saved."""
    returned, snapshot = issued.note, request.snapshot
    invoice = Invoice(
        request=request,
        firm_id=request.firm_id,
        company_id=request.company_id,
        environment=request.environment,
        access_key=issued.access_key,
        number=issued.number,
        verification_code=issued.verification_code[:60],
        reference=issued.reference.to_stored(),
        issued_at=issued.issued_at or timezone.now(),
        competence_date=snapshot.competence_date,
        amount=snapshot.amount,
        net_amount=returned.net_amount if returned else None,
        iss_amount=returned.iss_amount if returned else None,
        alerts=list(issued.alerts),
        read_next_at=timezone.now() + READ_AFTER,
    )
    if issued.xml is not None:
        invoice.xml = issued.xml
    return invoice


def _issue(request: InvoiceRequest, issued: Issued) -> None:
    # A gateway that answers later is always asked; only after a doubt is the note found, not expected.
    was_expected = (
        request.state == State.ACCEPTED and not request.history.filter(to_state=State.IN_DOUBT).exists()
    )
    is_adopted = issued.adopted and not was_expected
    invoice = build_invoice(request, issued)
    invoice.is_adopted = is_adopted
    invoice.save()
    move(
        request,
        State.ISSUED,
        Event.ADOPTED if is_adopted else Event.ISSUED,
        detail=f"NFS-e {issued.number}",
        reference=issued.reference.to_stored(),
        problems=[],
        attention=Attention.NONE,
    )
    if issued.status is not NoteStatus.AUTHORIZED or issued.xml is None:
        kinds.enqueue_for(request, kinds.READ)
    if issued.xml is not None and is_drawn_here(request):
        tell_pdf(invoice)
    if issued.status is NoteStatus.AUTHORIZED:
        ask_taker_letter(request)
    finish_replaced(request)


def _accept(request: InvoiceRequest, accepted: Accepted) -> None:
    if request.state == State.ACCEPTED:
        ask_again(request)
        return
    move(request, State.ACCEPTED, Event.ACCEPTED, reference=accepted.reference.to_stored())
    ask_again(request)


def _reject(request: InvoiceRequest, problems: Sequence[RuleProblem], *, needs_person: bool) -> None:
    move(
        request,
        State.REJECTED,
        Event.ENDED_BY_GATEWAY if needs_person else Event.REJECTED,
        detail="; ".join(problem.code for problem in problems),
        problems=[problem.to_dict() for problem in problems],
        attention=Attention.NONE,
    )


def _take(request: InvoiceRequest, taken: Taken) -> None:
    """Another note under our number: never adopted, never repeated, a person decides (contract 8, step 8)."""
    log.error("number_taken", request_id=request.pk)
    facts = {"data": {"reference": taken.reference.to_stored()}, "attention": Attention.TAKEN}
    if request.state == State.IN_DOUBT:
        record_event(request, Event.NUMBER_TAKEN, **facts)  # type: ignore[arg-type]
        tell_taken(request)
    else:
        move(request, State.IN_DOUBT, Event.NUMBER_TAKEN, **facts)  # type: ignore[arg-type]


def _keep_asking(request: InvoiceRequest, event: Event, detail: str) -> None:
    if request.state == State.SENDING:
        doubt(request, event, detail)
        return
    if request.asks == 0:
        record_event(request, event, detail=detail)
    ask_again(request)


def _miss(request: InvoiceRequest) -> None:
    """Not there now. Only repeated absence proves it, as the authority may still be working (8.7)."""
    if request.state == State.ACCEPTED:
        doubt(request, Event.VANISHED)
        return
    request.absences += 1
    request.save(update_fields=["absences"])
    if request.absences < len(waits.DOUBT_WAITS):
        kinds.enqueue_for(request, kinds.ASK, waits.after(waits.step(waits.DOUBT_WAITS, request.absences)))
    elif timezone.now() < request.retry_until:
        move(request, State.QUEUED, Event.PROVED_ABSENT, detail="Não chegou; os mesmos dados vão de novo.")
        kinds.enqueue_for(request, kinds.SEND)
    else:
        move(request, State.FAILED, Event.PROVED_ABSENT)
