"""Loads the catalogs that come with the product: the registry's, then niches (L25, leads/data/README.md)."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from core.text import fold_singular
from leads.models import Niche, NicheAlias
from registry.services.catalog import load_cities_and_activities

DATA = Path(__file__).resolve().parent.parent / "data"


@dataclass(frozen=True)
class CatalogCounts:
    """Rows in the catalogs after loading."""

    cities: int
    cnaes: int
    niches: int
    aliases: int


@transaction.atomic(durable=True)
def load_catalogs() -> CatalogCounts:
    """Insert or refresh all catalogs, in one transaction. Doing it again changes nothing.

    Niches that people made by free text stay; one that entered the catalog since becomes reviewed.
    """
    places = load_cities_and_activities()
    _load_niches()
    return CatalogCounts(places.cities, places.cnaes, Niche.objects.count(), NicheAlias.objects.count())


def _load_niches() -> None:
    """Names, then what hangs on them. A niche is known by its slug, or by its name when people made it."""
    rows = list(_rows("niches"))
    by_slug = {niche.slug: niche for niche in Niche.objects.all()}
    by_name = {niche.folded_name: niche for niche in by_slug.values()}
    niches = []
    for row in rows:
        key = fold_singular(row["name"])
        niche = by_slug.get(row["slug"]) or by_name.get(key) or Niche()
        niche.slug, niche.name, niche.folded_name = row["slug"], row["name"], key
        niche.group, niche.is_reviewed = row["group"], True
        niches.append(niche)
    Niche.objects.bulk_create([niche for niche in niches if niche.pk is None])
    Niche.objects.bulk_update(
        [niche for niche in niches if niche.slug in by_slug or niche.folded_name in by_name],
        ["slug", "name", "folded_name", "group", "is_reviewed"],
    )
    _load_activities(niches, rows)
    _load_aliases(niches, rows)


def _load_activities(niches: list[Niche], rows: list[dict[str, str]]) -> None:
    link = Niche.cnaes.through
    wanted = {
        (niche.pk, code)
        for niche, row in zip(niches, rows, strict=True)
        for code in row["cnaes"].split("|")
        if code
    }
    ours = link.objects.filter(niche__in=niches)
    present = set(ours.values_list("niche_id", "cnae_id"))
    for niche_id, code in present - wanted:
        ours.filter(niche_id=niche_id, cnae_id=code).delete()
    link.objects.bulk_create([link(niche_id=pk, cnae_id=code) for pk, code in sorted(wanted - present)])


def _load_aliases(niches: list[Niche], rows: list[dict[str, str]]) -> None:
    wanted = {
        (niche.pk, fold_singular(name)): name
        for niche, row in zip(niches, rows, strict=True)
        for name in row["aliases"].split("|")
        if name
    }
    ours = NicheAlias.objects.filter(niche__in=niches)
    present = set(ours.values_list("niche_id", "folded_name"))
    for niche_id, key in present - set(wanted):
        ours.filter(niche_id=niche_id, folded_name=key).delete()
    NicheAlias.objects.bulk_create(
        [
            NicheAlias(niche_id=niche_id, folded_name=key, name=name)
            for (niche_id, key), name in wanted.items()
            if (niche_id, key) not in present
        ]
    )


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
