"""One key for every spelling of a city's name: "Sta. Bárbara D'Oeste", "SANTA BARBARA DO OESTE" (L5, R42).

Pure. The key is to compare, never to show. Inside one state no two cities have the same key.
"""

import re

from core.text import fold, word_set

_SAINTS = word_set("s san sant sao santa santo st sta sto")
_WRITTEN_SAINTS = {"s": "sao", "st": "santo", "sta": "santa", "sto": "santo"}
_CONNECTORS = word_set("a as d da das de del do dos e o os")
_SHORT = {
    "bal": "balneario",
    "brig": "brigadeiro",
    "cap": "capitao",
    "cel": "coronel",
    "conc": "conceicao",
    "cons": "conselheiro",
    "dep": "deputado",
    "dr": "doutor",
    "eng": "engenheiro",
    "fco": "francisco",
    "gal": "general",
    "gde": "grande",
    "gen": "general",
    "gov": "governador",
    "jd": "jardim",
    "mal": "marechal",
    "mons": "monsenhor",
    "mte": "monte",
    "nsa": "nossa",
    "nva": "nova",
    "nvo": "novo",
    "pe": "padre",
    "pres": "presidente",
    "prof": "professor",
    "pto": "porto",
    "rib": "ribeirao",
    "sen": "senador",
    "snra": "senhora",
    "sra": "senhora",
    "ten": "tenente",
    "vl": "vila",
}
_ELIDED = re.compile(r"d(?=agua$|ajuda$|alianca$|alho$|arco$|avila$|oeste$|oleo$)")
_SANTANA = re.compile(r"^sant(?=ana$|antonio$)")
_SOUNDS = (("ss", "c"), ("th", "t"), ("ph", "f"), ("z", "s"), ("y", "i"), ("w", "v"))
_DOUBLED = re.compile(r"(.)\1")


def city_key(name: str) -> str:
    """Return what all spellings of a city's name have in common: "Embu-Guaçu" is "embuguacu"."""
    words = [word for word in map(_plain_word, _words(name)) if word not in _CONNECTORS]
    return "".join(words)


def expand_saint(folded: str) -> str:
    """Write the saint out of a name being typed: "sta m" is "santa m", "s paulo" is "sao paulo"."""
    first, space, rest = folded.partition(" ")
    return f"{_WRITTEN_SAINTS.get(first, first)}{space}{rest}" if rest else folded


def _words(name: str) -> list[str]:
    words = fold(name).replace("nossa senhora", "nossasenhora").split()
    if len(words) > 2 and words[0] in {"n", "nsa", "nossa"} and words[1] in {"s", "sra", "snra"}:
        words[:2] = ["nossasenhora"]
    if len(words) > 1 and words[0] == "d":
        words[0] = "dom"
    return [piece for word in words for piece in _SANTANA.sub("sant ", word).split()]


def _plain_word(word: str) -> str:
    if word in _SAINTS:
        return "s"
    word = _ELIDED.sub("", _SHORT.get(word, word))
    for written, sound in _SOUNDS:
        word = word.replace(written, sound)
    return _DOUBLED.sub(r"\1", word)
