"""What becomes of one candidate, saved together with what it taught everybody (L8 step 6, R39, R43, R44)."""

from datetime import datetime

from django.utils import timezone

from leads.models import CompanyMembership, LeadCompany, Search, SearchCandidate
from leads.resolution import Resolution
from leads.selectors.exclusion import list_excluded_company_ids
from leads.services.companies import CompanyOutsideCatalog, refresh_place_data
from leads.services.resolution import save_resolution
from leads.services.running import count_drops, open_search
from leads.visibility import has_visible_phone

MAX_ATTEMPTS = 2
Status = SearchCandidate.Status


def settle_known(
    *, search_id: int, candidate_id: int, company_id: int | None = None, drop_reason: str = ""
) -> int | None:
    """Settle a candidate whose place was tied to a company, or to none, before.

    Returns the company when it is ready to be delivered. Raises SearchEnded.
    """
    with open_search(search_id) as search:
        candidate = _find_pending(candidate_id)
        if candidate is None:
            return None
        if company_id is not None and candidate.place_id is not None:
            refresh_place_data(company_id=company_id, place_id=candidate.place_id)
        return _settle(search, candidate, company_id, drop_reason)


def settle_resolution(
    *, search_id: int, candidate_id: int, resolution: Resolution, now: datetime
) -> int | None:
    """Save what a resolution found, for all accounts, and settle its candidate in the same transaction.

    Returns the company when it is ready to be delivered. Raises SearchEnded.
    """
    with open_search(search_id) as search:
        candidate = _find_pending(candidate_id)
        if candidate is None:
            return None
        try:
            company = save_resolution(resolution=resolution, now=now)
        except CompanyOutsideCatalog:
            return _settle(search, candidate, None, "other_city")
        return _settle(search, candidate, company.pk if company else None, resolution.drop_reason)


def note_failure(*, search_id: int, candidate_id: int) -> None:
    """A source failed for this candidate alone: once more, then it is dropped and the gap is told (R45).

    Nothing is remembered for others: a failure is not "no CNPJ" (R6). Raises SearchEnded.
    """
    with open_search(search_id) as search:
        candidate = _find_pending(candidate_id)
        if candidate is None:
            return
        candidate.attempts += 1
        candidate.save(update_fields=["attempts"])
        if candidate.attempts >= MAX_ATTEMPTS:
            search.has_gaps = True
            search.save(update_fields=["has_gaps"])
            _settle(search, candidate, None, "unverified")


def _find_pending(candidate_id: int) -> SearchCandidate | None:
    """The candidate, unless another worker settled it meanwhile."""
    return SearchCandidate.objects.filter(pk=candidate_id, status=Status.PENDING).first()


def _settle(
    search: Search, candidate: SearchCandidate, company_id: int | None, drop_reason: str
) -> int | None:
    if company_id is not None:
        _remember_membership(search, company_id)
        drop_reason = _find_objection(search, candidate, company_id)
    candidate.status = Status.DROPPED if drop_reason or company_id is None else Status.READY
    candidate.drop_reason = drop_reason
    candidate.company_id = company_id or candidate.company_id
    candidate.save(update_fields=["status", "drop_reason", "company"])
    search.checked_count += 1
    search.waits = 0
    search.save(update_fields=["checked_count", "waits"])
    if candidate.status == Status.DROPPED:
        count_drops(search, {drop_reason: 1})
        return None
    return company_id


def _remember_membership(search: Search, company_id: int) -> None:
    """This company was found under this niche in this city: the next search need not ask (R43, R46)."""
    CompanyMembership.objects.bulk_create(
        [
            CompanyMembership(
                niche_id=search.niche_id,
                city_id=search.city_id,
                company_id=company_id,
                source="search",
                found_at=timezone.now(),
            )
        ],
        update_conflicts=True,
        unique_fields=["niche", "city", "company"],
        update_fields=["found_at"],
    )


def _find_objection(search: Search, candidate: SearchCandidate, company_id: int) -> str:
    """Why this buyer does not get the company in this search; empty when there is no reason."""
    others = SearchCandidate.objects.filter(search=search, company_id=company_id).exclude(pk=candidate.pk)
    if others.exclude(status=Status.DROPPED).exists():
        return "duplicate"
    if list_excluded_company_ids(search, [company_id]):
        return "owned"
    if search.only_with_phone and not LeadCompany.objects.filter(has_visible_phone(), pk=company_id).exists():
        return "no_phone"
    return ""
