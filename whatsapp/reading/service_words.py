"""Words that begin the name of a service, and descriptions that say nothing or offend (PRODUCT.md §5.5)."""

import re
from pathlib import Path

from core.text import fold

MIN_DESCRIPTION, MAX_DESCRIPTION = 10, 500
_DATA = Path(__file__).parent / "data"
_NOUNS = frozenset((_DATA / "service_nouns.txt").read_text().split())
_NOT_SERVICES = frozenset((_DATA / "not_services.txt").read_text().split())
GENERIC = frozenset((_DATA / "generic_descriptions.txt").read_text().splitlines())
_SUFFIXES = re.compile(
    r"[a-z]{3,}(?:cao|coes|mento|mentos|agem|agens|aria|arias|oria|orias|eria|erias|tura|turas|encia|"
    r"ancia|isao|isoes|ssao|ssoes|izacao|grafia|logia|terapia|tecnica|utica)$"
)
ACCEPTED_BUT_GENERIC = frozenset({"servicos prestados", "prestacao de servicos", "prestacao de servico"})
_OFFENSIVE = re.compile(
    r"\b(?:porra|caralho|merda|bosta|puta|puto|fdp|filh[oa] da puta|foda\w*|fuder|foder|cuz\w*|buceta|"
    r"arrombad\w+|viad\w+|corno|otari\w+|vagabund\w+|desgrac\w+|cacete|pqp|vsf|vtnc|babaca|imbecil|"
    r"idiota)\b"
)


def begins_a_service(word: str) -> bool:
    """Whether a folded word names a kind of service: "troca", "instalação", "jardinagem"."""
    if word in _NOT_SERVICES:
        return False
    return word in _NOUNS or (len(word) >= 6 and _SUFFIXES.fullmatch(word) is not None)


def is_generic(text: str) -> bool:
    """Whether a description says nothing (§5.5)."""
    return fold(text) in GENERIC


def is_offensive(text: str) -> bool:
    """Whether a description holds a word that no note may carry."""
    return _OFFENSIVE.search(fold(text)) is not None
