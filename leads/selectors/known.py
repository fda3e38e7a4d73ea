"""Companies that the shared base already has for a search (L8 step 2)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Greatest

from leads.models import CompanyMembership, Search, SearchCandidate
from leads.selectors.exclusion import list_excluding_accesses
from leads.visibility import has_visible_phone
from registry.values import RegistryStatus


@dataclass(frozen=True)
class KnownCompany:
    """A company of the base; with `is_fresh` its registry data may be delivered as they are (L11)."""

    company_id: int
    is_fresh: bool


def list_known_companies(search: Search, *, limit: int, now: datetime) -> list[KnownCompany]:
    """Up to `limit` active companies known under this niche in this city, newest data first.

    Leaves out what the buyer may not get (L7), what this search already considered, and companies whose
    place data are older than the limit: the map says whether they still exist.
    """
    registry_limit = now - timedelta(days=settings.LEADS_REGISTRY_MAX_AGE_DAYS)
    place_limit = now - timedelta(days=settings.LEADS_PLACE_MAX_AGE_DAYS)
    of_company = {"company_id": OuterRef("company_id")}
    memberships = (
        CompanyMembership.objects.filter(
            niche_id=search.niche_id,
            city_id=search.city_id,
            company__status=RegistryStatus.ACTIVE,
            company__city_id=search.city_id,
        )
        .filter(Q(company__place_fetched_at__isnull=True) | Q(company__place_fetched_at__gte=place_limit))
        .exclude(Exists(list_excluding_accesses(search).filter(**of_company)))
        .exclude(Exists(SearchCandidate.objects.filter(search_id=search.pk, **of_company)))
        .order_by(Greatest("company__registry_fetched_at", "company__place_fetched_at").desc(), "company_id")
    )
    if search.only_with_phone:
        memberships = memberships.filter(has_visible_phone("company__"))
    rows = memberships.values_list("company_id", "company__registry_fetched_at")[:limit]
    return [KnownCompany(company_id, fetched_at >= registry_limit) for company_id, fetched_at in rows]
