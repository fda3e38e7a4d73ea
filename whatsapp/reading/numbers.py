"""Numbers in a text, in figures, in words and mixed, as cents: "1.500,00", "2,5 mil", "mil e quinhentos".

A number that can be read in two ways comes back with the reason and without cents: it is asked, not guessed.
"""

from dataclasses import replace

from whatsapp.reading.figures import read_figures
from whatsapp.reading.number_units import add_unit
from whatsapp.reading.number_words import SMALL, spell
from whatsapp.reading.spoken_numbers import read_words
from whatsapp.reading.tokens import CURRENCY, Number, Token, tokenize
from whatsapp.reading.values import Reason

LARGEST_CENTS = 99_999_999_999


def find_numbers(plain: str) -> list[Number]:
    """Return the numbers of a folded text in order. Those that touch other letters stay out."""
    tokens = tokenize(plain)
    numbers = []
    place = 0
    while place < len(tokens):
        found = _read_number(tokens, place, plain)
        if found is None:
            place += 1
            continue
        number, place = found
        numbers.append(number)
    return numbers


def _read_number(tokens: list[Token], place: int, plain: str) -> tuple[Number, int] | None:
    start = place
    has_currency = tokens[place].text in CURRENCY
    if has_currency:
        place += 1
        while place < len(tokens) and tokens[place].text in {":", "$", "."}:
            place += 1
    is_negative = _is_minus(tokens, place, plain)
    if is_negative:
        place += 1
    if place >= len(tokens) or (start == place and _is_glued_before(tokens[place], plain)):
        return None
    first = tokens[place]
    if not first.is_figure and has_currency and spell(first.text) not in SMALL and first.text != "mil":
        return None
    read = (
        read_figures(tokens, place, plain, has_currency=has_currency)
        if first.is_figure
        else read_words(tokens, place)
    )
    if read is None:
        return None
    number, place = read
    number, place = add_unit(number, place, tokens, has_currency=has_currency)
    if has_currency and number.strength < 3:
        number = replace(number, strength=3)
    if number.cents is not None and number.cents > LARGEST_CENTS:
        number = replace(number, cents=None, reason=Reason.AMOUNT_UNREADABLE)
    if is_negative and number.cents is not None:
        number = replace(number, cents=-number.cents)
    return replace(number, start=tokens[start].start), place


def _is_minus(tokens: list[Token], place: int, plain: str) -> bool:
    """Whether a minus sign stands right before a figure, and nothing it could join before it."""
    if place + 1 >= len(tokens) or tokens[place].text != "-" or not tokens[place + 1].is_figure:
        return False
    minus = tokens[place]
    joined = minus.start > 0 and not plain[minus.start - 1].isspace()
    return not joined and minus.end == tokens[place + 1].start


def _is_glued_before(token: Token, plain: str) -> bool:
    before = plain[token.start - 1] if token.start else " "
    return before.isalnum() or (token.is_figure and before in "/º°ª")
