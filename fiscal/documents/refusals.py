"""Every refusal in a person's words: sentence, next step, who fixes it, the original kept (N12)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from fiscal.documents.envelopes import AnswerProblem
from fiscal.documents.tables import get_official_messages, get_rules
from fiscal.enumerations import WhoFixes
from fiscal.values import RuleProblem


@dataclass(frozen=True)
class RefusalGroup:
    """A line of the table of N12."""

    name: str
    label: str
    ranges: tuple[tuple[int, int], ...]
    who_fixes: WhoFixes
    next_step: str


def _codes(*codes: int) -> tuple[tuple[int, int], ...]:
    return tuple((code, code) for code in codes)


GROUPS = (
    RefusalGroup(
        "maintenance",
        "Manutenção da Receita",
        _codes(1217, 1206),
        WhoFixes.NOBODY,
        "Nada a fazer: tentamos de novo sozinhos.",
    ),
    RefusalGroup(
        "certificate",
        "Certificado e assinatura",
        ((1200, 1209), (714, 718)),
        WhoFixes.FIRM,
        "Renove ou troque o certificado digital da empresa.",
    ),
    RefusalGroup(
        "taker",
        "Dados do tomador",
        _codes(190, 207, 235, 240, 202),
        WhoFixes.CLIENT_OR_FIRM,
        "Informe o documento ou o endereço certo do cliente.",
    ),
    RefusalGroup(
        "check_digits",
        "Dígito de documento",
        _codes(80, 188, 206),
        WhoFixes.CLIENT,
        "Envie o documento de novo, conferindo os números.",
    ),
    RefusalGroup(
        "municipal_registration",
        "Inscrição municipal",
        _codes(116, 119, 120),
        WhoFixes.FIRM,
        "Informe ou retire a inscrição municipal deste CNPJ.",
    ),
    RefusalGroup(
        "provider",
        "Dados da empresa",
        _codes(121, 128, 16, 18),
        WhoFixes.FIRM,
        "Corrija os dados da empresa ou as datas.",
    ),
    RefusalGroup(
        "city_or_service",
        "Cidade ou serviço não habilitado",
        ((37, 41), (310, 315)),
        WhoFixes.FIRM,
        "Confira o convênio da cidade e o código do serviço.",
    ),
    RefusalGroup(
        "rates",
        "Alíquota, retenção e totais",
        ((204, 204), (595, 640), (667, 667), (710, 713)),
        WhoFixes.FIRM,
        "Corrija o perfil tributário da empresa.",
    ),
    RefusalGroup(
        "already_used",
        "Nota já emitida",
        _codes(14),
        WhoFixes.SYSTEM,
        "Localizamos e adotamos a nota que já existe.",
    ),
    RefusalGroup(
        "clock_id_schema",
        "Relógio, identificação ou formato",
        (*_codes(4, 6, 8, 10), (1225, 1235)),
        WhoFixes.OPERATORS,
        "Nossa equipe foi avisada; tentaremos de novo quando estiver corrigido.",
    ),
    RefusalGroup(
        "cancellation_limits",
        "Prazo ou valor para cancelar",
        _codes(822, 823),
        WhoFixes.FIRM,
        "Peça a análise fiscal do cancelamento à prefeitura.",
    ),
)
OTHER = RefusalGroup(
    "other",
    "Outra recusa",
    (),
    WhoFixes.OPERATORS_AND_FIRM,
    "Veja o código como foi recebido; nossa equipe também foi avisada.",
)
_NUMBER = re.compile(r"E(\d{3,4})")
_SAME_AS = {"RNG6110": "E1235"}
"""Codes of the live system that say what a code of the annexes says."""


def find_group(code: str) -> RefusalGroup:
    """Return the group of a code; the last one takes whatever the table does not name."""
    known = code.strip().upper()
    match = _NUMBER.fullmatch(_SAME_AS.get(known, known))
    if match is None:
        return OTHER
    number = int(match[1])
    return next((group for group in GROUPS if _holds(group, number)), OTHER)


def explain(problem: AnswerProblem) -> RuleProblem:
    """Return a received problem as the person sees it. An unknown code is shown as received."""
    code = problem.code.strip().upper()
    group, rule = find_group(code), get_rules().get(code)
    official = problem.description or get_official_messages().get(code, "")
    if rule is not None:
        message = rule.message_pt
    else:
        message = f"A Receita recusou a nota: {official} ({code})" if official else f"Código {code}."
    return RuleProblem(
        code=code,
        field=rule.fields.partition(";")[0].strip() if rule else "",
        message_pt=message,
        who_fixes=group.who_fixes,
        next_step=group.next_step,
        action=rule.action if rule else "none",
        transient=rule.transient if rule else False,
        original=" ".join(part for part in (problem.code, official, problem.complement) if part),
    )


def explain_all(problems: Iterable[AnswerProblem]) -> tuple[RuleProblem, ...]:
    """Return received problems in order, each code and text once."""
    return tuple(dict.fromkeys(explain(problem) for problem in problems))


def is_transient(problems: Iterable[RuleProblem]) -> bool:
    """Return whether the same bytes may pass later: every problem is E1206 or E1217."""
    listed = list(problems)
    return bool(listed) and all(problem.transient for problem in listed)


def _holds(group: RefusalGroup, number: int) -> bool:
    return any(first <= number <= last for first, last in group.ranges)
