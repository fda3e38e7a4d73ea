"""Niches as people write them (L5, L25, R42)."""

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import or_

from django.db.models import Q
from rapidfuzz import fuzz, process

from core.text import fold, fold_singular
from leads.models import Niche, NicheAlias
from leads.trades import cnaes_of, list_kindred, trades_of

MAX_RESULTS = 20
SHORTEST_TYPO = 4
LIKE_ENOUGH = 82
"""Of 100: "dentsta" and "dentista" have 93, "restorante" and "restaurante" 86."""


def search_niches(text: str, limit: int = MAX_RESULTS) -> list[Niche]:
    """Up to `limit` niches whose name or alias begins with, or contains, what was typed; each once.

    Reviewed niches only: free text of one buyer is not suggested to another.
    """
    keys = _typed_keys(text)
    if not keys:
        return []
    scores: dict[int, tuple[int, str]] = {}
    for pk, name, folded_name in _niche_names(keys):
        rank = _rank_name(folded_name, keys)
        scores[pk] = min(scores.get(pk, (9, "")), (rank, fold(name)))
    best = sorted(scores, key=lambda pk: scores[pk])[:limit]
    niches = Niche.objects.in_bulk(best)
    return [niches[pk] for pk in best]


def list_niche_cnaes(niche: Niche) -> frozenset[str]:
    """The activities of a niche; of free text, those of the trade that its words name."""
    codes = frozenset(niche.cnaes.values_list("pk", flat=True))
    return codes or cnaes_of(trades_of(niche.name))


def list_similar_niches(niche: Niche, limit: int = 4) -> list[Niche]:
    """Reviewed niches of the same or a kindred trade, the nearest first."""
    trades = frozenset({niche.slug}) if niche.is_reviewed else trades_of(niche.name)
    similar = [slug for slug in list_kindred(trades) if slug not in trades]
    found = {row.slug: row for row in Niche.objects.filter(slug__in=similar, is_reviewed=True)}
    return [found[slug] for slug in similar if slug in found][:limit]


def suggest_niche(text: str) -> Niche | None:
    """The reviewed niche that a text with a typo was meant to be ("dentsta"), or None.

    None too when the text is a niche's name or alias as it stands.
    """
    typed = fold_singular(text).replace(" ", "")
    if len(typed) < SHORTEST_TYPO:
        return None
    names = {pk: folded.replace(" ", "") for pk, folded in _reviewed_names()}
    if typed in names.values():
        return None
    found = process.extractOne(typed, names, scorer=fuzz.ratio, score_cutoff=LIKE_ENOUGH)
    return Niche.objects.get(pk=found[2][0]) if found else None


def _reviewed_names() -> Iterator[tuple[tuple[int, str], str]]:
    """Each folded name and alias of a reviewed niche, behind its niche and itself."""
    niches = Niche.objects.filter(is_reviewed=True).values_list("pk", "folded_name")
    aliases = NicheAlias.objects.filter(niche__is_reviewed=True).values_list("niche_id", "folded_name")
    for pk, folded_name in [*niches.order_by("pk"), *aliases.order_by("niche_id", "folded_name")]:
        yield (pk, folded_name), folded_name


def _typed_keys(text: str) -> list[str]:
    """What to look for: as typed, and in the singular, since names are kept in the singular."""
    return [key for key in dict.fromkeys((fold(text), fold_singular(text))) if key]


def _niche_names(keys: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    """Each reviewed niche's id, shown name, and the folded name or alias that contains one of `keys`."""
    contains = reduce(or_, (Q(folded_name__contains=key) for key in keys))
    niches = Niche.objects.filter(contains, is_reviewed=True)
    yield from niches.values_list("pk", "name", "folded_name")
    aliases = NicheAlias.objects.filter(contains, niche__is_reviewed=True)
    yield from aliases.values_list("niche_id", "niche__name", "folded_name")


def _rank_name(folded_name: str, keys: Sequence[str]) -> int:
    if folded_name in keys:
        return 0
    if any(folded_name.startswith(key) for key in keys):
        return 1
    return 2 if any(f" {key}" in folded_name for key in keys) else 3
