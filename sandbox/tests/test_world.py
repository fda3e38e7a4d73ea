"""The invented world: the same everywhere, plausible in size, and nothing in it real."""

import json
import subprocess
import sys
from collections import Counter

import pytest

from sandbox.world import World
from sandbox.world.invented import KINDS, misprint
from sandbox.world.names import BRANDS, coin, read
from sandbox.world.numbers import cnpj_digits, is_cnpj
from sandbox.world.seats import Seat
from sandbox.world.truth import describe

SANTA_MARIA = "Santa Maria - RS"
SEARCHES = [
    ("pet shop", SANTA_MARIA),
    ("dentista", "Campinas - SP"),
    ("restaurante", "Belo Horizonte - MG"),
    ("padaria", "Bujari - AC"),
    ("metalúrgica", "Caxias do Sul - RS"),
    ("loja de discos de vinil", "Recife - PE"),
]


def truth(world, niche, city):
    return describe(world, niche, world.catalog.find_city(city))


def places_of(world, niche, city):
    return world.search(niche, world.catalog.find_city(city))


@pytest.fixture(scope="module")
def shown(world):
    """Every place of a few searches, once each."""
    found = [place for niche, city in SEARCHES for place in places_of(world, niche, city)]
    return list({place.key: place for place in found}.values())


@pytest.mark.parametrize(("niche", "city"), SEARCHES)
def test_two_worlds_show_the_same(world, niche, city):
    assert truth(World(), niche, city) == truth(world, niche, city)


def test_another_process_shows_the_same(world):
    program = (
        "import json; from sandbox.world import World; from sandbox.world.truth import describe; w = World();"
        f"print(json.dumps(describe(w, 'pet shop', w.catalog.find_city({SANTA_MARIA!r}))))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout
    assert json.loads(printed) == truth(world, "pet shop", SANTA_MARIA)


def test_the_order_of_questions_changes_nothing(world):
    backwards = World()
    for niche, city in reversed(SEARCHES):
        truth(backwards, niche, city)
    assert all(truth(backwards, *asked) == truth(world, *asked) for asked in SEARCHES)


def test_the_demo_search_has_several_pages(world):
    assert 22 <= truth(world, "pet shop", SANTA_MARIA)["count"] <= 70


def test_sizes_follow_the_city(world):
    def total(city):
        return sum(truth(world, niche, city)["count"] for niche in ("padaria", "dentista", "advogado"))

    assert total("São Paulo - SP") > total("Campinas - SP") > total(SANTA_MARIA) > total("Bujari - AC")


def test_a_few_niches_are_found_nowhere(world):
    assert not any(places_of(world, "táxi aéreo", city) for city in ("São Paulo - SP", SANTA_MARIA))


def test_every_city_can_be_searched(world):
    found = [len(world.search("padaria", city)) for city in world.catalog.cities[::40]]
    assert sum(1 for count in found if count) > len(found) * 0.7


def test_spellings_of_a_niche_are_one(world):
    texts = ("Pet shop", "pet-shop", "petshop", "PET SHOPS", "banho e tosa")
    assert len({places_of(world, text, SANTA_MARIA) for text in texts}) == 1


def test_most_free_texts_find_places_and_some_do_not(world):
    counts = [len(places_of(world, f"coisa rara {number}", "Recife - PE")) for number in range(100)]
    assert 1 <= counts.count(0) <= 20


def test_each_kind_of_trap_occurs_at_its_rate(world):
    kinds = Counter()
    for city in ("São Paulo - SP", "Rio de Janeiro - RJ", "Recife - PE", "Curitiba - PR"):
        for niche in ("restaurante", "bar", "dentista", "advogado", "hotel"):
            kinds.update(place.trap for place in places_of(world, niche, city))
    share = {trap: count / kinds.total() for trap, count in kinds.items()}
    assert 0.03 < share["no company"] < 0.10
    assert 0.02 < share["inactive"] < 0.09
    assert 0.01 < share["registered elsewhere"] < 0.07
    assert 0.01 < share["misprint"] < 0.07
    assert sum(percent for _, percent in KINDS) == 100


def test_right_maybe_and_wrong_share_nothing(world):
    for niche, city in SEARCHES:
        found = truth(world, niche, city)
        groups = [set(found[name]) for name in ("right", "maybe", "wrong")]
        assert len(set.union(*groups)) == sum(map(len, groups))


def test_what_is_right_is_active_and_in_the_city(world):
    for niche, city in SEARCHES:
        for cnpj in truth(world, niche, city)["right"]:
            company = world.find_company(cnpj)
            assert company.is_active
            assert company.city.label == city


def test_namesakes_live_in_another_state_and_have_the_same_brand(shown):
    namesakes = [place for place in shown if place.homonym]
    assert len(namesakes) > 10
    assert all(place.homonym.uf != place.city.uf for place in namesakes)
    names = [
        (place.title.lower(), f"{place.homonym.legal_name} {place.homonym.trade_name}".lower())
        for place in namesakes
    ]
    assert all(any(len(word) > 7 and word in name for word in title.split()) for title, name in names)


def test_a_search_shows_neighbouring_cities_and_repeats(world):
    found = places_of(world, "restaurante", "Campinas - SP")
    assert {place.city.label for place in found} > {"Campinas - SP"}
    several = [places_of(world, niche.name, "São Paulo - SP") for niche in world.catalog.niches[:40]]
    assert any(len(places) > len({place.key for place in places}) for places in several)


def test_companies_are_found_again_by_number_and_places_by_name(world, shown):
    for place in shown:
        assert place.company is None or world.find_company(place.company.cnpj) == place.company
        assert place.key in {found.key for found in world.find_by_name(place.title, place.city)}


def test_numbers_have_right_digits_and_misprints_do_not(shown):
    assert all(is_cnpj(place.company.cnpj) for place in shown if place.company)
    assert not any(is_cnpj(place.wrong_cnpj) for place in shown if place.wrong_cnpj)
    assert not is_cnpj(misprint("99451237000156"))


def test_nothing_is_real(shown):
    for place in shown:
        company = place.company
        if company is None or not company.invented:
            continue
        assert company.root.startswith("99")
        assert all(number[1:4] == "000" for _, number in company.phones if len(number) == 8)
        assert not company.email or company.email.endswith(".EXAMPLE")
        assert not place.website or place.website.endswith(".example/")


def test_some_numbers_have_letters(world):
    cnpjs = [
        cnpj for niche in ("bar", "hotel", "dentista") for cnpj in truth(world, niche, "Recife - PE")["right"]
    ]
    letters = sum(not cnpj.isdigit() for cnpj in cnpjs)
    assert 1 <= letters < len(cnpjs) / 4


def test_phones_differ_inside_a_city(world):
    city = world.catalog.find_city(SANTA_MARIA)
    found = {place.key: place for niche in world.catalog.niches[::6] for place in world.results(niche, city)}
    own = [place.company for place in found.values() if place.company and place.company.city is city]
    phones = Counter(phone for company in set(own) for phone in company.phones if phone[1][:5] != "30009")
    del phones["", "0"]
    assert {phone for phone, count in phones.items() if count > 1} <= world.sample.phones


def test_every_seat_has_its_own_number(world):
    seats = world._invented.seats
    sample = [
        Seat(city, pool, place)
        for city in range(0, 5571, 97)
        for pool in range(0, 600, 31)
        for place in (0, 3)
    ]
    numbers = [seats.cnpj(seat) for seat in sample]
    assert len(set(numbers)) == len(numbers)
    assert [seats.find(number) for number in numbers] == sample


def test_a_number_that_nobody_has_is_nobody(world):
    assert world.find_company("12ABC34501DE35") is None
    assert world.find_company("990000000002" + cnpj_digits("990000000002")) is None


def test_every_word_reads_back():
    assert all(read(coin(number)) == number for number in range(0, BRANDS, 13))
    assert read("padaria") is None


def test_the_sample_holds_what_it_promises(world):
    assert len(world.sample.companies) == 3301
    assert sum(company.is_active for company in world.sample.companies.values()) == 2082
