"""Numbers in figures, alone and multiplied: "1.500,00", "1 500", "2,5 mil"."""

import re
from dataclasses import replace

from whatsapp.reading.number_units import add_spoken_cents, is_unit
from whatsapp.reading.number_words import MILLION, THOUSAND
from whatsapp.reading.spoken_numbers import read_rest_of_thousand
from whatsapp.reading.tokens import Number, Token, follows
from whatsapp.reading.values import Reason

_GROUPED = re.compile(r"\d{1,3}(?:\.\d{3})+")
_GROUPED_CENTS = re.compile(r"(\d{1,3}(?:\.\d{3})+|\d+),(\d{2})")
_SPACED = re.compile(
    r"(?P<whole>[1-9]\d{0,2}(?: \d{3}| (?P<link>e) \d{3})+)(?:,(?P<cents>\d{2}))?(?![\d.,]?\d|[a-z/%-])"
)
_DOT_CENTS = re.compile(r"(\d+)\.(\d{2})")
_ONE_DECIMAL = re.compile(r"(\d+)[.,](\d)")
_FACTOR = re.compile(r"(\d{1,3})(?:[.,](\d{1,2}))?")


# --- Figures ---------------------------------------------------------------------------------------
def read_figures(
    tokens: list[Token], place: int, plain: str, *, has_currency: bool
) -> tuple[Number, int] | None:
    token = tokens[place]
    following = tokens[place + 1] if place + 1 < len(tokens) else None
    is_glued = following is not None and following.start == token.end and following.text[0].isalpha()
    if following is not None and (following.text == "k" or following.text in THOUSAND | MILLION):
        return _read_multiplied(tokens, place)
    if is_glued and following is not None and not is_unit(following.text):
        return None
    if following is not None and following.start == token.end and following.text in "ºª°/%":
        return None
    grouped = _join_spaced_groups(tokens, place, plain, has_currency=has_currency)
    if grouped is not None:
        return grouped
    if follows(tokens, place + 1, ",", "00") and token.text.replace(".", "").isdigit():
        return replace(_figure_number(token), end=tokens[place + 2].end, strength=3), place + 3
    return _figure_number(token), place + 1


def _figure_number(token: Token) -> Number:
    text, start, end = token.text, token.start, token.end
    if _GROUPED.fullmatch(text):
        return Number(start, end, int(text.replace(".", "")) * 100, 2)
    if match := _GROUPED_CENTS.fullmatch(text):
        return Number(start, end, int(match[1].replace(".", "")) * 100 + int(match[2]), 3)
    if (match := _DOT_CENTS.fullmatch(text)) and int(match[1]) >= 10:
        return Number(start, end, int(match[1]) * 100 + int(match[2]), 2)
    if text.isdigit():
        if len(text) > 9:
            return Number(start, end, None, 1, Reason.AMOUNT_UNREADABLE)
        return Number(start, end, int(text) * 100, 1)
    if match := _ONE_DECIMAL.fullmatch(text):
        if int(match[1]) >= 100:
            return Number(start, end, int(match[1]) * 100 + int(match[2]) * 10, 2)
        return Number(start, end, None, 2, Reason.AMOUNT_UNREADABLE)
    decimals = text.rpartition(",")[2]
    three = "," in text and "." not in decimals and len(decimals) > 2
    return Number(start, end, None, 2, Reason.AMOUNT_DECIMALS if three else Reason.AMOUNT_UNREADABLE)


def _join_spaced_groups(
    tokens: list[Token], place: int, plain: str, *, has_currency: bool
) -> tuple[Number, int] | None:
    """Read "R$ 1 500" and "R$ 1 500,00", and call "1 500" or "2 e 500" without R$ unreadable."""
    match = _SPACED.match(plain, tokens[place].start)
    if not match or not tokens[place].text.isdigit():
        return None
    follows_word = place > 0 and tokens[place - 1].text.isalpha()
    if not has_currency and match["cents"] and follows_word:
        return None
    start, end = match.span()
    after = next((index for index in range(place, len(tokens)) if tokens[index].start >= end), len(tokens))
    if not has_currency or match["link"]:
        return Number(start, end, None, 2, Reason.AMOUNT_UNREADABLE), after
    cents = int(re.sub(r"\D", "", match["whole"])) * 100 + int(match["cents"] or 0)
    return Number(start, end, cents, 3), after


def _read_multiplied(tokens: list[Token], place: int) -> tuple[Number, int]:
    """Read "2 mil", "1,5 mil", "2k", "1k5", "2 mil e 300", "2 mil e quinhentos"."""
    token, factor = tokens[place], tokens[place + 1]
    match = _FACTOR.fullmatch(token.text)
    end, place = factor.end, place + 2
    if match is None:
        return Number(token.start, end, None, 3, Reason.AMOUNT_UNREADABLE), place
    size = 1_000_000 if factor.text in MILLION else 1000
    cents = int(match[1]) * size * 100 + _decimals(match[2], size)
    if factor.text in MILLION:
        return Number(token.start, end, cents, 3), place
    if _is_shorthand(tokens, place, factor):
        return Number(token.start, tokens[place].end, cents + int(tokens[place].text) * 10_000, 3), place + 1
    rest = read_rest_of_thousand(tokens, place) if match[2] is None and factor.text != "k" else None
    if rest is None:
        return Number(token.start, end, cents, 3), place
    extra, rest_end, place, is_filled = rest
    number = Number(token.start, rest_end, cents + extra, 3)
    return add_spoken_cents(number, tokens, place, is_filled=is_filled)


def _decimals(digits: str | None, size: int) -> int:
    """Return the cents of the decimals of a factor: the 5 of "1,5 mil" is R$ 500,00."""
    return int(digits) * size * 100 // 10 ** len(digits) if digits else 0


def _is_shorthand(tokens: list[Token], place: int, factor: Token) -> bool:
    """Whether a lone digit is glued to the k: 1k5 is R$ 1.500,00."""
    if factor.text != "k" or place >= len(tokens) or tokens[place].start != factor.end:
        return False
    return tokens[place].text.isdigit() and len(tokens[place].text) == 1
