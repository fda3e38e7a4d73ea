"""Sums that a text describes and nobody computes: installments, unit prices, discounts, percentages."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from whatsapp.reading.canvas import Span
from whatsapp.reading.tokens import Number

_COUNT = r"(?:\d{1,3}|dois|duas|tres|quatro|cinco|seis|sete|oito|nove|dez|doze)"
_MULTIPLIED = re.compile(
    rf"\b{_COUNT}\s*(?:[a-z]{{2,}}(?: [a-z]+)?\s*)?[x*×]\s*(?:de\s*)?(?:r\$\s*)?\d[\d.,]*|"
    rf"\b\d+[x*×]\d+(?:,\d\d)?\b"
)
_UNIT_PRICE = re.compile(
    rf"\b{_COUNT}\s+(?!reais\b|conto|pila|mil\b|de\b|e\b)[a-z]{{3,}}(?: de [a-z]+)?\s+(?:a|por|"
    rf"à)\s+(?:r\$\s*)?\d[\d.,]*\d(?:\s*reais)?(?:\s*cada)?"
)
_PARTS = re.compile(
    r"\b(?:sendo\s+)?\d[\d.,]*\s*(?:reais )?(?:de|do|da|em)\s*(?:servicos?|pecas?|material|"
    r"materiais|mao de obra|deslocamento)"
    r"(?!\s+(?:de|da|do|grafic|escolar|didatic|publicit))(?:\s+e\b)?"
)
_ALTERNATIVES = re.compile(r"(?<![\d/.,])\d{2,}[\d.]*\s?/\s?\d{3,}[\d.]*(?![\d/])")
_INSTALLMENTS = re.compile(
    rf"(?:\bem\s*)?\b{_COUNT}\s*(?:x\b|vezes\b|parcelas?\b|prestacoes\b|cheques\b)(?:\s*(?:iguais|"
    rf"fixas|mensais|sem juros|no cartao|no boleto))*(?:\s*de\b)?"
)
_PERCENT = re.compile(
    r"(?:[-+]\s*|\b(?:menos|mais|com)\s+)?\b\d+(?:[.,]\d+)?\s*(?:%|por cento\b)(?:\s*(?:de desconto|"
    r"off|a menos|a mais))?"
)
_TAX_NEAR = re.compile(
    r"\b(?:iss|issqn|imposto\w*|aliquota|retencao|retid\w*|inss|irrf|ir|pis|cofins|csll)\b"
)
_OF_A_THING = re.compile(
    r"\s*(?:algodao|da obra|do projeto|online|remoto|natural|concluid\w+|organico|vegetal|eletrico|"
    r"digital|do servico)"
)
_DISCOUNT = re.compile(r"\b(?:desconto|abatimento|abatendo|descontando)\b")
_RANGE = re.compile(r"\b(?:entre|de)\s*(?:r\$\s*)?\d[\d.,]{2,}\s*(?:e|a|ate)\s*(?:r\$\s*)?\d[\d.,]{2,}")
_DOWN_PAYMENT = re.compile(
    r"\b(?:(?:com|como|dei|deu|deram|pagou|dando|uma) entrada|(?:de|um|o) sinal|sinal (?:de|e)|"
    r"entrada (?:de|e)|adiantamento|adiantou|adiantei|adiantad[oa]s?|"
    r"(?:o |a |falta o )restante|o resto|saldo (?:de|restante)|ja (?:pagou|recebi|me pagou|adiantou|"
    r"depositou|paguei)|metade (?:agora|na entrega|antes|adiantad\w))\b"
)


@dataclass(frozen=True)
class Structure:
    """`spans`: words of the sum, which are no description."""

    needs_arithmetic: bool
    multiplies: bool
    has_down_payment: bool
    spans: tuple[Span, ...]


def find_structure(plain: str, numbers: Sequence[Number]) -> Structure:
    """Return which sums the words around the amounts describe."""
    taken = [(number.start, number.end) for number in numbers]
    spans, needs, multiplies = [], False, False
    for pattern in (_MULTIPLIED, _UNIT_PRICE, _ALTERNATIVES, _INSTALLMENTS):
        for match in pattern.finditer(plain):
            spans += _outside(match.start(), match.end(), taken)
            multiplies = multiplies or pattern is not _INSTALLMENTS
            needs = needs or pattern is not _INSTALLMENTS or _counts_amount(match, numbers)
    for match in _PERCENT.finditer(plain):
        around = plain[max(0, match.start() - 25) : match.end() + 25]
        if _TAX_NEAR.search(around) or _OF_A_THING.match(plain, match.end()):
            continue
        spans += _outside(match.start(), match.end(), taken)
        needs = True
    if len(numbers) > 0:
        for match in _PARTS.finditer(plain):
            spans += _outside(match.start(), match.end(), taken)
    needs = needs or bool(_RANGE.search(plain))
    if len(numbers) > 0 and _DISCOUNT.search(plain):
        needs = True
    return Structure(needs, multiplies, bool(_DOWN_PAYMENT.search(plain)) and bool(numbers), tuple(spans))


def _counts_amount(match: re.Match[str], numbers: Sequence[Number]) -> bool:
    """Whether an amount follows the count ("3x de 400"). In "1.200 em 3x" the total is stated."""
    return any(0 <= number.start - match.end() <= 6 for number in numbers)


def _outside(start: int, end: int, taken: list[tuple[int, int]]) -> list[Span]:
    """Return the span cut where an amount begins or ends."""
    for begin, stop in taken:
        if begin < end and stop > start:
            if begin <= start:
                start = min(stop, end)
            else:
                end = begin
    return [Span(start, end)] if end > start else []
