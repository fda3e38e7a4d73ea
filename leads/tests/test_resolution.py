"""Place → CNPJ: what is asked, in which order, and what a case comes to (L10, R38, R47, R51)."""

from dataclasses import dataclass, field, replace

import pytest

from core.errors import Unavailable
from leads.gateways.base import CompanyFinder
from leads.matching import CityIdentity, PlaceValue
from leads.resolution import MAX_LOOKUPS, Case, Outcome, Sources, conclude, next_call
from leads.tests.resolving import resolve_place
from registry.gateways.base import RegistryGateway
from registry.values import RegistryRecord

SANTA_MARIA = CityIdentity("4316907", "8841", "RS", ("santa maria",))
PLACE = PlaceValue(
    id=1, name="Pet Shop Valdora", city=SANTA_MARIA, city_name="Santa Maria", phone="+555530001234"
)
OURS = RegistryRecord(
    cnpj="99451237000156",
    legal_name="VALDORA PET SHOP LTDA",
    status="02",
    source="book",
    ibge_code="4316907",
    uf="RS",
)
NAMESAKE = replace(OURS, cnpj="99423561000160", ibge_code="5208707", uf="GO")
OTHERS = ["99429071000171", "99635375000195", "99851188000149", "99853400000107"]


@dataclass
class Book(RegistryGateway):
    """A registry of a few records; a CNPJ under `failing` is not answered."""

    name: str
    records: dict[str, RegistryRecord] = field(default_factory=dict)
    failing: tuple[str, ...] = ()
    asked: list[str] = field(default_factory=list)

    def get_company(self, cnpj):
        self.asked.append(cnpj)
        if cnpj in self.failing:
            raise Unavailable
        return self.records.get(cnpj)


@dataclass
class Finder(CompanyFinder):
    name: str = "finder"
    cnpjs: tuple[str, ...] = ()
    failing: bool = False
    asked: int = 0

    def find_cnpjs(self, name, city, uf):
        self.asked += 1
        if self.failing:
            raise Unavailable
        return list(self.cnpjs)


def sources(*cnpjs, first=None, second=None, failing=False):
    """A finder of `cnpjs`, and two registries that by default both know OURS and its namesake."""
    book = {record.cnpj: record for record in (OURS, NAMESAKE)}
    first, second = first or Book("first", book), second or Book("second", book)
    return Sources(Finder(cnpjs=cnpjs, failing=failing), (first, second))


CASE = Case(city=SANTA_MARIA, place=PLACE)


def test_the_namesake_on_top_of_the_web_page_is_not_taken():
    resolution = resolve_place(CASE, sources(NAMESAKE.cnpj, OURS.cnpj))
    assert (resolution.outcome, resolution.record) == (Outcome.LINKED, OURS)
    assert resolution.score.reasons == ("name", "trade_besides")


def test_a_namesake_alone_gives_no_company_and_says_why():
    resolution = resolve_place(CASE, sources(NAMESAKE.cnpj))
    assert (resolution.outcome, resolution.drop_reason) == (Outcome.NONE, "other_city")


def test_a_closed_company_says_why():
    book = Book("first", {OURS.cnpj: replace(OURS, status="08")})
    resolution = resolve_place(CASE, sources(OURS.cnpj, first=book))
    assert (resolution.outcome, resolution.drop_reason) == (Outcome.NONE, "inactive")


def test_no_candidate_is_no_cnpj():
    resolution = resolve_place(CASE, sources())
    assert (resolution.outcome, resolution.drop_reason) == (Outcome.NONE, "no_cnpj")


def test_a_known_record_costs_no_call():
    asked = sources(NAMESAKE.cnpj)
    resolution = resolve_place(CASE.with_records({OURS.cnpj: OURS}), asked)
    assert resolution.outcome == Outcome.LINKED
    assert asked.finder.asked == 0


def test_a_second_source_is_asked_only_when_the_first_does_not_know():
    first, second = Book("first"), Book("second", {OURS.cnpj: OURS})
    resolution = resolve_place(CASE, sources(OURS.cnpj, first=first, second=second))
    assert resolution.outcome == Outcome.LINKED
    assert (first.asked, second.asked) == ([OURS.cnpj], [OURS.cnpj])


def test_one_silent_source_does_not_make_a_company_absent():
    first, second = Book("first"), Book("second", failing=(OURS.cnpj,))
    resolution = resolve_place(CASE, sources(OURS.cnpj, first=first, second=second))
    assert resolution.outcome == Outcome.UNSURE
    assert [failure.provider for failure in resolution.failures] == ["second"]


def test_two_silent_sources_do():
    resolution = resolve_place(CASE, sources(OURS.cnpj, first=Book("first"), second=Book("second")))
    assert (resolution.outcome, resolution.drop_reason) == (Outcome.NONE, "no_cnpj")


def test_a_single_source_never_denies():
    only = Sources(Finder(cnpjs=(OURS.cnpj,)), (Book("first"),))
    assert resolve_place(CASE, only).outcome == Outcome.UNSURE


def test_a_finder_that_fails_leaves_the_place_open():
    resolution = resolve_place(CASE, sources(failing=True))
    assert resolution.outcome == Outcome.UNSURE
    assert [failure.provider for failure in resolution.failures] == ["finder"]


def test_a_failure_that_did_not_matter_is_forgiven():
    first = Book("first", failing=(OURS.cnpj,))
    assert resolve_place(CASE, sources(OURS.cnpj, first=first)).outcome == Outcome.LINKED


def test_a_failure_beside_rejected_candidates_leaves_the_place_open():
    first = Book("first", {NAMESAKE.cnpj: NAMESAKE}, failing=(OURS.cnpj,))
    second = Book("second", failing=(OURS.cnpj,))
    asked = sources(NAMESAKE.cnpj, OURS.cnpj, first=first, second=second)
    assert resolve_place(CASE, asked).outcome == Outcome.UNSURE


def test_look_ups_stop_at_the_first_company_that_holds():
    book = Book("first", {OURS.cnpj: OURS})
    resolve_place(CASE, sources(OURS.cnpj, *OTHERS, first=book))
    assert book.asked == [OURS.cnpj]


def test_look_ups_of_one_place_are_bounded():
    first, second = Book("first"), Book("second")
    resolution = resolve_place(CASE, sources(*OTHERS, NAMESAKE.cnpj, OURS.cnpj, first=first, second=second))
    assert len(first.asked) == len(second.asked) == MAX_LOOKUPS
    assert resolution.outcome == Outcome.NONE


def test_every_step_is_one_call():
    asked = sources(NAMESAKE.cnpj, OURS.cnpj)
    case, steps = CASE, 0
    while call := next_call(case, asked):
        case, steps = call(), steps + 1
    assert steps == asked.finder.asked + sum(len(book.asked) for book in asked.registries) == 3


def test_records_lent_between_the_calls_are_used():
    asked = sources(OURS.cnpj)
    case = next_call(CASE, asked)()
    case = case.with_records({OURS.cnpj: OURS})
    assert next_call(case, asked) is None
    assert conclude(case).outcome == Outcome.LINKED


def test_a_case_that_was_not_asked_about_yet_is_unsure():
    assert conclude(CASE).outcome == Outcome.UNSURE


def test_two_companies_with_equal_evidence_are_a_guess_that_is_not_made():
    twin = replace(OURS, cnpj="99429071000171")
    case = CASE.with_records({OURS.cnpj: OURS, twin.cnpj: twin})
    resolution = conclude(case)
    assert (resolution.outcome, resolution.drop_reason) == (Outcome.NONE, "no_cnpj")
    assert resolution.score.reasons == ("ambiguous",)


def test_more_evidence_decides_between_two():
    twin = replace(OURS, cnpj="99429071000171", phones=("+555530001234",))
    case = CASE.with_records({OURS.cnpj: OURS, twin.cnpj: twin})
    assert conclude(case).record == twin


def test_of_two_branches_the_headquarters_is_taken():
    branch = replace(OURS, cnpj="99451237000237", is_headquarters=False)
    assert branch.root == OURS.root
    case = CASE.with_records({branch.cnpj: branch, OURS.cnpj: OURS})
    assert conclude(case).record == OURS


# --- Known companies, looked up again ---------------------------------------------------------------

KNOWN = Case(city=SANTA_MARIA, company_id=7, candidates=(OURS.cnpj,))


def test_a_known_company_needs_one_call():
    first = Book("first", {OURS.cnpj: OURS})
    asked = sources(first=first)
    assert resolve_place(KNOWN, asked).outcome == Outcome.LINKED
    assert (len(first.asked), asked.finder.asked) == (1, 0)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [({"status": "08"}, "inactive"), ({"ibge_code": "5208707", "uf": "GO"}, "other_city")],
)
def test_a_known_company_that_closed_or_moved_comes_with_its_record(fields, reason):
    changed = replace(OURS, **fields)
    resolution = resolve_place(KNOWN, sources(first=Book("first", {OURS.cnpj: changed})))
    assert (resolution.outcome, resolution.drop_reason, resolution.record) == (Outcome.NONE, reason, changed)


def test_a_known_company_that_nobody_answers_about_stays_unsure():
    failing = Book("first", failing=(OURS.cnpj,)), Book("second")
    resolution = resolve_place(KNOWN, sources(first=failing[0], second=failing[1]))
    assert resolution.outcome == Outcome.UNSURE


def test_a_known_company_that_two_sources_deny_is_gone():
    resolution = resolve_place(KNOWN, sources(first=Book("first"), second=Book("second")))
    assert (resolution.outcome, resolution.record) == (Outcome.NONE, None)
