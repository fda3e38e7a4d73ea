"""Cities and activities: loading, searching, and what people write (L5, R42)."""

from collections import Counter

import pytest

from registry.models import City, Cnae
from registry.selectors.cities import find_city, find_city_by_label, search_cities
from registry.services.catalog import load_cities_and_activities
from registry.tests.sample import forget_catalogs


@pytest.fixture(scope="module")
def catalogs(django_db_setup, django_db_blocker):
    """The catalogs, loaded once for the module."""
    with django_db_blocker.unblock():
        yield load_cities_and_activities()
        forget_catalogs()


@pytest.fixture
def loaded(catalogs, db):
    return catalogs


def test_all_cities_and_activities_are_loaded(loaded):
    assert (loaded.cities, loaded.cnaes) == (5571, 1359)
    assert City.objects.filter(is_capital=True).count() == 27
    assert not Cnae.objects.get(code="8888888").is_current


def test_loading_again_changes_nothing(loaded):
    before = list(City.objects.order_by("pk").values())
    assert load_cities_and_activities() == loaded
    assert list(City.objects.order_by("pk").values()) == before


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Santa Maria - RS", "4316907"),
        ("santa maria rs", "4316907"),
        ("Sao Paulo-SP", "3550308"),
        ("são paulo sp", "3550308"),
        ("SÃO PAULO/SP", "3550308"),
        ("Santa Maria - RN", "2409332"),
        ("Santa Maria", None),
        ("Rio", None),
        ("Atlântida - XX", None),
        ("", None),
    ],
)
def test_a_label_finds_its_city_only_with_the_state(loaded, label, expected):
    city = find_city_by_label(label)
    assert (city.ibge_code if city else None) == expected


def test_every_city_is_found_by_its_own_label(loaded):
    cities = list(City.objects.order_by("ibge_code")[::50])
    assert [find_city_by_label(city.label) for city in cities] == cities


def test_a_city_is_found_by_an_older_name(loaded):
    older = City.objects.exclude(other_folded_names=[]).first()
    assert find_city(name=older.other_folded_names[0], uf=older.uf) == older


def labels(text, limit=20):
    return [city.label for city in search_cities(text, limit)]


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("Espigão do Oeste - RO", "Espigão D'Oeste - RO"),
        ("espigao doeste ro", "Espigão D'Oeste - RO"),
        ("São Luís do Paraitinga - SP", "São Luís do Paraitinga - SP"),
        ("São Luiz do Paraitinga - SP", "São Luís do Paraitinga - SP"),
        ("Embu - SP", "Embu das Artes - SP"),
        ("Itapagé - CE", "Itapajé - CE"),
        ("Itapajé - CE", "Itapajé - CE"),
        ("Santarém - PB", "Joca Claudino - PB"),
        ("sta maria rs", "Santa Maria - RS"),
        ("Sto. André/SP", "Santo André - SP"),
        ("s. paulo sp", "São Paulo - SP"),
        ("xangrila rs", "Xangri-lá - RS"),
        ("Santa Bárbara do Oeste - SP", "Santa Bárbara d'Oeste - SP"),
        ("Santana do Livramento - RS", "Sant'Ana do Livramento - RS"),
        ("Santa Isabel do Pará - PA", "Santa Izabel do Pará - PA"),
        ("Cel. Vivida - PR", "Coronel Vivida - PR"),
        ("Campo Grande - RN", "Augusto Severo - RN"),
        ("Florínia - SP", "Florínea - SP"),
    ],
)
def test_an_old_alternative_or_abbreviated_spelling_finds_the_town(loaded, label, expected):
    city = find_city_by_label(label)

    assert city.label == expected
    assert city.is_called(label.rpartition(" ")[0].rstrip("/ -")) or "/" in label


def test_no_two_cities_of_a_state_share_a_spelling(loaded):
    keys = Counter(
        (key, city.uf) for city in City.objects.all() for key in set(city.spellings.strip("|").split("|"))
    )

    assert [key for key, count in keys.items() if count > 1] == []


def test_names_are_those_of_annex_a_of_the_national_notes(loaded):
    annex = {
        "2917334": "Iuiu",
        "2613107": "São Caitano",
        "2922250": "Muquém do São Francisco",
        "3550001": "São Luís do Paraitinga",
        "4216057": "São Cristóvão do Sul",
    }

    assert dict(City.objects.filter(pk__in=annex).values_list("pk", "name")) == annex


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("sp", "São Paulo - SP"),
        ("rj", "Rio de Janeiro - RJ"),
        ("s. paulo", "São Paulo - SP"),
        ("sta maria da b", "Santa Maria da Boa Vista - PE"),
        ("xangri", "Xangri-lá - RS"),
        ("xangrila", "Xangri-lá - RS"),
        ("espigao do oeste", "Espigão D'Oeste - RO"),
        ("embu", "Embu das Artes - SP"),
        ("itapage", "Itapajé - CE"),
        ("joca claudino", "Joca Claudino - PB"),
        ("santarem pb", "Joca Claudino - PB"),
    ],
)
def test_what_is_typed_in_another_spelling_brings_the_town_first(loaded, typed, first):
    assert labels(typed)[0] == first


def test_namesakes_of_an_abbreviated_name_come_together(loaded):
    assert labels("sto andre")[:2] == ["Santo André - PB", "Santo André - SP"]


def test_two_letters_of_a_name_still_bring_names(loaded):
    assert labels("am")[0] == "Manaus - AM"
    assert any(label.startswith("Am") for label in labels("am")[1:])


def test_the_exact_name_comes_first_then_names_that_begin_with_it(loaded):
    found = labels("santa maria")
    assert found[:2] == ["Santa Maria - RN", "Santa Maria - RS"]
    assert found[2].startswith("Santa Maria da")


def test_accents_case_and_hyphens_do_not_matter(loaded):
    assert labels("SAO PAULO")[0] == labels("são paulo")[0] == "São Paulo - SP"
    assert labels("embu-guacu")[0] == "Embu-Guaçu - SP"


def test_prefix_comes_before_contains(loaded):
    found = search_cities("campo")
    begins = [city.folded_name.startswith("campo") for city in found]
    assert begins == sorted(begins, reverse=True)
    assert all("campo" in city.folded_name for city in found)


def test_capitals_come_first_on_ties(loaded):
    assert labels("rio")[:2] == ["Rio Branco - AC", "Rio de Janeiro - RJ"]
    assert labels("campo")[0] == "Campo Grande - MS"


def test_a_state_at_the_end_narrows_the_list(loaded):
    assert labels("santa maria rs")[0] == "Santa Maria - RS"
    assert labels("Santa Maria - R")[:2] == ["Santa Maria - RN", "Santa Maria - RS"]
    assert labels("sao paulo sp") == ["São Paulo - SP"]


def test_at_most_twenty_cities_come(loaded):
    assert len(labels("a")) == 20
    assert labels("") == labels("%%%") == []


def test_a_city_is_shown_with_its_state(loaded):
    assert City.objects.get(ibge_code="4316907").label == "Santa Maria - RS"
