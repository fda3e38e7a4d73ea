"""Words and domains that identify no company, folded and singular (core.text.fold_singular)."""

import csv
from functools import lru_cache
from pathlib import Path

from core.text import fold, fold_singular, word_set

COMPANY_FORMS = word_set("ltda limitada me epp ei mei eireli sa s cia companhia microempresa slu")
CONNECTORS = word_set("a o as os e da de do das dos em na no para com por")
FREEMAIL = word_set("""
    aol bol globo globomail gmail googlemail hotmail icloud ig live mail me msn oi outlook pop proton
    protonmail r7 rocketmail superig terra uol yahoo ymail zipmail
""")
"""First label of the domain, whatever follows it."""

PLATFORMS = word_set("""
    abre anota bio business canva doctoralia facebook fb goo google ifood instagram jusbrasil linkedin
    linktr mercadolivre negocio olx sites tiktok twitter wa whatsapp wixsite wordpress x youtube
""")
"""Any label of the host: social networks, shops and page builders."""

BUSINESS_WORDS = word_set("""
    assessoria atendimento bairro br brasil casa centro comercial comercio consultorio doutor doutora dr dra
    empresa espaco especialista filial franquia grupo industria loja matriz negocio oficial ponto prestacao
    produto profissional rede sala servico shopping solucao studio unidade varejo vila
""")
_NICHES_FILE = Path(__file__).resolve().parent / "data" / "niches.csv"


@lru_cache(maxsize=1)
def generic_words() -> frozenset[str]:
    """Words of business in general and of every niche: what a company does, not which one it is.

    Folded, in the singular and as the niches write them.
    """
    words = set(BUSINESS_WORDS)
    with _NICHES_FILE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            names = f"{row['name']} {row['aliases']}"
            words.update(fold(names).split(), fold_singular(names).split())
    return frozenset(words)


def common_words() -> frozenset[str]:
    """Words of no company at all: of business, and of company forms."""
    return generic_words() | COMPANY_FORMS
