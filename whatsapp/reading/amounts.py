"""The amount of the note: which of the numbers of a text it is, and when none can be taken (PRODUCT.md §5.5).

Nothing is computed. A stated final value wins; what would need arithmetic is asked.
"""

import re
from dataclasses import dataclass, field, replace
from itertools import pairwise

from whatsapp.reading.canvas import Canvas
from whatsapp.reading.cues import CORRECTION, is_negated
from whatsapp.reading.numbers import find_numbers
from whatsapp.reading.roles import Role, behind_end, is_quantity, labels_money, list_roles
from whatsapp.reading.structure import Structure, find_structure
from whatsapp.reading.tokens import Number
from whatsapp.reading.values import AmountRead, Asked, ReadingContext, Reason, Status


@dataclass(frozen=True)
class Mention:
    """A number that may be the amount."""

    number: Number
    roles: frozenset[Role] = field(default_factory=frozenset)
    is_negated: bool = False

    @property
    def cents(self) -> int | None:
        return self.number.cents


def take_amount(canvas: Canvas, context: ReadingContext) -> AmountRead:
    """Return the amount that the text states, and mark the words of all amounts as read."""
    mentions = _list_mentions(canvas, context)
    structure = find_structure(canvas.plain, [mention.number for mention in mentions])
    field_read = _check_limits(_choose(mentions, structure, canvas), context)
    for mention in mentions:
        canvas.take(mention.number.start, max(mention.number.end, behind_end(canvas, mention.number)))
    for span in structure.spans:
        canvas.take(span.start, span.end)
    return field_read


def _list_mentions(canvas: Canvas, context: ReadingContext) -> list[Mention]:
    numbers = [number for number in find_numbers(canvas.plain) if not is_quantity(canvas, number)]
    labeled = [_strengthen(canvas, number) for number in numbers]
    asked = Asked.AMOUNT in context.asked
    strongest = max((number.strength for number in labeled), default=0)
    lowest = 0 if asked and strongest == 0 else min(strongest, 2) if strongest >= 2 else 1
    kept = [number for number in labeled if number.strength >= lowest or _is_beside_money(canvas, number)]
    if strongest == 1:
        kept = _drop_small_counts(kept)
    return [
        Mention(number, list_roles(canvas, number), is_negated(canvas, number.start, number.end))
        for number in kept
        if number.strength > 0 or (asked and not _is_article(canvas, number))
    ]


def _is_article(canvas: Canvas, number: Number) -> bool:
    """Whether "um" or "uma" stands before other words: "quero uma nota" says no amount."""
    if not number.in_words or number.cents != 100:
        return False
    others = canvas.folded[: number.start] + canvas.folded[number.end :]
    return any(letter.isalpha() for letter in others)


def _strengthen(canvas: Canvas, number: Number) -> Number:
    """Return the number as surely money when a word before it says so: "valor 1500", "deu 300"."""
    if number.strength < 3 and labels_money(canvas, number):
        return replace(number, strength=3)
    return number


def _is_beside_money(canvas: Canvas, number: Number) -> bool:
    """Whether a bare number belongs to a sum or a range with another: "800 ou 900 reais"."""
    if number.strength < 1:
        return False
    near = canvas.plain[number.end : number.end + 6], canvas.plain[max(0, number.start - 6) : number.start]
    return bool(re.match(r"\s*(?:ou|a|ate|\+|/|x|\*)\s*(?:r\$)?\s*\d", near[0]))


def _drop_small_counts(numbers: list[Number]) -> list[Number]:
    """Of several bare numbers, those below 13 count things when another is larger."""
    large = [number for number in numbers if number.cents is None or abs(number.cents) >= 1300]
    return large or numbers


def _choose(mentions: list[Mention], structure: Structure, canvas: Canvas) -> AmountRead:
    mentions = _settle_corrections([mention for mention in mentions if not mention.is_negated], canvas)
    if not mentions:
        return AmountRead(Status.AMBIGUOUS) if structure.multiplies else AmountRead()
    finals = [mention for mention in mentions if Role.FINAL in mention.roles]
    if any(mention.roles & {Role.DOWN_PAYMENT} for mention in mentions) or structure.has_down_payment:
        return _ask(mentions)
    gross = [mention for mention in mentions if Role.GROSS in mention.roles]
    if _one_value(gross):
        return _state(gross[0])
    without_net = [mention for mention in mentions if Role.NET not in mention.roles]
    if not without_net:
        return _ask(mentions)
    own_finals = [mention for mention in finals if Role.NET not in mention.roles]
    if _one_value(own_finals):
        final = own_finals[0]
        if _is_contradicted(final, mentions):
            return _ask(mentions)
        return (
            _ask(mentions) if final.roles & {Role.APPROXIMATE, Role.UNIT, Role.INSTALLMENT} else _state(final)
        )
    if finals and len({mention.cents for mention in finals}) > 1:
        return _ask(mentions)
    if structure.needs_arithmetic or any(mention.roles & _ASKING for mention in without_net):
        return _ask(mentions)
    return _state(without_net[0]) if _one_value(without_net) else _ask(mentions)


_ASKING = frozenset({Role.APPROXIMATE, Role.UNIT, Role.INSTALLMENT, Role.DISCOUNT, Role.PLUS})


def _settle_corrections(mentions: list[Mention], canvas: Canvas) -> list[Mention]:
    """Drop what stands before a correcting word that another amount follows: the last one wins."""
    first = 0
    for place, (before, after) in enumerate(pairwise(mentions), start=1):
        between = canvas.folded[before.number.end : after.number.start]
        if before.cents != after.cents and (CORRECTION.search(between) or _is_change(canvas, before, after)):
            first = place
    return mentions[first:]


def _is_change(canvas: Canvas, before: Mention, after: Mention) -> bool:
    """Whether the words say "de 800 para 900" or "troca 800 por 900": the second is meant."""
    between = canvas.folded[before.number.end : after.number.start]
    lead = canvas.segment_before(before.number.start)
    return bool(re.fullmatch(r"\s*(?:,\s*)?(?:para|pra|pro|por|p/)\s*(?:r\$)?\s*", between)) and bool(
        re.search(
            r"\b(?:mud\w+|troc\w+|alter\w+|corrig\w+|pass\w+|aument\w+|baix\w+|subiu|diminui\w*|era|"
            r"de)\b",
            lead,
        )
    )


def _is_contradicted(final: Mention, mentions: list[Mention]) -> bool:
    """Whether another value is asked for behind the total: "total 1.200, faz a nota de 600"."""
    return any(
        Role.STATED in mention.roles
        and mention.cents != final.cents
        and mention.number.start > final.number.start
        for mention in mentions
    )


def _one_value(mentions: list[Mention]) -> bool:
    return (
        bool(mentions) and len({mention.cents for mention in mentions}) == 1 and mentions[0].cents is not None
    )


def _state(mention: Mention) -> AmountRead:
    return AmountRead(Status.VALID, mention.cents)


def _ask(mentions: list[Mention]) -> AmountRead:
    reason = next((mention.number.reason for mention in mentions if mention.number.reason), None)
    options = tuple(dict.fromkeys(mention.cents for mention in mentions if mention.cents is not None))
    if reason is not None and not options:
        return AmountRead(Status.INVALID, None, reason)
    return AmountRead(Status.AMBIGUOUS, None, reason, options)


def _check_limits(read: AmountRead, context: ReadingContext) -> AmountRead:
    if read.status is not Status.VALID or read.cents is None:
        return read
    if read.cents <= 0:
        return AmountRead(Status.INVALID, None, Reason.AMOUNT_NOT_POSITIVE)
    if context.limit_cents is not None and read.cents > context.limit_cents:
        return AmountRead(Status.INVALID, read.cents, Reason.AMOUNT_TOO_HIGH)
    return read
