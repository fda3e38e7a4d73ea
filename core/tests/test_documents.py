import pytest

from core.documents import (
    InvalidCnpj,
    InvalidCpf,
    find_cnpjs,
    format_cnpj,
    format_cpf,
    is_cnpj,
    is_cpf,
    mask_cpf,
    mask_document,
    normalize_cnpj,
    normalize_cpf,
    strip_owner_cpf,
)

VALID_CNPJS = [
    "12ABC34501DE35",
    "A1B2C3D4000193",
    "Q7K9M2X1000115",
    "LEADS226000160",
    "99Q7K9M2000102",
    "1A2B3C4D5E6F34",
    "B0000000000Z24",
    "994512370A1B08",
    "ZZZZZZZZ000191",
    "0000000A000169",
    "19131243000197",
    "00000000000191",
    "99451237000156",
    "AAAAAAAAAAAA45",
]
INVALID_CNPJS = [
    "12ABC34501DE36",
    "12ABC34501DEA5",
    "00000000000000",
    "11111111111111",
    "12ÀBC34501DE35",
    "12ABC34501DE3٥",
    "1213124300019",
    "191312430001977",
    "19131243000198",
    "",
    "petshop",
]


@pytest.mark.parametrize("number", VALID_CNPJS)
def test_a_cnpj_is_accepted_raw_masked_and_in_lower_case(number):
    masked = format_cnpj(number)

    assert normalize_cnpj(number) == number
    assert normalize_cnpj(f" {masked.lower()} ") == number


@pytest.mark.parametrize("text", INVALID_CNPJS)
def test_a_wrong_cnpj_is_refused(text):
    assert not is_cnpj(text)
    with pytest.raises(InvalidCnpj):
        normalize_cnpj(text)


def test_a_cnpj_is_shown_with_its_mask():
    assert format_cnpj("12ABC34501DE35") == "12.ABC.345/01DE-35"


def test_a_cpf_is_accepted_raw_and_masked():
    assert normalize_cpf(" 999.934.019-94 ") == "99993401994"
    assert format_cpf("99993401994") == "999.934.019-94"


@pytest.mark.parametrize(
    "text", ["99993401995", "11111111111", "00000000000", "9999340199", "9999340199٤", ""]
)
def test_a_wrong_cpf_is_refused(text):
    assert not is_cpf(text)
    with pytest.raises(InvalidCpf):
        normalize_cpf(text)


def test_masks_show_six_digits_of_a_cpf_and_all_of_a_cnpj():
    assert mask_cpf("99993401994") == "***.934.019-**"
    assert mask_document("99993401994") == "***.934.019-**"
    assert mask_document("19131243000197") == "19.131.243/0001-97"
    assert mask_document("123") == "***"


@pytest.mark.parametrize(
    ("legal_name", "shown"),
    [
        ("99.919.078 GABRIEL PEREIRA VALVERDINO", "GABRIEL PEREIRA VALVERDINO"),
        ("JOAO HORTENSIANO 99993401994", "JOAO HORTENSIANO"),
        ("JOAO HORTENSIANO - 999.934.019-94", "JOAO HORTENSIANO"),
        ("JOAO HORTENSIANO 99993401995", "JOAO HORTENSIANO 99993401995"),
        ("HELENA LIMA NASCENTINO", "HELENA LIMA NASCENTINO"),
        ("99993401994 JOAO HORTENSIANO ME", "JOAO HORTENSIANO ME"),
        ("99993401994", ""),
        ("BAR 24 HORAS LTDA", "BAR 24 HORAS LTDA"),
    ],
)
def test_the_owners_cpf_leaves_the_name_only_when_its_digits_are_right(legal_name, shown):
    assert strip_owner_cpf(legal_name) == shown


def test_every_valid_cnpj_of_a_text_is_found_once_and_in_order():
    text = "CNPJ: 19.131.243/0001-97 (matriz), 12.abc.345/01de-35; 19131243000197, n. 99451237000157"

    assert find_cnpjs(text) == ["19131243000197", "12ABC34501DE35"]


@pytest.mark.parametrize(
    "text", ["19131243000197555", "x19131243000197", "00000000000000", "NF 1234567890123"]
)
def test_digits_inside_a_longer_number_are_no_cnpj(text):
    assert find_cnpjs(text) == []
