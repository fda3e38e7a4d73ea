"""Numbers in words: "mil e quinhentos", "dois e trezentos"."""

import re
from dataclasses import replace

from whatsapp.reading.number_groups import read_group
from whatsapp.reading.number_units import add_spoken_cents
from whatsapp.reading.number_words import HUNDREDS, MILLION, THOUSAND, spell
from whatsapp.reading.tokens import Number, Token, follows
from whatsapp.reading.values import Reason


# --- Words -----------------------------------------------------------------------------------------
def read_words(tokens: list[Token], place: int) -> tuple[Number, int] | None:
    start = tokens[place].start
    word = spell(tokens[place].text)
    if word == "zero":
        return Number(start, tokens[place].end, 0, 0, in_words=True), place + 1
    thousands, has_thousands, is_filled, is_doubtful = 0, False, False, False
    if place > 0 and tokens[place - 1].text == "meio":
        return Number(start, tokens[place].end, None, 2, Reason.AMOUNT_UNREADABLE), place + 1
    if word in THOUSAND:
        thousands, has_thousands, place = 1, True, place + 1
        end = tokens[place - 1].end
    else:
        group = read_group(tokens, place)
        if group is None:
            return None
        value, place, is_filled, is_doubtful = group
        end = tokens[place - 1].end
        following = tokens[place].text if place < len(tokens) else ""
        if following in MILLION:
            return Number(start, tokens[place].end, value * 100_000_000, 3, in_words=True), place + 1
        if following not in THOUSAND:
            number = Number(start, end, value * 100, _strength(value), in_words=True)
            return _finish_words(number, tokens, place, is_filled=is_filled, is_doubtful=is_doubtful)
        thousands, has_thousands, is_filled, place = value, True, False, place + 1
        end = tokens[place - 1].end
    cents = thousands * 100_000
    if follows(tokens, place, "e", "meio"):
        known = thousands > 1
        number = Number(start, tokens[place + 1].end, cents + 50_000 if known else None, 2,
                        None if known else Reason.AMOUNT_UNREADABLE, in_words=True)  # fmt: skip
        return number, place + 2
    rest = read_rest_of_thousand(tokens, place)
    if rest is not None:
        extra, end, place, is_filled = rest
        cents += extra
    number = Number(start, end, cents, 2 if has_thousands else 1, in_words=True)
    return _finish_words(number, tokens, place, is_filled=is_filled, is_doubtful=is_doubtful)


def read_rest_of_thousand(tokens: list[Token], place: int) -> tuple[int, int, int, bool] | None:
    """Return cents, end, next place and whether units were named, of what follows "mil"."""
    has_and = place < len(tokens) and tokens[place].text == "e"
    after = place + 1 if has_and else place
    if after >= len(tokens):
        return None
    if tokens[after].is_figure:
        text = tokens[after].text
        match = re.fullmatch(r"(\d{1,3})(?:,(\d{2}))?", text)
        if not match or not (has_and or len(match[1]) == 3) or _counts_something(tokens, after):
            return None
        return int(match[1]) * 100 + int(match[2] or 0), tokens[after].end, after + 1, True
    group = read_group(tokens, after)
    if group is None or (not has_and and group[0] < 10):
        return None
    value, after, is_filled, _ = group
    return value * 100, tokens[after - 1].end, after, is_filled


def _counts_something(tokens: list[Token], place: int) -> bool:
    following = tokens[place + 1].text if place + 1 < len(tokens) else ""
    return following in {"x", "vezes", "parcelas", "%", "k", "mil"}


def _strength(value: int) -> int:
    return 2 if value >= 100 else 0


def _finish_words(
    number: Number, tokens: list[Token], place: int, *, is_filled: bool, is_doubtful: bool
) -> tuple[Number, int]:
    if is_doubtful:
        return replace(number, cents=None, reason=Reason.AMOUNT_UNREADABLE), place
    if _is_short_thousand(number, tokens, place):
        unclear = replace(number, end=tokens[place + 1].end, cents=None, strength=2)
        return replace(unclear, reason=Reason.AMOUNT_UNREADABLE), place + 2
    return add_spoken_cents(number, tokens, place, is_filled=is_filled)


def _is_short_thousand(number: Number, tokens: list[Token], place: int) -> bool:
    """Whether "um e quinhentos" is said, which means 1.500 to some."""
    if number.cents is None or not 0 < number.cents < 10_000 or not follows(tokens, place, "e"):
        return False
    return place + 1 < len(tokens) and spell(tokens[place + 1].text) in HUNDREDS
