"""Numbers in a text, in figures, in words and mixed, as cents: "1.500,00", "2,5 mil", "mil e quinhentos".

A number that can be read in two ways comes back with the reason and without cents: it is asked, not guessed.
"""

import re
from dataclasses import dataclass, replace

from whatsapp.reading.number_words import (
    HUNDREDS,
    MILLION,
    ROUND_SLANG,
    SMALL,
    TEENS,
    TENS,
    THOUSAND,
    UNITS,
    spell,
)
from whatsapp.reading.values import Reason

LARGEST_CENTS = 99_999_999_999
MIN_CONTOS_CENTS = 5_000
CURRENCY = frozenset({"r$", "rs", "brl"})
MONEY_WORDS = frozenset(
    {"reais", "real", "reau", "reaus", "reiais", "realzinhos", "pila", "pilas", "pilinha", "mango", "mangos",
     "prata", "pratas", "dinheiros", "reals"}
)  # fmt: skip
CONTOS = frozenset({"conto", "contos"})
DOUBTFUL_MONEY = frozenset({"pau", "paus", "barao", "baroes", "milho", "milhos"})
CENT_WORDS = frozenset({"centavo", "centavos", "cents"})
_TOKEN = re.compile(r"r\$|\d+(?:[.,]\d+)*|[a-z]+|[^\s]")
_GROUPED = re.compile(r"\d{1,3}(?:\.\d{3})+")
_GROUPED_CENTS = re.compile(r"(\d{1,3}(?:\.\d{3})+|\d+),(\d{2})")
_SPACED = re.compile(
    r"(?P<whole>[1-9]\d{0,2}(?: \d{3}| (?P<link>e) \d{3})+)(?:,(?P<cents>\d{2}))?(?![\d.,]?\d|[a-z/%-])"
)
_DOT_CENTS = re.compile(r"(\d+)\.(\d{2})")
_ONE_DECIMAL = re.compile(r"(\d+)[.,](\d)")
_FACTOR = re.compile(r"(\d{1,3})(?:[.,](\d{1,2}))?")


@dataclass(frozen=True)
class Token:
    text: str
    start: int
    end: int

    @property
    def is_figure(self) -> bool:
        return self.text[0].isdigit()


@dataclass(frozen=True)
class Number:
    """A number. `strength` 3: surely money, 2: in the form of money, 1: a bare integer, 0: small words."""

    start: int
    end: int
    cents: int | None
    strength: int
    reason: Reason | None = None
    in_words: bool = False


def tokenize(plain: str) -> list[Token]:
    """Return the tokens of a folded text."""
    return [Token(match[0], *match.span()) for match in _TOKEN.finditer(plain)]


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
        _read_figures(tokens, place, plain, has_currency=has_currency)
        if first.is_figure
        else _read_words(tokens, place)
    )
    if read is None:
        return None
    number, place = read
    number, place = _add_unit(number, place, tokens, has_currency=has_currency)
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


# --- Figures ---------------------------------------------------------------------------------------
def _read_figures(
    tokens: list[Token], place: int, plain: str, *, has_currency: bool
) -> tuple[Number, int] | None:
    token = tokens[place]
    following = tokens[place + 1] if place + 1 < len(tokens) else None
    is_glued = following is not None and following.start == token.end and following.text[0].isalpha()
    if following is not None and (following.text == "k" or following.text in THOUSAND | MILLION):
        return _read_multiplied(tokens, place)
    if is_glued and following is not None and not _is_unit(following.text):
        return None
    if following is not None and following.start == token.end and following.text in "ºª°/%":
        return None
    grouped = _join_spaced_groups(tokens, place, plain, has_currency=has_currency)
    if grouped is not None:
        return grouped
    if _follows(tokens, place + 1, ",", "00") and token.text.replace(".", "").isdigit():
        return replace(_figure_number(token), end=tokens[place + 2].end, strength=3), place + 3
    return _figure_number(token), place + 1


def _is_unit(text: str) -> bool:
    return text in MONEY_WORDS | CONTOS | CURRENCY | {"k", "r"} | THOUSAND


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
    rest = _read_rest_of_thousand(tokens, place) if match[2] is None and factor.text != "k" else None
    if rest is None:
        return Number(token.start, end, cents, 3), place
    extra, rest_end, place, is_filled = rest
    number = Number(token.start, rest_end, cents + extra, 3)
    return _add_spoken_cents(number, tokens, place, is_filled=is_filled)


def _decimals(digits: str | None, size: int) -> int:
    """Return the cents of the decimals of a factor: the 5 of "1,5 mil" is R$ 500,00."""
    return int(digits) * size * 100 // 10 ** len(digits) if digits else 0


def _is_shorthand(tokens: list[Token], place: int, factor: Token) -> bool:
    """Whether a lone digit is glued to the k: 1k5 is R$ 1.500,00."""
    if factor.text != "k" or place >= len(tokens) or tokens[place].start != factor.end:
        return False
    return tokens[place].text.isdigit() and len(tokens[place].text) == 1


def _read_rest_of_thousand(tokens: list[Token], place: int) -> tuple[int, int, int, bool] | None:
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
    group = _read_group(tokens, after)
    if group is None or (not has_and and group[0] < 10):
        return None
    value, after, is_filled, _ = group
    return value * 100, tokens[after - 1].end, after, is_filled


def _counts_something(tokens: list[Token], place: int) -> bool:
    following = tokens[place + 1].text if place + 1 < len(tokens) else ""
    return following in {"x", "vezes", "parcelas", "%", "k", "mil"}


# --- Words -----------------------------------------------------------------------------------------
def _read_words(tokens: list[Token], place: int) -> tuple[Number, int] | None:
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
        group = _read_group(tokens, place)
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
    if _follows(tokens, place, "e", "meio"):
        known = thousands > 1
        number = Number(start, tokens[place + 1].end, cents + 50_000 if known else None, 2,
                        None if known else Reason.AMOUNT_UNREADABLE, in_words=True)  # fmt: skip
        return number, place + 2
    rest = _read_rest_of_thousand(tokens, place)
    if rest is not None:
        extra, end, place, is_filled = rest
        cents += extra
    number = Number(start, end, cents, 2 if has_thousands else 1, in_words=True)
    return _finish_words(number, tokens, place, is_filled=is_filled, is_doubtful=is_doubtful)


def _strength(value: int) -> int:
    return 2 if value >= 100 else 0


def _read_group(tokens: list[Token], place: int) -> tuple[int, int, bool, bool] | None:
    """Read a number below a thousand: value, next place, whether its units are named, whether doubtful.

    "cem e cinquenta" is doubtful: 150 or 100,50.
    """
    total, rank, is_bare_hundred = 0, 4, False
    begin = place
    while place < len(tokens):
        step = 1 if place > begin and tokens[place].text == "e" and place + 1 < len(tokens) else 0
        word = spell(tokens[place + step].text)
        if word not in SMALL or (word in ROUND_SLANG and place > begin):
            break
        if word in ROUND_SLANG:
            return SMALL[word], place + 1, True, False
        word_rank = 3 if word in HUNDREDS else 2 if word in TENS else 1
        if word_rank >= rank or (word in TEENS and rank <= 2):
            break
        is_bare_hundred = is_bare_hundred or word == "cem"
        total += SMALL[word]
        rank = 1 if word in TEENS or word in UNITS else word_rank
        place += step + 1
    if place == begin:
        return None
    return total, place, rank == 1, is_bare_hundred and total != 100


def _finish_words(
    number: Number, tokens: list[Token], place: int, *, is_filled: bool, is_doubtful: bool
) -> tuple[Number, int]:
    if is_doubtful:
        return replace(number, cents=None, reason=Reason.AMOUNT_UNREADABLE), place
    if _is_short_thousand(number, tokens, place):
        unclear = replace(number, end=tokens[place + 1].end, cents=None, strength=2)
        return replace(unclear, reason=Reason.AMOUNT_UNREADABLE), place + 2
    return _add_spoken_cents(number, tokens, place, is_filled=is_filled)


def _is_short_thousand(number: Number, tokens: list[Token], place: int) -> bool:
    """Whether "um e quinhentos" is said, which means 1.500 to some."""
    if number.cents is None or not 0 < number.cents < 10_000 or not _follows(tokens, place, "e"):
        return False
    return place + 1 < len(tokens) and spell(tokens[place + 1].text) in HUNDREDS


# --- Units and cents -------------------------------------------------------------------------------
def _add_unit(number: Number, place: int, tokens: list[Token], *, has_currency: bool) -> tuple[Number, int]:
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
    small = _small_number(tokens, place + 1)
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


def _add_spoken_cents(
    number: Number, tokens: list[Token], place: int, *, is_filled: bool
) -> tuple[Number, int]:
    """Take in the cents of "duzentos e dez com cinquenta" and "cento e vinte e cinco e cinquenta".

    "vinte e trinta" and the like may be a slip: only a number whose units are named lets "e" begin the cents.
    """
    link = tokens[place].text if place < len(tokens) else ""
    if link not in {"e", "com", "virgula"} or place + 1 >= len(tokens) or number.cents is None:
        return number, place
    small = _small_number(tokens, place + 1)
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


def _small_number(tokens: list[Token], place: int) -> tuple[int, int] | None:
    if tokens[place].text.isdigit() and len(tokens[place].text) <= 2:
        return int(tokens[place].text), place + 1
    group = None if tokens[place].is_figure else _read_group(tokens, place)
    return (group[0], group[1]) if group and group[0] < 100 else None


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


def _follows(tokens: list[Token], place: int, *words: str) -> bool:
    texts = [token.text for token in tokens[place : place + len(words)]]
    return texts == list(words)
