"""An answer that picks from a list: by number, by order, by name or by a part of it that only one has."""

import re
from collections.abc import Sequence

from rapidfuzz import fuzz

from core.text import fold
from whatsapp.reading.canvas import normalize

_ORDINALS = {
    "primeira": 1, "primeiro": 1, "segunda": 2, "segundo": 2, "terceira": 3, "terceiro": 3, "quarta": 4,
    "quarto": 4, "quinta": 5, "quinto": 5, "um": 1, "uma": 1, "dois": 2, "duas": 2, "tres": 3, "quatro": 4,
    "cinco": 5, "seis": 6, "sete": 7, "oito": 8, "nove": 9, "dez": 10,
}  # fmt: skip
_FILLING = frozenset(
    [
        "a",
        "o",
        "as",
        "os",
        "e",
        "eh",
        "da",
        "do",
        "de",
        "na",
        "no",
        "para",
        "pra",
        "pro",
        "pela",
        "pelo",
        "essa",
        "esse",
        "esta",
        "este",
        "opcao",
        "numero",
        "num",
        "n",
        "item",
        "empresa",
        "cliente",
        "nota",
        "quero",
        "seria",
        "pode",
        "ser",
        "por",
        "favor",
        "pf",
        "sim",
        "ok",
        "dessa",
        "desse",
        "mesmo",
        "aquela",
        "aquele",
        "minha",
        "meu",
        "uma",
        "um",
    ]
)
_NUMBER = re.compile(
    r"(?:(?:a|o|opcao|numero|num|n|item|e|eh|quero|pode|ser|empresa|nota|pela|da|na|pra) )*"
    r"(\d{1,2})(?: (?:por favor|pf|mesmo))?"
)
_NEAR = 88
_SHORTEST_NEAR = 5


def find_pick(text: str, options: Sequence[Sequence[str]]) -> int | None:
    """Return the place (from 0) of the only option that `text` means, or None.

    Each option has names, documents or numbers that it goes by. A text that fits two options fits none.
    """
    said = fold(normalize(text))
    place = _by_number(said, len(options))
    if place is not None:
        return place
    fitting = [place for place, names in enumerate(options) if any(_fits(said, fold(name)) for name in names)]
    return fitting[0] if len(fitting) == 1 else None


def _by_number(said: str, count: int) -> int | None:
    match = _NUMBER.fullmatch(said)
    number = int(match[1]) if match else None
    if number is None:
        words = [word for word in said.split() if word not in _FILLING or word in {"um", "uma"}]
        if said.split()[-1:] in (["ultima"], ["ultimo"]):
            number = count
        elif len(words) == 1:
            number = _ORDINALS.get(words[0])
    return number - 1 if number is not None and 1 <= number <= count else None


def _fits(said: str, name: str) -> bool:
    digits = re.sub(r"\D", "", said)
    if len(digits) >= 8 and digits == re.sub(r"\D", "", name):
        return True
    words = [word for word in said.split() if word not in _FILLING]
    known = name.split()
    return bool(words) and all(any(_alike(word, other) for other in known) for word in words)


def _alike(word: str, other: str) -> bool:
    if word == other:
        return True
    return min(len(word), len(other)) >= _SHORTEST_NEAR and fuzz.ratio(word, other) >= _NEAR
