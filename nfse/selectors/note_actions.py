"""What may be done with a request and its note now, asked by every page and channel (A22, N14, N15, R108)."""

from dataclasses import dataclass, replace

from fiscal.documents.events import ANALYSIS_REQUEST, CANCELLATION, REPLACEMENT, can_request, explain_denial
from fiscal.documents.refusals import find_group
from fiscal.enumerations import Gateway
from fiscal.values import NoteState
from nfse.models import Invoice, InvoiceRequest
from nfse.selectors.notes import is_drawn_here, is_taken
from nfse.states import State

NOT_STANDING = "Só uma nota emitida e em vigor pode ser substituída."


@dataclass(frozen=True)
class Actions:
    """What this person may do with this request now; what is not here has no control (R108)."""

    pdf: bool = False
    xml: bool = False
    email: bool = False
    cancel: bool = False
    analysis: bool = False
    substitute: bool = False
    retry: bool = False
    withdraw: bool = False
    copy: bool = False
    settle: bool = False
    refusal: str = ""
    """Why an issued note cannot be canceled; empty when it can."""

    @property
    def has_menu(self) -> bool:
        return any(
            (self.xml, self.email, self.cancel, self.analysis, self.substitute, self.withdraw, self.copy)
        )


def list_actions(request: InvoiceRequest, invoice: Invoice | None, *, can_issue: bool) -> Actions:
    """Return what may be done; the services ask again.

    Args:
        invoice: the request's note, None while there is none. can_issue: whether the person has that right.
    """
    has_xml = invoice is not None and bool(invoice.xml_text)
    has_pdf = invoice is not None and (has_xml or not is_drawn_here(request))
    seen = Actions(pdf=has_pdf, xml=has_xml, email=has_xml)
    if not can_issue:
        return seen
    facts = _facts(invoice)
    stands = request.state == State.ISSUED
    cancel = stands and can_request(facts, CANCELLATION)
    late = stands and invoice is not None and _needs_analysis(request, invoice, facts, can_cancel=cancel)
    return replace(
        seen,
        cancel=cancel,
        analysis=late,
        substitute=stands and can_request(facts, REPLACEMENT),
        retry=request.state == State.FAILED,
        withdraw=request.state == State.QUEUED,
        copy=request.state != State.IN_DOUBT,  # it may exist: nobody should issue it again
        settle=is_taken(request),
        refusal=explain_denial(facts, CANCELLATION) if stands else "",
    )


def explain_no_replacement(request: InvoiceRequest) -> str:
    """Return the sentence that says why a note cannot be replaced now; empty when it can."""
    if request.state != State.ISSUED:
        return NOT_STANDING
    return explain_denial(_facts(request.invoice), REPLACEMENT)


def _facts(invoice: Invoice | None) -> NoteState:
    return NoteState.from_dict(invoice.status_facts) if invoice and invoice.status_facts else NoteState()


def _needs_analysis(request: InvoiceRequest, invoice: Invoice, facts: NoteState, *, can_cancel: bool) -> bool:
    """Whether the city has to decide: its deadline is over, or the note was confirmed by silence (N14)."""
    if request.gateway != Gateway.NATIONAL or not can_request(facts, ANALYSIS_REQUEST):
        return False
    codes = [problem["code"] for problem in invoice.cancel_problems]
    return not can_cancel or any(find_group(code).name == "cancellation_limits" for code in codes)
