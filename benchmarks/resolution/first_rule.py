"""The first rule, kept to measure against: behind the gates any one piece of evidence sufficed, nothing spoke against.

Over the candidates of today's rule, so that only the judgement differs.
"""

import csv
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz

from core.text import fold, fold_singular, word_set
from leads.management.commands.resolve_places import read_place
from leads.matching import PlaceValue, email_domain, find_closed_gate, plain_number, website_domain
from leads.selectors.open_data import list_own_candidates
from leads.selectors.places import mark_shared_contacts
from registry.selectors.open_data import list_own_records
from registry.values import RegistryRecord

NAME_THRESHOLD = 90
_FORMS = word_set("ltda limitada me epp ei mei eireli sa s cia companhia microempresa slu")
_CONNECTORS = word_set("a o as os e da de do das dos em na no para com por")
_BUSINESS = word_set("""
    assessoria atendimento bairro brasil br casa centro comercial comercio consultorio doutor doutora dr dra
    empresa espaco especialista filial franquia grupo industria loja matriz negocio oficial prestacao produto
    ponto profissional rede sala servico shopping solucao studio unidade varejo vila
""")
_NICHES = Path(__file__).resolve().parents[2] / "leads" / "data" / "niches.csv"


def resolve(place: Mapping[str, Any]) -> str | None:
    """The CNPJ that the first rule ties the place to."""
    value = read_place(0, place)
    if value is None:
        return None
    (value,) = mark_shared_contacts([value])
    records = list_own_records(list_own_candidates([value]).get(0, []))
    scored = [(_points(value, record), record) for record in records.values()]
    ranked = sorted((pair for pair in scored if pair[0]), key=lambda pair: -pair[0])
    if not ranked:
        return None
    points, best = ranked[0]
    rivals = [record for other, record in ranked if other == points and record.root != best.root]
    return None if rivals else best.cnpj


def _points(place: PlaceValue, record: RegistryRecord) -> int:
    if find_closed_gate(place.city, record):
        return 0
    found = 50 if place.phone.startswith("+") and place.phone in record.phones else 0
    number = plain_number(place.street_number)
    same_code = bool(place.postal_code) and place.postal_code == record.postal_code
    found += 40 if number and same_code and number == plain_number(record.number) else 0
    site, mail = website_domain(place.website), email_domain(record.email)
    found += 40 if site and site == mail else 0
    similarity = max(_similarity(place, name) for name in (record.trade_name, record.legal_name))
    found += 40 * similarity // 100 if similarity >= NAME_THRESHOLD else 0
    return found + record.is_headquarters if found else 0


def _similarity(place: PlaceValue, name: str) -> int:
    ignored = frozenset(fold_singular(" ".join((*place.city.folded_names, place.city.uf))).split())
    ours, theirs = _words(place.name), _words(name)
    if not set(ours) <= _generic() and _joined(ours) == _joined(theirs):
        return 100
    common = ignored | _generic()
    core = [" ".join(word for word in words if word not in common) for words in (ours, theirs)]
    return round(fuzz.token_sort_ratio(*core)) if all(core) else 0


def _words(name: str) -> list[str]:
    return [word for word in fold_singular(name).split() if word not in _FORMS | _CONNECTORS]


def _joined(words: list[str]) -> str:
    return "".join(word for word in words if word not in _BUSINESS)


@lru_cache(maxsize=1)
def _generic() -> frozenset[str]:
    words = set(_BUSINESS)
    with _NICHES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            names = f"{row['name']} {row['aliases']}"
            words.update(fold(names).split(), fold_singular(names).split())
    return frozenset(words)
