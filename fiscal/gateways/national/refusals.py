"""What a 4xx of SEFIN means: reasons, trouble that passes, a certificate refused, or nothing known."""

from collections.abc import Sequence

from core.errors import Unavailable
from fiscal.documents.envelopes import read_rejection
from fiscal.documents.refusals import GROUPS, explain_all, is_transient
from fiscal.documents.tables import get_official_messages, get_rules
from fiscal.enumerations import WhoFixes
from fiscal.gateways.national.client import Answer
from fiscal.values import RuleProblem

CERTIFICATE_CODE = "HTTP-403"
DENIED_CODE = "105105"
MAINTENANCE_SECONDS = 60.0


def read_refusal(answer: Answer) -> tuple[RuleProblem, ...]:
    """Return the reasons of a refusal in a person's words; nothing when the answer gives none.

    A 401 or 403 without codes is the edge refusing the certificate, whatever page comes with it.

    Raises:
        Unavailable: all reasons pass by themselves (E1206, E1217): the same bytes may be sent later.
    """
    problems = explain_all(read_rejection(answer.status, answer.body))
    if is_transient(problems):
        codes = ", ".join(problem.code for problem in problems)
        raise Unavailable(problems[0].message_pt, MAINTENANCE_SECONDS, detail=f"sefin: {codes}")
    if problems or answer.status not in {401, 403}:
        return problems
    return (certificate_problem(f"HTTP {answer.status}"),)


def certificate_problem(original: str) -> RuleProblem:
    """Return the refusal of a certificate at the edge or in the handshake."""
    group = next(group for group in GROUPS if group.name == "certificate")
    return RuleProblem(
        code=CERTIFICATE_CODE,
        field="certificate",
        message_pt=get_rules()[CERTIFICATE_CODE].message_pt,
        who_fixes=group.who_fixes,
        next_step=group.next_step,
        original=original,
    )


def denied_problem() -> RuleProblem:
    """Return what e105105 says: the city looked at the request and said no."""
    return RuleProblem(
        code=DENIED_CODE,
        field="",
        message_pt="A prefeitura analisou o pedido e não autorizou o cancelamento desta nota.",
        who_fixes=WhoFixes.FIRM,
        next_step="A nota continua valendo; fale com a prefeitura.",
    )


def leaves_doubt(problems: Sequence[RuleProblem]) -> bool:
    """Return whether a refusal may not be one: a bare 401 or 403, or a code that no table knows.

    Notes were seen that existed while the answer to their sending was one of these, so that the authority is
    asked once before anybody hears of a refusal (R85).
    """
    known = get_rules().keys() | get_official_messages().keys()
    return any(problem.code == CERTIFICATE_CODE or problem.code not in known for problem in problems)


def has_action(problems: Sequence[RuleProblem], *actions: str) -> bool:
    """Return whether any reason asks for one of these actions of rules.csv."""
    return any(problem.action in actions for problem in problems)
