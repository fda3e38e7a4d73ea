"""How the statement names and opens what leads charge for (credits.references)."""

from collections.abc import Collection, Mapping

from django.urls import reverse

from credits.references import Link
from leads.models import Search


def name_searches(account_id: int, search_ids: Collection[str]) -> Mapping[str, Link]:
    """Name the account's searches among these, in one query."""
    searches = Search.objects.filter(account_id=account_id, pk__in=search_ids).select_related("niche", "city")
    return {
        str(search.pk): Link(
            f"Busca nº {search.pk}: {search.niche.name} em {search.city.label}",
            reverse("leads:search", args=[search.pk]),
        )
        for search in searches
    }
