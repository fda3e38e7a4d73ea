"""Free text becomes a canonical niche (L25, R42)."""

import hashlib

from django.db.models import F, Value
from django.db.models.functions import Replace

from core.errors import NitroError
from core.text import fold_singular
from leads.models import Niche, NicheAlias
from registry.normalize import squeeze

MIN_LENGTH = 2
MAX_LENGTH = 80
_SLUG_PREFIX = "livre-"


class InvalidNicheText(NitroError):
    """The text is too short, too long, or has no letters."""

    message = "Escreva o nicho com 2 a 80 caracteres, por exemplo: pet shop."


def resolve_niche(*, text: str) -> Niche:
    """Return the niche of what a person wrote: "pet-shop", "Petshop" and "pet shops" are one.

    Unknown text makes an unreviewed niche, usable at once; two people writing it at once make one.
    Inside or outside of the caller's transaction. Raises InvalidNicheText.
    """
    name = squeeze(text)
    key = fold_singular(name)
    if not MIN_LENGTH <= len(name) <= MAX_LENGTH or not MIN_LENGTH <= len(key) <= MAX_LENGTH:
        raise InvalidNicheText
    known = _find_niche(key)
    if known:
        return known
    niche, _ = Niche.objects.get_or_create(
        folded_name=key, defaults={"name": name, "slug": _free_slug(key), "is_reviewed": False}
    )
    return niche


def _find_niche(key: str) -> Niche | None:
    """By name, then by alias, then by either without spaces; reviewed before unreviewed."""
    by_name = Niche.objects.filter(folded_name=key).first()
    if by_name:
        return by_name
    aliases = NicheAlias.objects.select_related("niche").order_by("niche__slug")
    by_alias = aliases.filter(folded_name=key).first()
    if by_alias:
        return by_alias.niche
    joined = key.replace(" ", "")
    niches = Niche.objects.annotate(joined=_without_spaces()).filter(joined=joined)
    alias = aliases.annotate(joined=_without_spaces()).filter(joined=joined).first()
    return niches.order_by("-is_reviewed", "slug").first() or (alias.niche if alias else None)


def _without_spaces() -> Replace:
    return Replace(F("folded_name"), Value(" "), Value(""))


def _free_slug(key: str) -> str:
    slug = _SLUG_PREFIX + key.replace(" ", "-")
    if len(slug) <= MAX_LENGTH:
        return slug
    digest = hashlib.sha256(key.encode()).hexdigest()[:10]
    return f"{slug[: MAX_LENGTH - 11]}-{digest}"
