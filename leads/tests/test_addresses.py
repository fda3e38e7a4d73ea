"""Addresses as maps and people write them (places.md §1.6)."""

import pytest

from leads.addresses import read_address, room_key, split_number, street_key


@pytest.mark.parametrize(
    ("text", "street", "number", "complement", "district"),
    [
        ("R. das Acácias, 577 - Vila Nova", "R. das Acácias", "577", "", "Vila Nova"),
        ("Av. Sete, 1200 - sala 4 - Centro", "Av. Sete", "1200", "sala 4", "Centro"),
        ("Av. Sete, 1000 sala 12 - Centro", "Av. Sete", "1000", "sala 12", "Centro"),
        ("Rua Z, nº 55 - Centro", "Rua Z", "55", "", "Centro"),
        ("Rua Z nº 55 - Centro", "Rua Z", "55", "", "Centro"),
        ("Rua Z, 100 A - Centro", "Rua Z", "100 A", "", "Centro"),
        ("R. A, 12A - Centro", "R. A", "12A", "", "Centro"),
        ("Av. Brasil, 1.200 - Loja 5 - Centro", "Av. Brasil", "1200", "Loja 5", "Centro"),
        ("Shopping X - Av. Y, 777 - Centro", "Av. Y", "777", "Shopping X", "Centro"),
        ("Rua B, s/n - Centro", "Rua B", "s/n", "", "Centro"),
        ("Rua Bahia 120 - Centro", "Rua Bahia", "120", "", "Centro"),
        ("R. 24 de Maio - Centro", "R. 24 de Maio", "", "", "Centro"),
        ("Rod. BR-101, km 12 - Zona Rural", "Rod. BR-101", "", "km 12", "Zona Rural"),
        ("R. X, 55 - 2º andar - Centro", "R. X", "55", "2º andar", "Centro"),
        ("Quadra 2, Bloco C, 256 - Asa Sul", "Quadra 2", "256", "Bloco C", "Asa Sul"),
        ("Rua C", "Rua C", "", "", ""),
    ],
)
def test_street_number_room_and_district_are_told_apart(text, street, number, complement, district):
    found = read_address(f"{text}, Campinas - SP, 13010-001, Brasil")

    assert (found.street, found.street_number) == (street, number)
    assert (found.complement, found.district) == (complement, district)
    assert (found.city, found.uf, found.postal_code) == ("Campinas", "SP", "13010001")


@pytest.mark.parametrize(
    ("text", "city", "uf", "postal_code"),
    [
        ("Rua X, 10 - Centro - Campinas - SP", "Campinas", "SP", ""),
        ("Rua X, 10 - Centro, Campinas/SP, CEP 13.010-001", "Campinas", "SP", "13010001"),
        ("Rua X, 10, Xangri-lá, Rio Grande do Sul, Brazil", "Xangri-lá", "RS", ""),
        ("Rua X, 10, Campinas, SP", "Campinas", "SP", ""),
        ("R. A, 12 - Centro, Embu-Guaçu - SP, 06900-000", "Embu-Guaçu", "SP", "06900000"),
        ("Santa Maria - RS", "Santa Maria", "RS", ""),
        ("Rua D, 10, 97010-000", "", "", "97010000"),
        ("Rua D, 10 - XX", "", "", ""),
        ("", "", "", ""),
    ],
)
def test_city_state_and_postal_code_come_from_the_end(text, city, uf, postal_code):
    found = read_address(text)

    assert (found.city, found.uf, found.postal_code) == (city, uf, postal_code)


@pytest.mark.parametrize(
    ("typed", "number", "room"),
    [
        ("1000 sala 12", "1000", "sala 12"),
        ("nº 55", "55", ""),
        ("100 A", "100 A", ""),
        ("1.200", "1200", ""),
        ("S/N", "", ""),
        ("km 12", "", "km 12"),
    ],
)
def test_a_number_keeps_its_digits_and_gives_its_room_away(typed, number, room):
    assert split_number(typed) == (number, room)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Av. Sete de Setembro", "AVENIDA 7 DE SETEMBRO"),
        ("R. XV de Novembro", "RUA QUINZE DE NOVEMBRO"),
        ("Av. Pres. Vargas", "AVENIDA PRESIDENTE VARGAS"),
        ("Praça Cel. Fulgêncio", "PC CORONEL FULGENCIO"),
    ],
)
def test_spellings_of_a_street_are_one(one, other):
    assert street_key(one) == street_key(other) != ""


def test_rooms_compare_by_what_names_them():
    assert room_key("SALA 0012") == room_key("sl. 12") == "12"
    assert room_key("TERREO") == room_key("") == ""
