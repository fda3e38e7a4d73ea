"""How names are written: legal forms, initials, titles with a slogan behind."""

import re
from collections.abc import Sequence

from core.text import fold
from leads.vocabulary import COMPANY_FORMS, CONNECTORS

_TITLE_BREAK = re.compile(r"\s+[-–—|•/]\s+|\s*[|•:(,;]\s*")
_LEGAL_STATES = re.compile(
    r"\b(?:em recuperacao judicial|em liquidacao(?: extrajudicial| judicial)?|massa falida(?: de)?|falida"
    r"|24 ?h(?:oras|s)?)\b"
)
_WRITTEN_OUT = {
    "adv": "advogados",
    "alim": "alimentos",
    "com": "comercio",
    "conf": "confeccoes",
    "constr": "construcao",
    "cont": "contabilidade",
    "distr": "distribuidora",
    "distrib": "distribuidora",
    "eng": "engenharia",
    "equip": "equipamentos",
    "exp": "exportacao",
    "farm": "farmacia",
    "ii": "2",
    "iii": "3",
    "imob": "imobiliaria",
    "imp": "importacao",
    "ind": "industria",
    "inf": "informatica",
    "iv": "4",
    "mat": "material",
    "mec": "mecanica",
    "nsa": "nossa",
    "odont": "odontologia",
    "panif": "panificadora",
    "prod": "produtos",
    "repres": "representacao",
    "rest": "restaurante",
    "serv": "servicos",
    "sra": "senhora",
    "sta": "santa",
    "sto": "santo",
    "sup": "supermercado",
    "superm": "supermercado",
    "transp": "transportes",
    "vet": "veterinaria",
}
"""Abbreviations of names, and Roman numbers of branches."""


def plain_words(name: str) -> list[str]:
    """The folded words of a name, abbreviations written out, without legal forms and connectors."""
    words = collapse_initials(_LEGAL_STATES.sub(" ", fold(name)).split())
    written = [_WRITTEN_OUT.get(word, word) for word in words if word not in COMPANY_FORMS]
    return [word for word in written if word not in CONNECTORS]


def collapse_initials(words: Sequence[str]) -> list[str]:
    """Join letters that stand alone: "a b c" is "abc", "j e r" is "jr"; the s of "s joao" is a saint's."""
    found: list[str] = []
    run: list[str] = []
    for word in [*words, ""]:
        if len(word) == 1 and word.isalpha():
            run.append(word)
            continue
        found += ["sao"] if run == ["s"] and word else _join(run)
        run = []
        if word:
            found.append(word)
    return found


def split_title(name: str) -> list[str]:
    """The whole name, then its pieces: each of "Valdora | Implantes" may be the name."""
    pieces = [piece.strip() for piece in _TITLE_BREAK.split(name)]
    return [name, *(piece for piece in pieces if piece and piece != name)]


def _join(run: list[str]) -> list[str]:
    letters = [letter for letter in run if letter != "e"] if len(run) > 2 else run
    return ["".join(letters)] if len(run) > 1 else run
