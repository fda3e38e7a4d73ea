"""Place → CNPJ, one provider call at a time (L10, R38, R47, R51). Pure: no database.

A `Case` is a place (or a known company) whose registry record is wanted. `next_call` gives the one call
that it needs next, `conclude` says what came out. Between calls the database may add what we know
ourselves: leads.services.resolution prepares cases, lends records and saves results.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import partial

from core.errors import ProviderError
from leads.gateways.base import CompanyFinder
from leads.matching import (
    ENOUGH_POINTS,
    INACTIVE,
    OTHER_CITY,
    CityIdentity,
    PlaceValue,
    Score,
    find_closed_gate,
    score_candidate,
)
from registry.gateways.base import RegistryGateway
from registry.values import RegistryRecord

Scored = tuple[Score, RegistryRecord]

MAX_LOOKUPS = 4
"""Candidates looked up over HTTP for one place: more would eat the budget of the others (R51)."""

RIVAL_MARGIN = 11
"""Another company with this much less evidence, or more, leaves a choice that would be a guess."""

SOURCES_TO_DENY = 2
"""A CNPJ does not exist only when this many sources say so (R47)."""

NO_CNPJ = "no_cnpj"
AMBIGUOUS = "ambiguous"
_NOBODY = Score(points=0, reasons=(AMBIGUOUS,), accepted=False, drop_reason=NO_CNPJ)


class Outcome(StrEnum):
    """What became of a case."""

    LINKED = "linked"
    """The record is this company's, active and in the city."""

    NONE = "none"
    """Every source answered and no candidate holds: counted under the drop reason."""

    UNSURE = "unsure"
    """A source failed: try again later, remember nothing."""


@dataclass(frozen=True)
class Sources:
    """Where to ask: who finds CNPJs by name, and the registries in the order in which to ask them."""

    finder: CompanyFinder
    registries: tuple[RegistryGateway, ...]


@dataclass(frozen=True)
class Failure:
    """A provider that did not answer, with its error."""

    provider: str
    error: ProviderError


@dataclass(frozen=True)
class Case:
    """A place, or (with `place` None) a known company to look up again, and what is known so far.

    `candidates` are CNPJs, best first; `looked_up` those that a registry was asked about; `silent` the
    (cnpj, source) pairs of "I do not know it"; `failures` the pairs that failed, with "" for the finder.
    """

    city: CityIdentity
    place: PlaceValue | None = None
    company_id: int | None = None
    candidates: tuple[str, ...] = ()
    records: Mapping[str, RegistryRecord] = field(default_factory=dict)
    looked_up: frozenset[str] = frozenset()
    silent: frozenset[tuple[str, str]] = frozenset()
    failures: Mapping[tuple[str, str], Failure] = field(default_factory=dict)
    searched: bool = False

    @property
    def missing(self) -> list[str]:
        """Candidates without a record."""
        return [cnpj for cnpj in self.candidates if cnpj not in self.records]

    def with_candidates(self, cnpjs: Iterable[str]) -> "Case":
        return replace(self, candidates=tuple(dict.fromkeys((*self.candidates, *cnpjs))))

    def with_records(self, records: Mapping[str, RegistryRecord]) -> "Case":
        return replace(self, records={**self.records, **records}).with_candidates(records)


@dataclass(frozen=True)
class Resolution:
    """The end of a case. A known company that turned out inactive or elsewhere comes with its `record`."""

    case: Case
    outcome: Outcome
    record: RegistryRecord | None = None
    score: Score | None = None
    drop_reason: str = ""

    @property
    def failures(self) -> tuple[Failure, ...]:
        return tuple(self.case.failures.values())


def next_call(case: Case, sources: Sources) -> Callable[[], Case] | None:
    """The one provider call that the case needs next, or None when nothing is left to ask.

    Calling it makes one request and returns the case with what came of it; a ProviderError becomes a
    failure of the case. Records known by other means may be added in between.
    """
    if _is_decided(case):
        return None
    lookup = _next_lookup(case, sources)
    if lookup:
        return partial(_look_up, case, *lookup)
    if case.place and not case.searched:
        return partial(_find, case, case.place, sources.finder)
    return None


def conclude(case: Case) -> Resolution:
    """Say what became of the case, from what is known of it now."""
    return _conclude_place(case, case.place) if case.place else _conclude_company(case)


def _is_decided(case: Case) -> bool:
    if case.place is None:
        return bool(case.records)
    return any(score_candidate(case.place, record).accepted for record in case.records.values())


def _next_lookup(case: Case, sources: Sources) -> tuple[str, RegistryGateway] | None:
    """The first candidate without a record, within the limit, and the next source to ask about it."""
    for cnpj in case.missing:
        if cnpj not in case.looked_up and len(case.looked_up) >= MAX_LOOKUPS:
            continue
        for source in sources.registries:
            pair = (cnpj, source.name)
            if pair not in case.silent and pair not in case.failures:
                return cnpj, source
    return None


def _find(case: Case, place: PlaceValue, finder: CompanyFinder) -> Case:
    try:
        cnpjs = finder.find_cnpjs(place.name, place.city_name, place.city.uf)
    except ProviderError as error:
        return replace(case, searched=True, failures=_with_failure(case, "", finder.name, error))
    return replace(case, searched=True).with_candidates(cnpjs)


def _look_up(case: Case, cnpj: str, source: RegistryGateway) -> Case:
    case = replace(case, looked_up=case.looked_up | {cnpj})
    try:
        record = source.get_company(cnpj)
    except ProviderError as error:
        return replace(case, failures=_with_failure(case, cnpj, source.name, error))
    if record is None:
        return replace(case, silent=case.silent | {(cnpj, source.name)})
    return case.with_records({cnpj: record})


def _with_failure(
    case: Case, cnpj: str, provider: str, error: ProviderError
) -> Mapping[tuple[str, str], Failure]:
    return {**case.failures, (cnpj, provider): Failure(provider, error)}


def _conclude_place(case: Case, place: PlaceValue) -> Resolution:
    scored = [(score_candidate(place, record), record) for record in case.records.values()]
    scored.sort(key=lambda pair: -pair[0].points)
    accepted = [(score, record) for score, record in scored if score.accepted]
    if accepted:
        chosen = _choose(accepted)
        if chosen is None:
            return Resolution(case, Outcome.NONE, score=_NOBODY, drop_reason=NO_CNPJ)
        return Resolution(case, Outcome.LINKED, chosen[1], chosen[0])
    if _is_unsure(case):
        return Resolution(case, Outcome.UNSURE)
    return _rejected(case, scored)


def _choose(accepted: Sequence[Scored]) -> Scored | None:
    """The best of several accepted records, best first; None when another company is about as good.

    Between companies of one name (a franchise) and between branches of one company the address decides.
    """
    best = accepted[0]
    close = [pair for pair in accepted if pair[0].points > best[0].points - RIVAL_MARGIN]
    if any(record.root != best[1].root for _, record in close):
        at_door = [pair for pair in close if pair[0].is_same_door]
        if len({record.root for _, record in at_door}) != 1:
            return None
        best = at_door[0]
    siblings = [pair for pair in accepted if pair[1].root == best[1].root]
    return next((pair for pair in siblings if pair[0].is_same_door), siblings[0])


def _is_unsure(case: Case) -> bool:
    """Whether a source is still to be asked, or failed where its answer mattered."""
    if not case.searched or any(not cnpj for cnpj, _ in case.failures):
        return True
    return any(not _does_not_exist(case, cnpj) for cnpj in case.missing if cnpj in case.looked_up)


def _does_not_exist(case: Case, cnpj: str) -> bool:
    return sum(silent == cnpj for silent, _ in case.silent) >= SOURCES_TO_DENY


def _rejected(case: Case, scored: Sequence[Scored]) -> Resolution:
    """The best candidate that is nearly a company's says why; without any, no CNPJ was confirmed."""
    best = next(((score, record) for score, record in scored if score.reasons), None)
    is_told = best is not None and best[0].points >= ENOUGH_POINTS // 2
    reason = (
        best[0].drop_reason if best and is_told and best[0].drop_reason in {OTHER_CITY, INACTIVE} else NO_CNPJ
    )
    known = next(
        (record for _, record in scored if case.company_id and record.cnpj == case.candidates[0]), None
    )
    return Resolution(case, Outcome.NONE, known, best[0] if best else None, reason)


def _conclude_company(case: Case) -> Resolution:
    record = next(iter(case.records.values()), None)
    if record is None:
        gone = all(_does_not_exist(case, cnpj) for cnpj in case.candidates)
        return Resolution(case, Outcome.NONE if gone else Outcome.UNSURE, drop_reason=NO_CNPJ if gone else "")
    gate = find_closed_gate(case.city, record)
    return Resolution(case, Outcome.NONE if gate else Outcome.LINKED, record, drop_reason=gate)
