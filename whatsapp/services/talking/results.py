"""Why something was not done, in a person's words: of a refused note, of a refused cancellation (N12)."""

from dataclasses import dataclass

from fiscal.values import RuleProblem
from nfse.models import InvoiceRequest
from whatsapp.conversation.states import Kind
from whatsapp.reading.values import Asked
from whatsapp.services.talking.phrasing import as_clause, lower_first, phrase
from whatsapp.services.talking.talk import Talk
from whatsapp.texts import text_of_problem

MOST_REASONS = 2


@dataclass(frozen=True)
class Refusal:
    """`reason`: part of a sentence. `step`: a sentence of its own. `asked`: the field that it asks for."""

    reason: str
    step: str
    asked: str = ""


def explain_refusal(talk: Talk) -> Refusal:
    """Return why the request of the open session was refused, and what the person can do."""
    session = talk.session
    problems = _problems(session.request, session.kind) if session and session.request else []
    to_firm = f"Fale com a {talk.firm.display_name}."
    if not problems:
        return Refusal("o emissor não disse o motivo", to_firm)
    known = text_of_problem(problems[0].code)
    if known.field == Asked.ADDRESS and session and session.kind == Kind.ISSUE:
        step = phrase(talk, known.text) if _has_street(session.request) else to_firm
        asked = known.field if step != to_firm else ""
        return Refusal(as_clause(problems[0].message_pt), step, asked)
    reasons = "; ".join(_clause(problem.message_pt) for problem in problems[:MOST_REASONS])
    return Refusal(reasons, problems[0].next_step or to_firm)


def _has_street(request: InvoiceRequest | None) -> bool:
    """Whether a CEP is all that the client's address lacks: a CEP names no street."""
    taker = request.taker if request else None
    return taker is not None and bool(taker.street) and taker.city_id is not None


def _problems(request: InvoiceRequest, kind: str) -> list[RuleProblem]:
    stored = request.invoice.cancel_problems if kind == Kind.CANCELLATION else request.problems
    return [RuleProblem.from_dict(one) for one in stored]


def _clause(sentence: str) -> str:
    return lower_first(sentence.strip().rstrip("."))
