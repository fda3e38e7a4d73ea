"""How words of the chat are compared, and whether a message is made only of phrases of some lists."""

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from rapidfuzz.distance import DamerauLevenshtein

from core.text import fold
from whatsapp.reading.canvas import normalize
from whatsapp.vocabulary.words import NO_EMOJI, POLITE_EMOJI, YES_EMOJI

_STRETCHED = re.compile(r"(.)\1+")
_SKIN_TONES = re.compile("[\U0001f3fb-\U0001f3ff\u200d\ufe0f♀♂]")
_SHORTEST_WITH_A_SLIP = 7
LONGEST = 9
YES_MARK, NO_MARK, POLITE_MARK, OTHER_MARK = "yesmark", "nomark", "politemark", "othermark"
_OTHER_WORDS = frozenset((Path(__file__).parent / "data" / "words_near_answers.txt").read_text().split())
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\U0001f1e6-\U0001f1ff]")


def compare(text: str) -> str:
    """Return a text as phrases are compared: folded, without stretched letters, emoji as words."""
    plain = _SKIN_TONES.sub("", normalize(text))
    for emoji, mark in ((YES_EMOJI, YES_MARK), (NO_EMOJI, NO_MARK), (POLITE_EMOJI, POLITE_MARK)):
        plain = re.sub(f"[{emoji}]", f" {mark} ", plain)
    plain = _EMOJI.sub(f" {OTHER_MARK} ", plain)
    return squeeze(fold(plain))


def squeeze(folded: str) -> str:
    """Return a folded text with each run of one letter as a single one: "siiim" and "sim" are the same."""
    return _STRETCHED.sub(lambda match: match[0] if match[1].isdigit() else match[1], folded)


def phrases_of(*lists: str) -> frozenset[tuple[str, ...]]:
    """Return the phrases of lists of `words`, each as the tuple of its compared words."""
    return _phrases_of(lists)


@lru_cache(maxsize=128)
def _phrases_of(lists: tuple[str, ...]) -> frozenset[tuple[str, ...]]:
    raw = (phrase for text in lists for line in text.splitlines() for phrase in line.split("/"))
    return frozenset(tuple(compare(phrase).split()) for phrase in raw if phrase.strip())


def is_made_of(
    text: str, needed: frozenset[tuple[str, ...]], allowed: Iterable[frozenset[tuple[str, ...]]] = ()
) -> bool:
    """Whether `text` (compared) is a row of phrases of `needed`, at least one, and of `allowed`.

    One letter may be wrong in a word of seven or more, unless that makes another word.
    """
    words = tuple(text.split())
    others = frozenset().union(*allowed)
    return bool(words) and _covers(words, needed, others)


def _covers(
    words: tuple[str, ...], needed: frozenset[tuple[str, ...]], others: frozenset[tuple[str, ...]]
) -> bool:
    reached: set[tuple[int, bool]] = {(0, False)}
    for place in range(len(words)):
        for has_needed in (False, True):
            if (place, has_needed) not in reached:
                continue
            for length in range(1, min(LONGEST, len(words) - place) + 1):
                part = words[place : place + length]
                if _is_in(part, needed):
                    reached.add((place + length, True))
                if _is_in(part, others):
                    reached.add((place + length, has_needed))
    return (len(words), True) in reached


def _is_in(part: tuple[str, ...], phrases: frozenset[tuple[str, ...]]) -> bool:
    if part in phrases:
        return True
    if len(part) == 1 and len(part[0]) >= _SHORTEST_WITH_A_SLIP and part[0] not in _OTHER_WORDS:
        return any(
            len(phrase) == 1
            and len(phrase[0]) >= _SHORTEST_WITH_A_SLIP - 1
            and DamerauLevenshtein.distance(part[0], phrase[0], score_cutoff=1) <= 1
            for phrase in phrases
        )
    return False


def holds(text: str, phrases: frozenset[tuple[str, ...]]) -> bool:
    """Whether any phrase stands anywhere in `text` (compared)."""
    padded = f" {text} "
    return any(f" {' '.join(phrase)} " in padded for phrase in phrases)
