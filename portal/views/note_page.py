"""What the page of one request shows, put together once for the page, its refresh and its dialogs (A22)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from fiscal.documents.amounts import Preview, preview_amounts
from fiscal.documents.danfse import public_address
from fiscal.documents.mirror import format_reais, mirror_lines
from fiscal.documents.returned import read_nfse, reconcile_amounts
from fiscal.documents.xml import UnreadableXml
from fiscal.values import NoteEventFact, ReturnedNote, RuleProblem
from nfse.events import LETTERS, REISSUES, Event
from nfse.models import Invoice, InvoiceRequest, NoteEvent, RequestEvent
from nfse.permissions import Right
from nfse.selectors.invoices import list_exchanges, list_history, list_note_events
from nfse.selectors.note_actions import list_actions
from nfse.selectors.notes import find_note, find_replaced, find_replacement_id, find_taking_note, is_taken
from nfse.states import OPEN, WITH_NOTE, State
from portal.forms.issuing import CancelForm, EmailForm
from portal.history_words import EVENTS, NOTE_EVENTS, UNKNOWN, Words
from portal.views.problem_links import ShownProblem, Subject, show_problems

LETTER_WAIT = timedelta(minutes=10)
"""For so long the page waits to see that a letter went out."""


@dataclass(frozen=True)
class Line:
    """One line of the timeline."""

    words: Words
    detail: str
    event: RequestEvent

    @property
    def other_request_id(self) -> int | None:
        """The other request that this line is about."""
        return self.event.data.get("request_id") if self.event.event in REISSUES else None


@dataclass(frozen=True)
class AmountRow:
    """A figure as it was expected and as the authority computed it."""

    label: str
    expected: str
    returned: str
    is_different: bool


@dataclass(frozen=True)
class EventRow:
    """A registered event of the note."""

    name: str
    reason: str
    event: NoteEvent


def build_page(request: InvoiceRequest, rights: frozenset[Right]) -> dict[str, Any]:
    """Return the context of the page; asks nobody outside."""
    invoice = find_note(request.firm_id, request.pk) if request.state in WITH_NOTE else None
    history = list(list_history(request.firm_id, request.pk))
    can_issue = Right.ISSUE in rights
    actions = list_actions(request, invoice, can_issue=can_issue)
    returned = read_returned(invoice)
    subject = Subject(request.company_id, request.taker_id, request.service_id)
    context: dict[str, Any] = {
        "requested": request,
        "invoice": invoice,
        "lines": mirror_lines(request.snapshot),
        "timeline": [_line(event) for event in reversed(history)],
        "problems": _problems(request.problems if request.state == State.REJECTED else [], subject),
        "actions": actions,
        "can_issue": can_issue,
        "is_live": is_live(request, invoice, history),
        "marker": mark(request, invoice, history),
        "replaced": find_replaced(request),
        "is_taken": is_taken(request),
    }
    if invoice is not None:
        context |= _note_context(invoice, returned, request, subject)
    if context["is_taken"]:
        context["taking"] = find_taking_note(request)
    if can_issue:
        context["exchanges"] = list(list_exchanges(request.firm_id, request.pk))
    if actions.cancel:
        context["cancel_form"] = make_cancel_form(invoice, by_analysis=False, auto_id="id_cancelar_%s")
    if actions.analysis:
        context["analysis_form"] = make_cancel_form(invoice, by_analysis=True, auto_id="id_analise_%s")
    if actions.email:
        context["email_form"] = EmailForm(initial={"to": request.taker.email if request.taker else ""})
    return context


def make_cancel_form(invoice: Invoice | None, *, by_analysis: bool, auto_id: str = "id_%s") -> CancelForm:
    """The form of a cancellation; after a refused one it keeps what was written."""
    initial: dict[str, Any] = {"by_analysis": by_analysis}
    if invoice is not None and invoice.cancel_problems:
        initial |= {"reason_code": invoice.cancel_reason_code, "text": invoice.cancel_reason_text}
    return CancelForm(initial=initial, auto_id=auto_id)


def is_live(request: InvoiceRequest, invoice: Invoice | None, history: list[RequestEvent]) -> bool:
    """Whether something is still on its way that the page should show when it comes."""
    if request.state in OPEN | {State.CANCELING}:
        return not is_taken(request)
    if invoice is not None and not invoice.xml_text:
        return True
    letters = [event for event in history if event.event in LETTERS]
    is_waiting = bool(letters) and letters[-1].event == Event.EMAIL_ASKED
    return is_waiting and timezone.now() - letters[-1].created_at < LETTER_WAIT


def mark(request: InvoiceRequest, invoice: Invoice | None, history: list[RequestEvent]) -> str:
    """What changes whenever the page does: with the same mark nothing is drawn again."""
    newest = history[-1].pk if history else 0
    has_xml = int(invoice is not None and bool(invoice.xml_text))
    return f"{request.state}.{newest}.{has_xml}.{request.attention}"


def read_returned(invoice: Invoice | None) -> ReturnedNote | None:
    """The facts of the note's XML, when it is of the national layout."""
    if invoice is None or not invoice.xml_text:
        return None
    try:
        return read_nfse(invoice.xml)
    except UnreadableXml:
        return None


def compare_amounts(preview: Preview, returned: ReturnedNote) -> list[AmountRow]:
    """Return the figures before and after, with those that differ marked."""
    different = {each.name for each in reconcile_amounts(preview, returned)}
    pairs = (
        ("amount", "Valor do serviço", preview.amount, returned.amount),
        ("base", "Base de cálculo", preview.iss_base, returned.iss_base),
        ("iss", "ISS", preview.iss, returned.iss_amount),
        ("withheld", "Total retido", preview.total_withheld, returned.withheld_total),
        ("ibs", "IBS", preview.ibs, returned.ibs_total),
        ("cbs", "CBS", preview.cbs, returned.cbs_total),
        ("net", "Líquido", preview.net, returned.net_amount),
    )
    return [
        AmountRow(label, _reais(expected), _reais(actual), name in different)
        for name, label, expected, actual in pairs
        if actual is not None or (expected is not None and name in {"iss", "net"})
    ]


def _note_context(
    invoice: Invoice, returned: ReturnedNote | None, request: InvoiceRequest, subject: Subject
) -> dict[str, Any]:
    rows = compare_amounts(preview_amounts(request.snapshot), returned) if returned else []
    return {
        "returned": returned,
        "amounts": rows,
        "has_differences": any(row.is_different for row in rows),
        "cancel_problems": _problems(invoice.cancel_problems, subject) if _is_standing(request) else [],
        "note_events": [_event_row(event) for event in list_note_events(invoice.firm_id, invoice.pk)],
        "replacement_id": find_replacement_id(invoice) if request.state == State.REPLACED else None,
        "public_url": _public_url(request, invoice),
    }


def _is_standing(request: InvoiceRequest) -> bool:
    return request.state == State.ISSUED


def _public_url(request: InvoiceRequest, invoice: Invoice) -> str:
    """Where anybody checks a real note."""
    return public_address(invoice.access_key) if invoice.access_key and not request.is_test else ""


def _problems(stored: Iterable[dict[str, Any]], subject: Subject) -> list[ShownProblem]:
    return show_problems((RuleProblem.from_dict(each) for each in stored), subject)


def _line(event: RequestEvent) -> Line:
    words = EVENTS.get(event.event, UNKNOWN)
    return Line(words, event.detail if words.shows_detail else "", event)


def _event_row(event: NoteEvent) -> EventRow:
    fact = NoteEventFact.from_dict(event.facts)
    return EventRow(NOTE_EVENTS.get(event.code, f"Evento {event.code}"), fact.reason_text, event)


def _reais(amount: Decimal | None) -> str:
    return format_reais(amount) if amount is not None else "—"
