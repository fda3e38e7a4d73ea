"""Searching the official lists of codes as people type: by code, or by words in any order (N3, A18).

Accents, case and plural aside. The lists are files read once per process, so nothing here asks the database.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from core.text import fold, fold_singular
from fiscal.documents.tables import (
    get_cindop,
    get_cindop_places,
    get_nbs,
    get_service_words,
    get_services,
)
from registry.tables import get_cnaes

MAX_RESULTS = 20
LONGEST_LABEL = 140
_CODE = re.compile(r"[0-9][0-9 ./-]*")


@dataclass(frozen=True)
class Code:
    """A line of a list: the code as it is stored, and the words that it is shown with."""

    code: str
    label: str


def search_services(text: str, limit: int = MAX_RESULTS) -> list[Code]:
    """Lines of the national service list, for "0107", "1.07", "107", "suporte tecnico" or "dentista"."""
    return _search(_services(), text, limit, _read_item)


def search_nbs(text: str, limit: int = MAX_RESULTS) -> list[Code]:
    """Lines of the NBS with nine digits."""
    return _search(_nbs(), text, limit)


def search_cnaes(text: str, limit: int = MAX_RESULTS) -> list[Code]:
    """Activities of CNAE 2.3."""
    return _search(_cnaes(), text, limit)


def list_cindop() -> list[Code]:
    """Every operation indicator of IBS/CBS. Codes of the same supply differ in whose place counts."""
    supplies, places = get_cindop(), get_cindop_places()
    seen = Counter(supplies.values())
    return [
        Code(code, f"{code} {words}: {places[code]}" if seen[words] > 1 else _shorten(f"{code} {words}"))
        for code, words in sorted(supplies.items())
    ]


def label_service(ctribnac: str) -> str:
    """The label of a cTribNac, or the code itself when the list does not have it."""
    return _label(_services(), ctribnac)


def label_nbs(cnbs: str) -> str:
    """The label of a cNBS, or the code itself when the list does not have it."""
    return _label(_nbs(), cnbs)


def label_cnae(cnae: str) -> str:
    """The label of a CNAE, or the code itself when the list does not have it."""
    return _label(_cnaes(), cnae)


def describe_incidence(ctribnac: str) -> str:
    """What the official list says of a cTribNac: where the ISS is due, and what our notes cannot carry."""
    service = get_services().get(ctribnac)
    if service is None:
        return ""
    words = [_INCIDENCE.get(service.incidence, "")]
    if words[0] and service.incidence_doubtful:
        words.append("As tabelas oficiais divergem neste código: confira com a prefeitura.")
    if service.required_group:
        words.append(_GROUPS.get(service.required_group, ""))
    return " ".join(word for word in words if word)


_INCIDENCE = {
    "EP": "Para este código a lista oficial indica a cidade do prestador.",
    "LP": "Para este código a lista oficial indica a cidade onde o serviço é prestado.",
    "ET": "Para este código a lista oficial indica a cidade do tomador.",
}
_GROUPS = {
    "obra": "A nota deste código leva dados da obra, que o Nitro não envia: ela será recusada.",
    "atvEvento": "A nota deste código leva dados do evento, que o Nitro não envia: ela será recusada.",
}


@dataclass(frozen=True)
class _Line:
    code: Code
    words: str
    singular_words: str
    said: str = ""

    def rank(self, text: str, singular: str) -> int | None:
        """0 when the line begins with the text, 1 when its words do, 2 when they hold it, else None.

        A word that people say for it, whole, is as good as its beginning.
        """
        if self.words.startswith(text):
            return 0
        pairs = list(zip(text.split(), singular.split(), strict=True))
        said = set(self.said.split())
        if said and all(word in said or one in said for word, one in pairs):
            return 0
        if all(f" {word}" in self._spaced or f" {one}" in self._spaced for word, one in pairs):
            return 1
        return 2 if all(word in self._spaced for word, _ in pairs) else None

    @property
    def _spaced(self) -> str:
        return f" {self.words} {self.singular_words} {self.said}"


def _read_digits(text: str) -> tuple[str, ...]:
    return (re.sub(r"\D", "", text),)


def _read_item(text: str) -> tuple[str, ...]:
    """How codes may begin: accountants write 4.12 and 412 for 04.12, and 17.1 for 17.01 or 17.10."""
    digits = re.sub(r"\D", "", text)
    parts = re.findall(r"[0-9]+", text)
    padded = "".join(part.zfill(2) for part in parts)
    return tuple(dict.fromkeys((padded, digits, f"0{digits}")))


def _search(
    lines: dict[str, _Line],
    text: str,
    limit: int,
    read_code: Callable[[str], tuple[str, ...]] = _read_digits,
) -> list[Code]:
    text = text.strip()
    if _CODE.fullmatch(text):
        found = {
            code: line.code
            for beginning in read_code(text)
            for code, line in lines.items()
            if code.startswith(beginning)
        }
        return list(found.values())[:limit]
    code, _, rest = text.partition(" ")
    if rest and _CODE.fullmatch(code):  # a label that was chosen before
        chosen = lines.get(re.sub(r"\D", "", code))
        return [chosen.code] if chosen else []
    folded = fold(text)
    if not folded:
        return []
    singular = fold_singular(text)
    ranks = ((line.rank(folded, singular), line) for line in lines.values())
    ranked = sorted((rank, line.code.code, line) for rank, line in ranks if rank is not None)
    return [line.code for _, _, line in ranked[:limit]]


def _label(lines: dict[str, _Line], code: str) -> str:
    return lines[code].code.label if code in lines else code


@cache
def _services() -> dict[str, _Line]:
    """Lines with the same text, of people and of animals, are told apart by their heading."""
    rows = get_services().values()
    seen = Counter(row.description for row in rows)
    lines = (
        (
            row.ctribnac,
            row.label,
            f"{row.description} {row.heading}" if seen[row.description] > 1 else row.description,
        )
        for row in rows
    )
    return _index(lines, get_service_words())


@cache
def _nbs() -> dict[str, _Line]:
    return _index((code, _mask_nbs(code), words) for code, words in get_nbs().items())


@cache
def _cnaes() -> dict[str, _Line]:
    return _index((code, f"{code[:4]}-{code[4]}/{code[5:]}", words) for code, words in get_cnaes().items())


def _index(rows: Iterable[tuple[str, str, str]], said: Mapping[str, str] | None = None) -> dict[str, _Line]:
    """Index lines of (code, code as shown, words). `said` are more words by code, to be found and not shown.

    Two lines that would look the same are shown whole.
    """
    listed, more = list(rows), said or {}
    seen = Counter(_shorten(words) for _, _, words in listed)
    return {
        code: _Line(
            Code(code, f"{shown} {words}" if seen[_shorten(words)] > 1 else _shorten(f"{shown} {words}")),
            fold(words),
            fold_singular(words),
            f"{fold(more.get(code, ''))} {fold_singular(more.get(code, ''))}",
        )
        for code, shown, words in listed
    }


def _mask_nbs(code: str) -> str:
    return f"{code[0]}.{code[1:5]}.{code[5:7]}.{code[7:]}"


def _shorten(text: str) -> str:
    text = text.strip().rstrip(".")
    return text if len(text) <= LONGEST_LABEL else text[: LONGEST_LABEL - 1].rstrip(" ,;") + "…"
