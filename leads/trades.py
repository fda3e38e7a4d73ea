"""What a company does, told by its words, by a map's categories and by its CNAEs (L10, L25). Pure.

A trade is a niche's slug. Words lead to one or several ("clínica" to many), a niche leads to its CNAEs, and
niches that live together (a bakery that sells groceries) are kindred: neither the same nor another trade.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from core.text import fold_singular, word_set

_DATA = Path(__file__).resolve().parent / "data"
_CONNECTORS = word_set("a ao aos as com da das de do dos e em na nas no nos o os para por")
_NAMES_OF_BRANDS = word_set("""
    alianca arena banca cloud clube dj fazenda flor gado garagem instituto leite mel milho nuvem ovo palco
    placa quadro registro rh rp rpg soja templo terreno usado valet
""")
"""Aliases of niches that are just as often a brand: "Padaria Aliança" sells no rings."""

VAGUE_CNAES = word_set("""
    4618499 4619200 4789099 6461100 6462000 6463800 6499999 6619399 6810201 6810202 7020400 7490104 7490199
    8211300 8219999 8220200 8299799 8888888 9430800 9609299
""")
"""What holdings and companies of many businesses have: says nothing about the trade."""


def trades_of(text: str) -> frozenset[str]:
    """The trades that the words of a name or category name; empty when none does."""
    return frozenset().union(*(trades for _, trades in find_trades(_words(text))))


def find_trades(words: Sequence[str]) -> Iterator[tuple[range, frozenset[str]]]:
    """Where in singular words without connectors a trade is named, longest phrase first, left to right."""
    place = 0
    while place < len(words):
        for length in range(min(_longest(), len(words) - place), 0, -1):
            trades = trade_phrases().get(tuple(words[place : place + length]))
            if trades:
                yield range(place, place + length), trades
                place += length
                break
        else:
            place += 1


def cnaes_of(trades: Iterable[str]) -> frozenset[str]:
    """The CNAEs of the trades."""
    return frozenset().union(*(_niches()[trade] for trade in trades))


def are_same(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether two sets of trades have one in common, or share an activity."""
    one, other = frozenset(one), frozenset(other)
    return bool(one & other or cnaes_of(one) & cnaes_of(other))


def are_kindred(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether some trade of one lives together with some trade of the other."""
    ours, theirs = frozenset(one), frozenset(other)
    return any(family & ours and family & theirs for family in _families())


def list_kindred(trades: Iterable[str]) -> list[str]:
    """Trades that live together with one of `trades`: of the smallest family first."""
    ours = frozenset(trades)
    families = sorted((family for family in _families() if family & ours), key=len)
    return list(dict.fromkeys(trade for family in families for trade in sorted(family - ours)))


def trades_of_cnaes(cnaes: Iterable[str]) -> frozenset[str]:
    """The trades that have one of the activities."""
    wanted = frozenset(cnaes)
    return frozenset(trade for trade, codes in _niches().items() if codes & wanted)


@lru_cache(maxsize=1)
def trade_phrases() -> dict[tuple[str, ...], frozenset[str]]:
    """Trades by the singular words that name them, connectors left out."""
    found: dict[tuple[str, ...], set[str]] = {}
    for slug, text in _named_trades():
        phrase = tuple(_words(text))
        if phrase and not (len(phrase) == 1 and phrase[0] in _NAMES_OF_BRANDS):
            found.setdefault(phrase, set()).add(slug)
    return {phrase: frozenset(slugs) for phrase, slugs in found.items()}


def _named_trades() -> Iterator[tuple[str, str]]:
    for row in _rows("niches"):
        for name in (row["name"], *row["aliases"].split("|")):
            yield row["slug"], name
        first, joined, second = row["name"].partition(" e ")
        if joined and " " not in first and " " not in second:
            yield row["slug"], first
            yield row["slug"], second
    for row in _rows("trade_words"):
        for slug in row["niches"].split("|"):
            yield slug, row["words"]


@lru_cache(maxsize=1)
def _longest() -> int:
    return max(map(len, trade_phrases()))


@lru_cache(maxsize=1)
def _niches() -> dict[str, frozenset[str]]:
    return {row["slug"]: frozenset(row["cnaes"].split("|")) for row in _rows("niches")}


@lru_cache(maxsize=1)
def _families() -> tuple[frozenset[str], ...]:
    return tuple(frozenset(row["niches"].split("|")) for row in _rows("trade_families"))


def _words(text: str) -> list[str]:
    return [word for word in fold_singular(text).split() if word not in _CONNECTORS]


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (_DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
