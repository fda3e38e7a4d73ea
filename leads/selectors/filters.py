"""What a filter may offer: the niches and cities that the account has searched (L14)."""

from django.db.models import QuerySet

from leads.models import Niche, Search
from registry.models import City


def list_searched_niches(account_id: int) -> QuerySet[Niche]:
    """The niches of the account's searches, by name."""
    return Niche.objects.filter(
        pk__in=Search.objects.filter(account_id=account_id).values("niche_id")
    ).order_by("name")


def list_searched_cities(account_id: int) -> QuerySet[City]:
    """The cities of the account's searches, by name."""
    return City.objects.filter(
        pk__in=Search.objects.filter(account_id=account_id).values("city_id")
    ).order_by("name", "uf")
