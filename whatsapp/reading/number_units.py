"""What stands behind a number and belongs to it: money words, contos, cents."""

from dataclasses import replace

from whatsapp.reading.number_groups import small_number
from whatsapp.reading.number_words import THOUSAND
from whatsapp.reading.tokens import CENT_WORDS, CONTOS, CURRENCY, DOUBTFUL_MONEY, MONEY_WORDS, Number, Token
from whatsapp.reading.values import Reason

MIN_CONTOS_CENTS = 5_000


def is_unit(text: str) -> bool:
    return text in MONEY_WORDS | CONTOS | CURRENCY | {"k", "r"} | THOUSAND


# --- Units and cents -------------------------------------------------------------------------------
def add_unit(number: Number, place: int, tokens: list[Token], *, has_currency: bool) -> tuple[Number, int]:
    """Take in "reais", "pila", "conto", "R$" behind a number, and the cents after them."""
    word = tokens[place].text if place < len(tokens) else ""
    if word in MONEY_WORDS or word in CONTOS or (word in CURRENCY and not has_currency):
        if word in CURRENCY and place + 1 < len(tokens) and tokens[place + 1].is_figure:
            return number, place
        number = replace(number, end=tokens[place].end, strength=3)
        if word in CONTOS and number.cents is not None and number.cents < MIN_CONTOS_CENTS:
            number = replace(number, cents=None, reason=Reason.AMOUNT_UNREADABLE)
        return _add_cents_after_unit(number, tokens, place + 1)
    if word in DOUBTFUL_MONEY and number.cents is not None and number.cents < 100_000:
        return replace(number, end=tokens[place].end, cents=None, strength=3,
                       reason=Reason.AMOUNT_UNREADABLE), place + 1  # fmt: skip
    if word in CENT_WORDS and number.cents is not None and number.cents < 10_000:
        return replace(number, end=tokens[place].end, cents=number.cents // 100, strength=3), place + 1
    if word == "e" and number.cents is not None:
        return _add_cents_after_unit(number, tokens, place, needs_word=True)
    return number, place


def _add_cents_after_unit(
    number: Number, tokens: list[Token], place: int, *, needs_word: bool = False
) -> tuple[Number, int]:
    """Take in "e cinquenta centavos", "com 50", "e 50" after the unit."""
    link = tokens[place].text if place < len(tokens) else ""
    if link not in {"e", "com", ","} or place + 1 >= len(tokens) or number.cents is None:
        return number, place
    small = small_number(tokens, place + 1)
    if small is None:
        return number, place
    value, after = small
    has_word = after < len(tokens) and tokens[after].text in CENT_WORDS
    if number.cents % 100 or not 0 < value < 100 or (not has_word and (needs_word or link == ",")):
        return number, place
    if not has_word and _begins_another(tokens, after):
        return number, place
    end = tokens[after].end if has_word else tokens[after - 1].end
    return replace(number, end=end, cents=number.cents + value, strength=3), after + has_word


def add_spoken_cents(
    number: Number, tokens: list[Token], place: int, *, is_filled: bool
) -> tuple[Number, int]:
    """Take in the cents of "duzentos e dez com cinquenta" and "cento e vinte e cinco e cinquenta".

    "vinte e trinta" and the like may be a slip: only a number whose units are named lets "e" begin the cents.
    """
    link = tokens[place].text if place < len(tokens) else ""
    if link not in {"e", "com", "virgula"} or place + 1 >= len(tokens) or number.cents is None:
        return number, place
    small = small_number(tokens, place + 1)
    if small is None:
        return number, place
    value, after = small
    if after < len(tokens) and tokens[after].text in CENT_WORDS:
        end, after = tokens[after].end, after + 1
    elif value < 10 or not number.in_words or (_begins_another(tokens, after) and not is_filled):
        return number, place
    elif link == "e" and (not is_filled or _counts_many(tokens, after)):
        unclear = replace(number, end=tokens[after - 1].end, cents=None, reason=Reason.AMOUNT_UNREADABLE)
        return unclear, after
    else:
        end = tokens[after - 1].end
    if not 0 < value < 100:
        return number, place
    return replace(number, end=end, cents=number.cents + value, strength=max(number.strength, 2)), after


def _begins_another(tokens: list[Token], place: int) -> bool:
    """Whether the small number counts something else: "800 reais e 2 visitas"."""
    word = tokens[place].text if place < len(tokens) else ""
    return word.isalpha() and word not in {
        "de",
        "da",
        "do",
        "pra",
        "para",
        "pro",
        "no",
        "na",
        "o",
        "a",
        "e",
        "reais",
    }


def _counts_many(tokens: list[Token], place: int) -> bool:
    """Whether a plural follows, which the small number may count."""
    word = tokens[place].text if place < len(tokens) else ""
    return len(word) > 3 and word.endswith("s") and word not in MONEY_WORDS
