"""Which registry record is the company behind a place, and which only looks like it (L10, R38)."""

from dataclasses import replace

import pytest

from leads.matching import (
    CityIdentity,
    PlaceValue,
    email_domain,
    find_closed_gate,
    is_in_city,
    name_similarity,
    plain_number,
    score_candidate,
    telling_words,
    website_domain,
)
from registry.values import RegistryRecord

CAMPINAS = CityIdentity("3509502", "6291", "SP", ("campinas",))
PLACE = PlaceValue(
    id=1,
    name="Clínica Odontológica Valdora",
    city=CAMPINAS,
    city_name="Campinas",
    phone="+551930001234",
    street_number="577",
    postal_code="13073145",
    website="https://www.valdora.example/contato",
)
STRANGER = RegistryRecord(
    cnpj="99451237000156",
    legal_name="NORTIBA PARTICIPACOES LTDA",
    status="02",
    source="brasilapi",
    ibge_code="3509502",
    siafi_code="6291",
    city_name="CAMPINAS",
    uf="SP",
)
COMPANY = replace(STRANGER, legal_name="VALDORA ODONTOLOGIA LTDA")


def accepted(place=PLACE, **fields):
    return score_candidate(place, replace(STRANGER, **fields)).accepted


# --- Evidence ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"legal_name": "VALDORA ODONTOLOGIA LTDA"}, "name:100"),
        ({"trade_name": "CLINICA ODONTOLOGICA VALDORA"}, "name:100"),
        ({"phones": ("+551130000000", "+551930001234")}, "phone"),
        ({"postal_code": "13073145", "number": "577"}, "address"),
        ({"email": "contato@valdora.example"}, "domain"),
    ],
)
def test_one_piece_of_evidence_is_enough(fields, reason):
    score = score_candidate(PLACE, replace(STRANGER, **fields))
    assert score.accepted
    assert score.reasons == (reason,)


def test_without_evidence_a_company_of_the_city_is_not_the_one():
    score = score_candidate(PLACE, STRANGER)
    assert (score.accepted, score.drop_reason, score.points) == (False, "no_evidence", 0)


def test_reasons_come_strongest_first_and_points_add_up():
    everything = replace(
        COMPANY,
        phones=("+551930001234",),
        postal_code="13073145",
        number="577",
        email="contato@valdora.example",
    )
    score = score_candidate(PLACE, everything)
    assert score.reasons[0] == "phone"
    assert len(score.reasons) == 4
    assert score.points == 171


# --- Gates ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"cnpj": "99451237000157"}, "invalid_cnpj"),
        ({"ibge_code": "5208707", "uf": "GO", "city_name": "GOIANIA"}, "other_city"),
        ({"ibge_code": "3550308"}, "other_city"),
        ({"uf": "MG"}, "other_city"),
        ({"status": "08"}, "inactive"),
        ({"status": "05"}, "inactive"),
        ({"status": ""}, "inactive"),
    ],
)
def test_a_closed_gate_outweighs_all_evidence(fields, reason):
    score = score_candidate(PLACE, replace(COMPANY, phones=("+551930001234",), **fields))
    assert (score.accepted, score.drop_reason) == (False, reason)
    assert score.reasons


def test_a_namesake_of_another_state_never_passes():
    namesake = replace(COMPANY, ibge_code="5208707", siafi_code="9373", uf="GO", city_name="GOIANIA")
    assert not score_candidate(PLACE, namesake).accepted


def test_a_city_is_known_by_any_of_its_codes_or_by_name_and_state():
    def placed(**fields):
        return is_in_city(CAMPINAS, replace(STRANGER, ibge_code="", siafi_code="", **fields))

    assert is_in_city(CAMPINAS, replace(STRANGER, ibge_code=""))
    assert placed(city_name="Campinas")
    assert not placed(city_name="CAMPINAS", uf="")
    assert not placed(city_name="CAMPINAS", uf="PB")
    assert not placed(city_name="")


def test_a_known_company_is_judged_by_the_gates_alone():
    assert find_closed_gate(CAMPINAS, STRANGER) == ""
    assert find_closed_gate(CAMPINAS, replace(STRANGER, status="08")) == "inactive"


# --- What identifies nobody -------------------------------------------------------------------------


def test_a_shared_phone_is_no_evidence():
    shared = replace(PLACE, phone_is_shared=True)
    assert not accepted(shared, phones=("+551930001234",))


@pytest.mark.parametrize("phone", ["08007001234", "40041234", ""])
def test_numbers_of_no_one_are_no_evidence(phone):
    assert not accepted(replace(PLACE, phone=phone), phones=(phone,))


@pytest.mark.parametrize(
    ("site", "email"),
    [
        ("https://gmail.example/valdora", "valdora@gmail.example"),
        ("https://instagram.com/valdora", "valdora@instagram.com"),
        ("https://contabilidadedonorte.example", "fiscal@contabilidadedonorte.example"),
        ("https://valdora.com.br", "contato@com.br"),
        ("", ""),
        ("https://valdora.example", "not an e-mail"),
    ],
)
def test_domains_of_many_are_no_evidence(site, email):
    assert not accepted(replace(PLACE, website=site), email=email)


def test_a_domain_of_twenty_companies_is_no_evidence():
    assert not accepted(replace(PLACE, domain_is_shared=True), email="contato@valdora.example")


@pytest.mark.parametrize("number", ["S/N", "", "SN"])
def test_a_place_without_a_number_has_no_address_evidence(number):
    place = replace(PLACE, street_number=number)
    assert not accepted(place, postal_code="13073145", number=number)


# --- Names ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place_name", "registry_name"),
    [
        ("Clínica Odontológica Valdora", "VALDORA ODONTOLOGIA LTDA"),
        ("Valdora", "VALDORA SERVICOS ODONTOLOGICOS EIRELI ME"),
        ("Valdora Odontologia | Implantes em Campinas", "VALDORA ODONTOLOGIA LTDA"),
        ("Pet Mania", "PETMANIA COMERCIO LTDA"),
        ("Pet Shop Aurora - Banho e Tosa", "AURORA PET SHOP LTDA"),
        ("Móveis Serviva", "SERVIVA MOVEIS PLANEJADOS LTDA"),
        ("Padaria São João", "PANIFICADORA SAO JOAO LTDA - ME"),
        ("Restaurante Central", "RESTAURANTE CENTRAL LTDA"),
        ("Auto Posto Campinas", "AUTO POSTO CAMPINAS LTDA"),
        ("Valdoora", "VALDORA LTDA"),
    ],
)
def test_the_same_name_in_other_clothes_is_alike(place_name, registry_name):
    assert name_similarity(replace(PLACE, name=place_name), registry_name) >= 90


@pytest.mark.parametrize(
    ("place_name", "registry_name"),
    [
        ("Clínica Odontológica Valdora", "CLINICA ODONTOLOGICA DORUMBRA LTDA"),
        ("Clínica Odontológica", "CLINICA ODONTOLOGICA VALDORA LTDA"),
        ("Valdora Odontologia", "VALMORA ODONTOLOGIA LTDA"),
        ("Padaria São João", "PADARIA SAO JOAO DO SUL E FILHOS LTDA"),
        ("Barbearia do Gabriel", "GABRIEL PEREIRA VALVERDINO"),
        ("Pet Shop Campinas", "CAMPINAS AUTO PECAS LTDA"),
        ("Restaurante", "RESTAURANTE SABOR LTDA"),
        ("Pet Shop", "PET SHOP LTDA"),
        ("!!!", "VALDORA LTDA"),
    ],
)
def test_words_of_the_trade_make_nobody_alike(place_name, registry_name):
    assert name_similarity(replace(PLACE, name=place_name), registry_name) < 90


def test_telling_words_leave_out_trade_and_city():
    place = replace(PLACE, name="Clínicas Odontológicas Valdora de Campinas Ltda")
    assert telling_words(place) == ["valdora"]


# --- Small readers ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("site", "domain"),
    [
        ("https://www.valdora.example/", "valdora.example"),
        ("valdora.com.br/contato", "valdora.com.br"),
        ("https://loja.valdora.com.br", "loja.valdora.com.br"),
        ("https://linktr.ee/valdora", ""),
        ("http://localhost", ""),
        ("", ""),
    ],
)
def test_the_domain_of_a_site(site, domain):
    assert website_domain(site) == domain


def test_the_domain_of_an_email():
    assert email_domain("Contato@Valdora.Example") == "valdora.example"
    assert email_domain("a@hotmail.com.br") == ""
    assert email_domain("valdora.example") == ""


def test_a_shop_below_the_companys_domain_is_the_companys():
    assert accepted(replace(PLACE, website="https://loja.valdora.example"), email="a@valdora.example")


def test_street_numbers_compare_by_digits():
    assert plain_number("577 A") == plain_number("0577") == "577"
    assert plain_number("S/N") == ""
