"""Why something was not done, in a person's words: of a refused note, of a refused cancellation (N12)."""

from fiscal.values import RuleProblem
from nfse.models import InvoiceRequest
from whatsapp.conversation.states import Kind
from whatsapp.services.talking.talk import Talk

MOST_REASONS = 2


def explain_refusal(talk: Talk) -> tuple[str, str]:
    """Return the reason as part of a sentence, and the next step as one of its own."""
    session = talk.session
    problems = _problems(session.request, session.kind) if session and session.request else []
    if not problems:
        return "o emissor não disse o motivo", f"Fale com a {talk.firm.display_name}."
    reasons = "; ".join(_clause(problem.message_pt) for problem in problems[:MOST_REASONS])
    return reasons, problems[0].next_step or f"Fale com a {talk.firm.display_name}."


def _problems(request: InvoiceRequest, kind: str) -> list[RuleProblem]:
    stored = request.invoice.cancel_problems if kind == Kind.CANCELLATION else request.problems
    return [RuleProblem.from_dict(one) for one in stored]


def _clause(sentence: str) -> str:
    clause = sentence.strip().rstrip(".")
    return clause if clause[:2].isupper() else clause[:1].lower() + clause[1:]
