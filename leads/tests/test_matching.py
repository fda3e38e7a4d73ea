"""Which registry record is the company behind a place, and which only looks like it (L10, R38)."""

from dataclasses import replace

import pytest

from leads.matching import (
    CityIdentity,
    PlaceValue,
    email_domain,
    find_closed_gate,
    glued_words,
    is_in_city,
    plain_number,
    score_candidate,
    telling_words,
    website_domain,
)
from registry.values import RegistryRecord

CAMPINAS = CityIdentity("3509502", "6291", "SP", ("campinas",))
PHONE, OTHER_PHONE = "+551930001234", "+551930009876"
HERE = {"street": "R. das Acácias", "street_number": "577", "postal_code": "13073145"}
ELSEWHERE = {"street": "Av. Brasil", "street_number": "90", "postal_code": "13010001"}
REGISTERED_HERE = {"street": "RUA DAS ACACIAS", "number": "577", "postal_code": "13073145"}
REGISTERED_ELSEWHERE = {"street": "AVENIDA BRASIL", "number": "90", "postal_code": "13010001"}
DENTIST, DOCTOR, BOOKS, MARKET, PHARMACY = "8630504", "8630503", "6920601", "4711302", "4771701"
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
COMPANY = replace(STRANGER, legal_name="VALDORA ODONTOLOGIA LTDA", main_cnae=DENTIST)


def place(name="Clínica Odontológica Valdora", **fields):
    return PlaceValue(id=1, name=name, city=CAMPINAS, city_name="Campinas", **fields)


def company(legal_name="", **fields):
    return replace(STRANGER, legal_name=legal_name, **fields)


def person(name, **fields):
    return company(name, is_individual=True, legal_nature="2135", **fields)


# --- Buyers were charged for the wrong company --------------------------------------------------------


@pytest.mark.parametrize(
    ("sign", "category", "legal_name", "cnae"),
    [
        ("Mercado São Joanino", "Supermercado", "FARMACIA SAO JOANINO LTDA", PHARMACY),
        ("Hotel Progresso", "Hotel", "PROGRESSO SUPERMERCADOS LTDA", MARKET),
        ("Pet Shop Amigo Fiel", "Pet shop", "AMIGO FIEL FUNERARIA LTDA", "9603304"),
        ("Hotel Progresso", "", "PROGRESSO LTDA", MARKET),
        ("Padaria Zimbrava", "", "ZIMBRAVA AUTO PECAS LTDA", "4530703"),
    ],
)
def test_a_name_without_its_trade_words_is_not_the_company(sign, category, legal_name, cnae):
    seen = place(sign, categories=(category,) if category else (), **HERE)

    assert not score_candidate(seen, company(legal_name, main_cnae=cnae)).accepted
    assert not score_candidate(seen, company(legal_name, main_cnae=cnae, phones=(OTHER_PHONE,))).accepted
    assert not score_candidate(seen, company(legal_name, main_cnae=cnae, **REGISTERED_HERE)).accepted


def test_a_door_alone_is_an_office_buildings():
    doctor = place("Dr. Otávio Espelhano", categories=("Cardiologista",), **HERE)
    accountant = company("NORTIBA CONTABILIDADE LTDA", main_cnae=BOOKS, **REGISTERED_HERE)
    rival = company("NORTIBA SERVICOS MEDICOS LTDA", main_cnae=DOCTOR, **REGISTERED_HERE)

    assert "-other_trade_in_name" in score_candidate(doctor, accountant).told
    assert not score_candidate(doctor, accountant).accepted
    assert not score_candidate(doctor, rival).accepted
    assert not score_candidate(place("!!!", **HERE), replace(STRANGER, **REGISTERED_HERE)).accepted


def test_a_phone_under_an_unrelated_name_is_not_enough():
    seen = place(phone=PHONE, **HERE)

    assert not score_candidate(seen, replace(STRANGER, phones=(PHONE,))).accepted
    recycled = company("NORTIBA PNEUS LTDA", phones=(PHONE,), main_cnae="4530705", **REGISTERED_ELSEWHERE)
    assert not score_candidate(seen, recycled).accepted
    same_trade = company(
        "NORTIBA ODONTOLOGIA LTDA", phones=(PHONE,), main_cnae=DENTIST, **REGISTERED_ELSEWHERE
    )
    assert not score_candidate(seen, same_trade).accepted


@pytest.mark.parametrize(
    ("sign", "legal_name"),
    [
        ("Churrascaria Gaúcho", "CHURRASCARIA GAUCHAO LTDA"),
        ("Churrascaria Marcos", "CHURRASCARIA MARCO LTDA"),
        ("Churrascaria Bella Lina", "CHURRASCARIA BELLA TINA LTDA"),
    ],
)
def test_one_letter_makes_another_company(sign, legal_name):
    grill = company(legal_name, main_cnae="5611201")

    assert not score_candidate(place(sign, categories=("Churrascaria",)), grill).accepted


# --- What is weighed ------------------------------------------------------------------------------------


def test_reasons_come_strongest_first_then_objections():
    seen = place(phone=OTHER_PHONE, website="https://valdora.example", **HERE)
    record = replace(COMPANY, phones=(PHONE,), email="contato@valdora.example", **REGISTERED_HERE)

    score = score_candidate(seen, record)

    assert score.told == ("name", "domain", "address", "trade", "-other_phone")
    assert score.points == 55 + 55 + 35 + 20 - 15 + 1


def test_without_evidence_a_company_of_the_city_is_not_the_one():
    score = score_candidate(place(), STRANGER)
    assert (score.accepted, score.drop_reason, score.points) == (False, "no_evidence", 1)


@pytest.mark.parametrize(
    ("seen", "record"),
    [
        ({}, {}),
        ({"phone": PHONE, **ELSEWHERE}, {"phones": (PHONE,), **REGISTERED_HERE}),
        ({"phone": OTHER_PHONE, **HERE}, {"phones": (PHONE,), **REGISTERED_HERE}),
        ({"phone": OTHER_PHONE}, {"phones": (PHONE,)}),
        ({**HERE, "postal_code": "13099999"}, REGISTERED_HERE),
        ({**HERE, "street": ""}, REGISTERED_HERE),
        ({**HERE, "street_number": "577 A"}, {**REGISTERED_HERE, "number": "0577"}),
    ],
    ids=["name and trade", "moved", "new phone", "other phone alone", "wrong CEP", "CEP and number", "577 A"],
)
def test_a_rare_name_of_the_right_trade_stands_against_one_contradiction(seen, record):
    assert score_candidate(place(**seen), replace(COMPANY, **record)).accepted


@pytest.mark.parametrize("name", ["Clínica Odontológica Valdora", "Clínica Odontológica São João"])
def test_a_namesake_with_another_phone_on_another_street_is_another_company(name):
    legal_name = "VALDORA ODONTOLOGIA LTDA" if "Valdora" in name else "SAO JOAO ODONTOLOGIA LTDA"
    seen = place(name, phone=OTHER_PHONE, **ELSEWHERE)

    record = company(legal_name, main_cnae=DENTIST, phones=(PHONE,), **REGISTERED_HERE)

    assert not score_candidate(seen, record).accepted


def test_of_a_franchise_only_the_unit_at_the_door_is_meant():
    holder = company("GAROANO COMERCIO LTDA", trade_name="VALDORA CALCADOS", main_cnae="4782201")
    seen = place("Valdora Calçados", categories=("Loja de calçados",), **HERE)

    assert score_candidate(seen, replace(holder, **REGISTERED_HERE)).accepted
    assert not score_candidate(seen, replace(holder, **REGISTERED_ELSEWHERE)).accepted


def test_a_sole_owner_trades_under_any_name():
    seen = place("Barbearia Toque Final", categories=("Barbearia",), phone=PHONE, **HERE)
    owner = person("JOAO HORTENSIANO", main_cnae="9602501", phones=(PHONE,), **REGISTERED_HERE)

    assert score_candidate(seen, owner).accepted
    assert score_candidate(seen, replace(owner, street="", number="", postal_code="")).accepted
    assert not score_candidate(seen, replace(owner, phones=(OTHER_PHONE,))).accepted
    assert not score_candidate(seen, replace(owner, main_cnae="4520001", **REGISTERED_ELSEWHERE)).accepted


def test_a_persons_name_on_the_sign_is_no_other_persons_company():
    seen = place("Beatriz Cardealino - Dentista", **HERE)
    hers = person("BEATRIZ DE SOUZA CARDEALINO", main_cnae=DENTIST)
    his = person("PAULO SERGIO CORREGANO", main_cnae=DENTIST, **REGISTERED_HERE)

    assert score_candidate(seen, hers).accepted
    assert not score_candidate(seen, his).accepted


def test_the_trade_may_be_a_secondary_activity_or_an_old_one_on_file():
    bakery = place("Padaria Corandela", categories=("Padaria",), **HERE)
    beside = company("CORANDELA LTDA", main_cnae="5611201", other_cnaes=("4721102",), **REGISTERED_HERE)
    old = company("PANIFICADORA CORANDELA LTDA", main_cnae="4781400", **REGISTERED_HERE)

    assert "trade_besides" in score_candidate(bakery, beside).reasons
    assert "trade_besides" in score_candidate(bakery, old).reasons


def test_the_niche_of_the_search_is_the_trade_of_a_place_that_tells_none():
    seen = place("Valdora", niche_cnaes=frozenset({DENTIST}))

    assert score_candidate(seen, COMPANY).accepted
    assert not score_candidate(place("Valdora"), COMPANY).accepted
    assert (
        "-other_trade" in score_candidate(seen, replace(COMPANY, legal_name="VALDORA", main_cnae=MARKET)).told
    )


def test_a_kindred_trade_neither_helps_nor_contradicts():
    grocer = company("VALDORA COMERCIO LTDA", main_cnae=MARKET)

    told = score_candidate(place("Padaria Valdora", categories=("Padaria",)), grocer).told

    assert not [reason for reason in told if "trade" in reason]


@pytest.mark.parametrize(
    ("ours", "theirs", "reason"),
    [
        ("sala 12", "SALA 0012", "room"),
        ("sala 12", "SALA 14", "-other_room"),
        ("sala 12", "", "building"),
        ("", "", "address"),
    ],
)
def test_inside_a_building_the_room_decides(ours, theirs, reason):
    seen = place(complement=ours, **HERE)

    assert reason in score_candidate(seen, replace(COMPANY, complement=theirs, **REGISTERED_HERE)).told


def test_a_postal_code_of_a_whole_town_is_no_door():
    seen = place(street_number="577", postal_code="13290000")
    record = replace(STRANGER, street="RUA A", number="577", postal_code="13290000")

    assert score_candidate(seen, record).reasons == ("number",)


@pytest.mark.parametrize("number", ["S/N", "", "SN"])
def test_a_place_without_a_number_has_no_door(number):
    seen = place(street="R. das Acácias", street_number=number)

    assert (
        "address"
        not in score_candidate(seen, replace(COMPANY, **(REGISTERED_HERE | {"number": number}))).told
    )


# --- Contacts -------------------------------------------------------------------------------------------


def test_a_shared_phone_is_no_evidence_and_one_of_several_is_weak():
    record = replace(COMPANY, phones=(PHONE,))

    assert "phone" not in score_candidate(place(phone=PHONE, phone_is_shared=True), record).reasons
    several = place(phone=PHONE, common_phones=frozenset({PHONE}))
    assert "phone_of_several" in score_candidate(several, record).reasons


def test_an_accountants_phone_on_file_contradicts_nothing():
    seen = place(phone=OTHER_PHONE, common_phones=frozenset({PHONE}))

    assert score_candidate(seen, replace(COMPANY, phones=(PHONE,))).objections == ()


@pytest.mark.parametrize("phone", ["08007001234", "40041234", ""])
def test_numbers_of_no_one_are_no_evidence(phone):
    told = score_candidate(place(phone=phone), replace(COMPANY, phones=(phone,))).told
    assert not [reason for reason in told if "phone" in reason]


@pytest.mark.parametrize(
    ("site", "email"),
    [
        ("https://gmail.example/valdora", "valdora@gmail.example"),
        ("https://instagram.com/valdora", "valdora@instagram.com"),
        ("https://contabilidadedonorte.example", "fiscal@contabilidadedonorte.example"),
        ("https://valdora.com.br", "contato@com.br"),
        ("http://[valdora", "contato@valdora.example"),
        ("", ""),
        ("https://valdora.example", "not an e-mail"),
    ],
)
def test_domains_of_many_are_no_evidence(site, email):
    assert "domain" not in score_candidate(place(website=site), replace(COMPANY, email=email)).reasons


def test_a_domain_of_twenty_companies_is_no_evidence():
    seen = place(website="https://valdora.example", domain_is_shared=True)
    assert "domain" not in score_candidate(seen, replace(COMPANY, email="a@valdora.example")).reasons


def test_a_shop_below_the_companys_domain_is_the_companys():
    seen = place(website="https://loja.valdora.example")
    assert "domain" in score_candidate(seen, replace(COMPANY, email="a@valdora.example")).reasons


def test_an_email_made_of_the_name_speaks_where_the_legal_name_does_not():
    seen = place("Pet Shop Amigo Fiel", categories=("Pet shop",), **HERE)
    owner = person("HELENA LIMA NASCENTINO", main_cnae="4789004", email="amigofielpet@gmail.com")

    score = score_candidate(seen, replace(owner, **REGISTERED_HERE))

    assert score.accepted
    assert "name_in_email" in score.reasons


# --- Names ----------------------------------------------------------------------------------------------


def name_reason(sign, legal_name, **fields):
    score = score_candidate(place(sign), company(legal_name, **fields))
    known = (
        "name",
        "sign",
        "plain_name",
        "person",
        "part_of_name",
        "part_of_plain_name",
        "name_without_trade",
    )
    return next((reason for reason in score.reasons if reason in known), "")


@pytest.mark.parametrize(
    ("sign", "legal_name"),
    [
        ("Clínica Odontológica Valdora", "VALDORA ODONTOLOGIA LTDA"),
        ("Valdora", "VALDORA SERVICOS ODONTOLOGICOS EIRELI ME"),
        ("Valdora Odontologia | Implantes em Campinas", "VALDORA ODONTOLOGIA LTDA"),
        ("Pet Mania Dorumbra", "PETMANIA DORUMBRA COMERCIO LTDA"),
        ("PetDorumbra", "PET DORUMBRA LTDA"),
        ("Móveis Serviva", "SERVIVA MOVEIS PLANEJADOS LTDA"),
        ("Advogados Lavradiano e Dunasio", "DUNASIO & LAVRADIANO SOCIEDADE DE ADVOGADOS"),
        ("Construtora Serviva", "SERVIVA CONSTRUCOES SPE LTDA EM RECUPERACAO JUDICIAL"),
        ("Laboratório Serviva", "SERVIVA ANALISES CLINICAS S/S"),
        ("Farmácia Serviva", "COMERCIO VAREJISTA DE MEDICAMENTOS SERVIVA LTDA"),
        ("Serviva Importadora", "SERVIVA IMPORTACAO E EXPORTACAO LTDA"),
        ("Sta. Edwirga Farmácia", "FARMACIA SANTA EDWIRGA LTDA"),
        ("Mat. Constr. Quirelva", "QUIRELVA COM DE MATERIAIS DE CONSTRUCAO LTDA"),
    ],
)
def test_the_same_name_in_other_clothes_is_one(sign, legal_name):
    assert name_reason(sign, legal_name) == "name"


@pytest.mark.parametrize(
    ("sign", "legal_name"),
    [
        ("A.B.C. Materiais", "ABC MATERIAIS DE CONSTRUCAO LTDA"),
        ("ABC Materiais", "A B C MATERIAIS DE CONSTRUCAO LTDA"),
        ("JR Auto Peças", "J R AUTO PECAS LTDA"),
        ("P&B Modas", "P E B MODAS LTDA"),
        ("Padaria São João", "PANIFICADORA SAO JOAO LTDA - ME"),
        ("S. João Lanches", "SAO JOAO LANCHES LTDA"),
        ("Restaurante Central", "RESTAURANTE CENTRAL LTDA"),
        ("Auto Posto Campinas", "AUTO POSTO CAMPINAS LTDA"),
        ("Silva & Souza Advogados", "SILVA E SOUZA SOCIEDADE DE ADVOGADOS"),
    ],
)
def test_what_many_are_called_is_alike_and_tells_less(sign, legal_name):
    assert name_reason(sign, legal_name) == "plain_name"


@pytest.mark.parametrize(
    ("sign", "legal_name"),
    [
        ("Clínica Odontológica Valdora", "CLINICA ODONTOLOGICA DORUMBRA LTDA"),
        ("Clínica Odontológica", "CLINICA ODONTOLOGICA VALDORA LTDA"),
        ("Valdora Odontologia", "VALMORA ODONTOLOGIA LTDA"),
        ("Restaurante", "RESTAURANTE SABOR LTDA"),
        ("Pet Shop", "PET SHOP LTDA"),
        ("JR Pneus", "JOSE RIBEIRO PNEUS LTDA"),
        ("!!!", "VALDORA LTDA"),
    ],
)
def test_words_of_the_trade_make_nobody_alike(sign, legal_name):
    assert name_reason(sign, legal_name) == ""


@pytest.mark.parametrize(
    ("sign", "legal_name", "reason"),
    [
        ("Padaria São João", "PADARIA SAO JOAO DO SUL E FILHOS LTDA", "part_of_plain_name"),
        ("Souza Advogados", "SILVA E SOUZA SOCIEDADE DE ADVOGADOS", "part_of_plain_name"),
        ("Valdora Sorriso Odontologia", "VALDORA ODONTOLOGIA LTDA", "part_of_name"),
    ],
)
def test_a_part_of_a_name_is_less_than_the_name(sign, legal_name, reason):
    assert name_reason(sign, legal_name) == reason


def test_telling_words_leave_out_trade_and_city_and_join_initials():
    assert telling_words(place("Clínicas Odontológicas Valdora de Campinas Ltda")) == ["valdora"]
    assert telling_words(place("A.B.C. Materiais de Construção")) == ["abc"]
    assert telling_words(place("JR Pneus")) == ["jr"]


def test_words_are_also_looked_for_glued_and_apart():
    assert "petmania" in glued_words(place("Pet Mania"))
    assert "mania" in glued_words(place("PetMania"))


# --- Gates ----------------------------------------------------------------------------------------------


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
    score = score_candidate(place(phone=PHONE), replace(COMPANY, phones=(PHONE,), **fields))
    assert (score.accepted, score.drop_reason) == (False, reason)
    assert score.reasons


def test_a_city_is_known_by_any_of_its_codes_or_by_name_and_state():
    def placed(**fields):
        return is_in_city(CAMPINAS, replace(STRANGER, ibge_code="", siafi_code="", **fields))

    assert is_in_city(CAMPINAS, replace(STRANGER, ibge_code=""))
    assert placed(city_name="Campinas")
    assert not placed(city_name="CAMPINAS", uf="")
    assert not placed(city_name="CAMPINAS", uf="PB")
    assert not placed(city_name="")


@pytest.mark.parametrize("written", ["ESPIGAO DO OESTE", "Espigão d'Oeste", "ESPIGAO DOESTE"])
def test_a_city_is_known_in_any_spelling(written):
    city = CityIdentity("1100098", "0025", "RO", ("espigao d oeste",))
    record = replace(STRANGER, ibge_code="", siafi_code="", uf="RO", city_name=written)

    assert is_in_city(city, record)


def test_a_known_company_is_judged_by_the_gates_alone():
    assert find_closed_gate(CAMPINAS, STRANGER) == ""
    assert find_closed_gate(CAMPINAS, replace(STRANGER, status="08")) == "inactive"


# --- Small readers --------------------------------------------------------------------------------------


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


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("577 A", "577"),
        ("0577", "577"),
        ("1000 sala 12", "1000"),
        ("1.200", "1200"),
        ("nº 55", "55"),
        ("S/N", ""),
    ],
)
def test_street_numbers_compare_by_their_digits(written, number):
    assert plain_number(written) == number
