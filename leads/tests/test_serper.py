"""Serper: recorded shapes (places.md §1), and the real client against the sandbox."""

from decimal import Decimal

import pytest

from core.errors import ProviderAccountTrouble, Refused, Unavailable, Unreadable
from leads.gateways import get_company_finder, get_search_providers
from leads.gateways.base import PlaceQuery
from leads.gateways.serper import SerperProvider, read_candidates, read_page, read_place

SANTA_MARIA = PlaceQuery("pet shop", "Santa Maria", "RS", -29.6842, -53.8069, "55")
VALDORA = {
    "position": 1,
    "title": "Clínica Odontológica Valdora",
    "address": "R. das Acácias, 577 - Vila Nova, Campinas - SP, 13073-145, Brasil",
    "latitude": -22.8951,
    "longitude": -47.0702,
    "rating": 4.8,
    "ratingCount": 312,
    "type": "Dentista",
    "types": ["Dentista", "Clínica odontológica"],
    "website": "https://valdora.example/",
    "phoneNumber": "+55 19 3000-1234",
    "openingHours": {"segunda-feira": "08:00–18:00", "domingo": "Fechado"},
    "priceLevel": None,
    "cid": "11223344556677889900",
    "fid": "0x94c8c8f2:0x9bc1e5a1",
    "placeId": "ChIJexampleValdora01",
}
TUPIRANA = {
    "position": 2,
    "title": "Odonto Tupirana",
    "address": "Av. Sete de Setembro, 1200 - sala 4 - Centro, Campinas - SP, 13010-001, Brasil",
    "type": "Dentista",
    "types": ["Dentista"],
    "phoneNumber": "(19) 99000-1234",
    "cid": "22334455667788990011",
}
SEARCH = {
    "searchParameters": {"q": "CNPJ Clínica Odontológica Valdora Campinas - SP", "type": "search"},
    "organic": [
        {
            "title": "Valdora Odontologia Ltda - 99.451.237/0001-56 - Campinas SP",
            "link": "https://consultas.example/99451237000156",
            "snippet": "Empresa VALDORA ODONTOLOGIA LTDA, CNPJ 99.451.237/0001-56, Campinas - SP.",
        },
        {
            "title": "Contato - Valdora",
            "link": "https://valdora.example/",
            "snippet": "CNPJ: 99.Q7K.9M2/0001-02",
        },
    ],
    "credits": 1,
}


def page_of(*rows, **extra):
    return {"searchParameters": {"type": "maps"}, "places": list(rows), "credits": 2, **extra}


# --- Shapes of /maps --------------------------------------------------------------------------------


def test_a_row_of_the_map_becomes_a_place():
    place = read_place(VALDORA)
    assert (place.provider, place.provider_id, place.map_id) == (
        "serper",
        "ChIJexampleValdora01",
        "11223344556677889900",
    )
    assert (place.street_number, place.district, place.city, place.uf, place.postal_code) == (
        "577",
        "Vila Nova",
        "Campinas",
        "SP",
        "13073145",
    )
    assert (place.phone, place.rating, place.rating_count) == ("+551930001234", Decimal("4.8"), 312)
    assert place.categories == ("Dentista", "Clínica odontológica")


def test_every_other_name_of_a_field_is_read():
    place = read_place(
        {
            "name": "Valdora",
            "formattedAddress": VALDORA["address"],
            "phone": "(19) 3000-1234",
            "reviews": "6.703",
            "category": "Dentista",
            "site": "https://valdora.example/",
            "fid": "0x94c8c8f2:0x9bc1e5a1",
        }
    )
    assert (place.name, place.city, place.phone) == ("Valdora", "Campinas", "+551930001234")
    assert (place.rating_count, place.categories, place.website) == (
        6703,
        ("Dentista",),
        "https://valdora.example/",
    )
    assert place.provider_id == "0x94c8c8f2:0x9bc1e5a1"


def test_a_row_needs_a_name_and_an_id():
    assert read_place({"title": "Sem identidade"}) is None
    assert read_place({"cid": "1"}) is None
    assert read_place("text") is None


def test_a_numeric_cid_is_kept_as_text():
    assert read_place({"title": "Valdora", "cid": 11223344556677889900}).provider_id == "11223344556677889900"


@pytest.mark.parametrize(
    ("value", "count"),
    [(312, 312), (312.0, 312), ("6.703", 6703), (None, None), (True, None), ("muitas", None)],
)
def test_rating_counts_in_every_form(value, count):
    assert read_place(VALDORA | {"ratingCount": value}).rating_count == count


@pytest.mark.parametrize("value", [None, "", "ótimo", -1, 6, "NaN"])
def test_a_rating_that_is_none_stays_empty(value):
    assert read_place(VALDORA | {"rating": value}).rating is None


@pytest.mark.parametrize("value", ["+1 212 555 0100", "99000-1234", "", None])
def test_phones_that_cannot_be_read_stay_empty(value):
    assert read_place(VALDORA | {"phoneNumber": value}).phone == ""


def test_lists_come_under_three_names():
    for answer in (page_of(VALDORA), {"results": [VALDORA], "credits": 1}, [VALDORA]):
        assert [place.name for place in read_page(answer, 1).places] == ["Clínica Odontológica Valdora"]


def test_a_page_without_places_is_no_results():
    page = read_page({"searchParameters": {"type": "maps"}, "credits": 1}, 1)
    assert (page.places, page.is_last, page.cost) == ((), True, 1)


def test_a_short_page_is_the_last_and_a_full_one_is_not():
    assert read_page(page_of(VALDORA, TUPIRANA), 1).is_last
    rows = [VALDORA | {"placeId": f"ChIJ{number}"} for number in range(20)]
    assert not read_page(page_of(*rows), 1).is_last
    assert read_page(page_of(*rows), 50).is_last


def test_rows_that_cannot_be_read_are_counted():
    page = read_page(page_of(VALDORA, {"title": "Sem identidade"}, None), 1)
    assert (len(page.places), page.unreadable_rows) == (1, 2)


@pytest.mark.parametrize(
    "answer",
    [
        {"mensagem": "olá"},
        {},
        "text",
        None,
        {"places": {"title": "Valdora"}, "credits": 1},
        page_of({"nome": "Valdora", "id": "1"}),
        page_of(*[{"title": f"Valdora {n}", "cid": str(n)} for n in range(20)]),
    ],
)
def test_a_shape_that_we_do_not_know_is_an_error_with_a_masked_sample(answer):
    with pytest.raises(Unreadable) as caught:
        read_page(answer, 1)
    assert "Valdora" not in caught.value.detail


# --- Shapes of /search ------------------------------------------------------------------------------


def test_numeric_and_alphanumeric_cnpjs_are_found():
    assert read_candidates(SEARCH, "Campinas", "SP") == ["99451237000156", "99Q7K9M2000102"]


def test_results_that_name_the_city_come_first():
    far = {"title": "Valdora - Goiânia - GO", "snippet": "CNPJ 99.423.561/0001-60"}
    answer = SEARCH | {"organic": [far, *SEARCH["organic"]]}
    assert read_candidates(answer, "Campinas", "SP")[0] == "99451237000156"


def test_wrong_check_digits_are_no_candidates():
    answer = SEARCH | {"organic": [{"title": "x", "snippet": "CNPJ 99.451.237/0001-57, 12345678901234"}]}
    assert read_candidates(answer, "Campinas", "SP") == []


def test_no_result_is_an_empty_list_and_an_unknown_shape_an_error():
    assert read_candidates({"searchParameters": {}, "credits": 1}, "Campinas", "SP") == []
    for answer in ([], {"resultados": []}, {"organic": "none", "credits": 1}):
        with pytest.raises(Unreadable):
            read_candidates(answer, "Campinas", "SP")


# --- Over HTTP --------------------------------------------------------------------------------------


def test_the_provider_of_the_settings_is_serper():
    assert [type(provider) for provider in get_search_providers()] == [SerperProvider]


def test_settings_that_name_nonsense_fail_loudly(settings):
    settings.LEADS_SEARCH_PROVIDERS = ["leads.gateways.base.PlaceQuery"]
    with pytest.raises(TypeError, match="SearchProvider"):
        get_search_providers()


def test_pages_of_pet_shops_in_santa_maria(sandbox):
    provider = SerperProvider()
    first, second = provider.search(SANTA_MARIA, 1), provider.search(SANTA_MARIA, 2)
    assert len(first.places) == 20
    assert {place.city for place in first.places} >= {"Santa Maria"}
    assert {place.provider_id for place in first.places} != {place.provider_id for place in second.places}
    assert [call["status"] for call in sandbox.calls("serper")] == [200, 200]


def test_a_city_without_the_niche_is_an_empty_last_page(sandbox):
    page = SerperProvider().search(PlaceQuery("Astronauta", "Serra da Saudade", "MG", -19.44, -45.8, "37"), 3)
    assert page.is_last


def test_the_finder_finds_the_company_of_a_place(sandbox):
    truth = next(
        place
        for place in sandbox.world("pet shop", "Santa Maria - RS")["places"]
        if place["verdict"] == "right" and "name" in place["evidence"]
    )
    found = get_company_finder().find_cnpjs(truth["title"], "Santa Maria", "RS")
    assert truth["cnpj"] in found


@pytest.mark.parametrize(
    ("status", "message"), [(401, "Unauthorized."), (403, "Unauthorized."), (400, "Not enough credits")]
)
def test_trouble_with_our_account_is_not_no_results(sandbox, status, message):
    sandbox.fail("serper", "status", status=status, message=message)
    with pytest.raises(ProviderAccountTrouble):
        SerperProvider().search(SANTA_MARIA, 1)
    with pytest.raises(ProviderAccountTrouble):
        get_company_finder().find_cnpjs("Valdora", "Santa Maria", "RS")


def test_a_400_that_names_a_parameter_is_our_bug_and_not_repeated(sandbox):
    sandbox.fail("serper", "status", status=400, message="Parameter ll is required")
    with pytest.raises(Refused) as caught:
        SerperProvider().search(SANTA_MARIA, 1)
    assert not isinstance(caught.value, ProviderAccountTrouble)
    assert len(sandbox.calls("serper")) == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 500},
        {"kind": "status", "status": 429, "retry_after": "0"},
        {"kind": "drop"},
        {"kind": "cut"},
    ],
)
def test_one_bad_answer_is_repeated(sandbox, fault):
    sandbox.fail("serper", count=1, **fault)
    assert SerperProvider().search(SANTA_MARIA, 1).places


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"kind": "status", "status": 503}, Unavailable),
        ({"kind": "status", "status": 429}, Unavailable),
        ({"kind": "drop"}, Unavailable),
        ({"kind": "garbage"}, Unreadable),
        ({"kind": "html"}, Unreadable),
    ],
)
def test_a_lasting_fault_is_an_error_and_never_an_empty_page(sandbox, fault, error):
    sandbox.fail("serper", **fault)
    with pytest.raises(error):
        SerperProvider().search(SANTA_MARIA, 1)
