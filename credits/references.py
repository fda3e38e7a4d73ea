"""What a reference of an entry is called and where it is shown. The apps above register theirs."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from credits.values import Reference


@dataclass(frozen=True)
class Link:
    """How a page names a reference ("Busca nº 12") and where it opens it; `url` may be ""."""

    label: str
    url: str = ""


Resolve = Callable[[int, Collection[str]], Mapping[str, Link]]

_resolvers: dict[str, Resolve] = {}


def register(reference_type: str, resolve: Resolve) -> None:
    """Say how to name references of a type. Call it from AppConfig.ready.

    `resolve(account_id, ids)` answers for all ids in one query, and only for what is the account's.
    A second function for a type raises ValueError.
    """
    if _resolvers.get(reference_type, resolve) is not resolve:
        raise ValueError(f"two resolvers for references of type {reference_type!r}")
    _resolvers[reference_type] = resolve


def resolve_references(account_id: int, references: Collection[Reference]) -> dict[Reference, Link]:
    """Name what can be named: one call per type, whatever the number of references."""
    links: dict[Reference, Link] = {}
    for reference_type, resolve in _resolvers.items():
        ids = {reference.id for reference in references if reference.type == reference_type}
        if ids:
            found = resolve(account_id, ids)
            links |= {Reference(reference_type, key): link for key, link in found.items()}
    return links
