"""From pending candidates to companies: round after round of one provider call each (L8 steps 4-6, L10)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import timezone

from core.errors import ProviderAccountTrouble, ProviderError
from core.http import CircuitOpen
from leads.models import Search, SearchCandidate
from leads.resolution import Case, Outcome, Resolution, conclude, next_call
from leads.selectors.catalog import list_niche_cnaes
from leads.services.resolution import get_sources, lend_records, prepare_companies, prepare_places
from leads.services.search_run.calls import BudgetSpent, Caller
from leads.services.search_run.settling import note_failure, settle_known, settle_resolution

OUTAGE_SIZE = 3
"""When this many candidates all fail, the provider is at fault and not the candidates."""


@dataclass(frozen=True)
class Checked:
    """What a check came to: the companies that are ready now, and whether any candidate moved on.

    When none did, `error` is what a provider said, or BudgetSpent.
    """

    ready: tuple[int, ...] = ()
    progressed: bool = True
    error: ProviderError | None = None


def check_candidates(search: Search, candidates: Sequence[SearchCandidate], caller: Caller) -> Checked:
    """Find the company of each candidate and save what came out, one candidate at a time.

    What is known costs no call. Where a source fails the candidate stays open for another try (R47), and
    where the budget ends it stays open too. When everything fails, nothing is held against the candidates.
    Raises SearchEnded.
    """
    now = timezone.now()
    by_place = {item.place_id: item for item in candidates if item.place_id}
    by_company = {item.company_id: item for item in candidates if item.place_id is None and item.company_id}
    prepared = prepare_places(place_ids=by_place, now=now, niche_cnaes=list_niche_cnaes(search.niche))
    ready = [
        settle_known(search_id=search.pk, candidate_id=by_place[place_id].pk, company_id=company_id)
        for place_id, company_id in prepared.linked.items()
    ]
    for place_id, reason in prepared.dropped.items():
        settle_known(search_id=search.pk, candidate_id=by_place[place_id].pk, drop_reason=reason)
    progressed = bool(prepared.linked or prepared.dropped)

    cases = [_recall(case, by_place) for case in prepared.cases]
    asked = _ask([*cases, *prepare_companies(company_ids=by_company)], caller)
    open_cases = [case for case in asked if next_call(case, get_sources())]
    resolutions = [conclude(case) for case in asked if case not in open_cases]
    unsure = [resolution for resolution in resolutions if resolution.outcome == Outcome.UNSURE]
    _remember([*open_cases, *(resolution.case for resolution in unsure)], by_place)
    progressed = progressed or len(unsure) < len(resolutions)
    if not progressed and (not unsure or len(unsure) >= OUTAGE_SIZE):
        return Checked(progressed=False, error=_why(unsure))
    for resolution in resolutions:
        place = resolution.case.place
        owner = by_place[place.id] if place else by_company[resolution.case.company_id or 0]
        ready.append(_save(search.pk, owner.pk, resolution, now))
    return Checked(tuple(company_id for company_id in ready if company_id is not None))


def _save(search_id: int, candidate_id: int, resolution: Resolution, now: datetime) -> int | None:
    if resolution.outcome == Outcome.UNSURE:
        note_failure(search_id=search_id, candidate_id=candidate_id)
        return None
    return settle_resolution(search_id=search_id, candidate_id=candidate_id, resolution=resolution, now=now)


def _ask(cases: Sequence[Case], caller: Caller) -> list[Case]:
    """Ask until nothing is left to ask or to spend; a case may then still need a call."""
    sources = get_sources()
    current = list(cases)
    while calls := {n: call for n, case in enumerate(current) if (call := next_call(case, sources))}:
        answers = caller.call_all(list(calls.values()))
        for n, answer in zip(calls, answers, strict=True):
            if answer.error is None:
                caller.give_back(_unsent(current[n], answer.value))
                current[n] = answer.value
        current = lend_records(current)
        if any(isinstance(answer.error, BudgetSpent) for answer in answers):
            break
    return current


def _recall(case: Case, by_place: Mapping[int, SearchCandidate]) -> Case:
    """Go on from what an earlier check of the same candidate found: the finder costs a call."""
    found = by_place[case.place.id].found_cnpjs if case.place else None
    return case if found is None else replace(case.with_candidates(found), searched=True)


def _remember(cases: Sequence[Case], by_place: Mapping[int, SearchCandidate]) -> None:
    """Keep what the finder said of places whose check does not end now."""
    for case in cases:
        if case.place and case.searched and not any(cnpj == "" for cnpj, _ in case.failures):
            candidate = by_place[case.place.id]
            candidate.found_cnpjs = list(case.candidates)
            candidate.save(update_fields=["found_cnpjs"])


def _unsent(before: Case, after: Case) -> int:
    """How many calls an open circuit kept from being made: they cost no budget."""
    new = [after.failures[key] for key in after.failures.keys() - before.failures.keys()]
    return sum(isinstance(failure.error, CircuitOpen) for failure in new)


def _why(unsure: Sequence[Resolution]) -> ProviderError:
    """The worst of what the providers said; without a word of theirs, the budget ended."""
    errors = [failure.error for resolution in unsure for failure in resolution.failures]
    trouble = [error for error in errors if isinstance(error, ProviderAccountTrouble)]
    return next(iter([*trouble, *errors]), BudgetSpent())
