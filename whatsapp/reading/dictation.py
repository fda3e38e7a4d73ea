"""Documents that were spoken: "meia oito dois ponto um oito…", "barra mil ao contrário"."""

import re
from dataclasses import dataclass, replace

from core.documents import is_cnpj, is_cpf
from whatsapp.reading.canvas import Canvas
from whatsapp.reading.number_words import DIGITS, HUNDREDS, TEENS, TENS, UNITS

_PUNCTUATION = frozenset(
    {
        "ponto",
        "pontinho",
        "barra",
        "traco",
        "tracinho",
        "hifen",
        "menos",
        "virgula",
        "espaco",
        ".",
        ",",
        "-",
        "/",
    }
)
_TOKEN = re.compile(r"[a-z]+|\d+|[^\s]")
_REVERSED_THOUSAND = re.compile(r"mil\s+(?:ao\s+)?contra(?:rio)?\b|mil\s+invertido\b")
_ZEROS = re.compile(r"(dois|tres|duplo|triplo)\s+zeros\b")
_MIN_SPOKEN_WORDS = 3
_MIN_DIGITS = 8
LENGTHS = (14, 11)


@dataclass(frozen=True)
class Piece:
    digits: str
    start: int
    end: int
    is_spoken: bool
    spoken_marks: int = 0


@dataclass(frozen=True)
class Spoken:
    digits: str
    start: int
    end: int


def find_spoken(canvas: Canvas) -> list[Spoken]:
    """Return each stretch of at least eight digits that was mostly dictated, cut where a document ends.

    The digits need not be right: a wrong document is told, not repaired.
    """
    found = []
    for run in _list_runs(canvas):
        spoken_words = sum(piece.is_spoken + piece.spoken_marks for piece in run)
        if spoken_words < _MIN_SPOKEN_WORDS or len(_join(run)) < _MIN_DIGITS:
            continue
        found.append(_cut(run))
    return found


def _cut(run: list[Piece]) -> Spoken:
    """Return the part of a run that is a right document, or the whole run."""
    for length in LENGTHS:
        is_right = is_cnpj if length == 14 else is_cpf
        for first in range(len(run)):
            for last in range(first, min(first + length, len(run))):
                digits = _join(run[first : last + 1])
                if len(digits) == length and is_right(digits):
                    return Spoken(digits, run[first].start, run[last].end)
    singles = _leading_singles(run)
    return Spoken(_join(singles), singles[0].start, singles[-1].end)


def _leading_singles(run: list[Piece]) -> list[Piece]:
    """Return the first pieces up to a whole document: what comes behind may be the amount."""
    for length in LENGTHS:
        for last in range(min(length, len(run))):
            if len(_join(run[: last + 1])) == length and last + 1 < len(run):
                return run[: last + 1]
    return run


def _join(run: list[Piece]) -> str:
    return "".join(piece.digits for piece in run)


def _list_runs(canvas: Canvas) -> list[list[Piece]]:
    runs: list[list[Piece]] = [[]]
    place, plain = 0, canvas.plain
    while match := _TOKEN.search(plain, place):
        piece = _read_piece(canvas, match.start())
        if piece is not None:
            runs[-1].append(piece)
            place = piece.end
            continue
        place = match.end()
        if match[0] not in _PUNCTUATION:
            runs.append([])
        elif match[0].isalpha() and runs[-1]:
            runs[-1][-1] = replace(runs[-1][-1], spoken_marks=1)
    return [run for run in runs if run]


def _read_piece(canvas: Canvas, start: int) -> Piece | None:
    plain = canvas.plain
    if match := _REVERSED_THOUSAND.match(plain, start):
        return Piece("0001", *match.span(), is_spoken=True)
    if match := _ZEROS.match(plain, start):
        return Piece("0" * (2 if match[1] in {"dois", "duplo"} else 3), *match.span(), is_spoken=True)
    if match := re.compile(r"\d+").match(plain, start):
        return Piece(match[0], *match.span(), is_spoken=False)
    match = re.compile(r"[a-z]+").match(plain, start)
    if match is None:
        return None
    if match[0] in DIGITS:
        return Piece(DIGITS[match[0]], *match.span(), is_spoken=True)
    return _read_composite(canvas, start)


def _read_composite(canvas: Canvas, start: int) -> Piece | None:
    """Read "oitenta e um" or "duzentos e vinte e dois", with its "e" and in falling order."""
    plain, value, rank, end = canvas.plain, 0, 4, start
    place = start
    word = re.compile(r"(?:\s*\be\s+)?([a-z]+)\s*")
    while match := word.match(plain, place):
        said, has_and = match[1], match[0].lstrip().startswith("e ")
        size = 3 if said in HUNDREDS else 2 if said in TENS else 1 if said in TEENS or said in UNITS else 0
        if size == 0 or size >= rank or (said in TEENS and rank <= 2) or (rank < 4 and not has_and):
            break
        value += (HUNDREDS | TENS | TEENS | UNITS)[said]
        rank = 1 if said in TEENS else size
        end = match.start(1) + len(said)
        place = end
    return Piece(str(value), start, end, is_spoken=True) if rank < 4 else None
