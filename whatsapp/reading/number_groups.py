"""A number below a thousand in words: "duzentos e cinquenta"."""

from whatsapp.reading.number_words import HUNDREDS, ROUND_SLANG, SMALL, TEENS, TENS, UNITS, spell
from whatsapp.reading.tokens import Token


def read_group(tokens: list[Token], place: int) -> tuple[int, int, bool, bool] | None:
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


def small_number(tokens: list[Token], place: int) -> tuple[int, int] | None:
    if tokens[place].text.isdigit() and len(tokens[place].text) <= 2:
        return int(tokens[place].text), place + 1
    group = None if tokens[place].is_figure else read_group(tokens, place)
    return (group[0], group[1]) if group and group[0] < 100 else None
