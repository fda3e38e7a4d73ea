"""Words and figures of a text as numbers are read from them, and what is said of a number."""

import re
from dataclasses import dataclass

from whatsapp.reading.values import Reason

CURRENCY = frozenset({"r$", "rs", "brl"})
MONEY_WORDS = frozenset(
    {"reais", "real", "reau", "reaus", "reiais", "realzinhos", "pila", "pilas", "pilinha", "mango", "mangos",
     "prata", "pratas", "dinheiros", "reals"}
)  # fmt: skip
CONTOS = frozenset({"conto", "contos"})
DOUBTFUL_MONEY = frozenset({"pau", "paus", "barao", "baroes", "milho", "milhos"})
CENT_WORDS = frozenset({"centavo", "centavos", "cents"})
_TOKEN = re.compile(r"r\$|\d+(?:[.,]\d+)*|[a-z]+|[^\s]")


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


def follows(tokens: list[Token], place: int, *words: str) -> bool:
    texts = [token.text for token in tokens[place : place + len(words)]]
    return texts == list(words)
