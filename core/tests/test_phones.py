import pytest

from core.phones import AREA_CODES, Phone, format_phone, parse_phone, parse_phones, parse_registry_phone

# contracts/leads/registry.md §6.3


@pytest.mark.parametrize(
    ("area_code", "number", "expected"),
    [
        ("11", "30000000", Phone("+551130000000", "landline")),
        ("11", "90001234", Phone("+5511990001234", "mobile", ninth_digit_added=True)),
        ("11", "60001234", Phone("+5511960001234", "mobile", ninth_digit_added=True)),
        ("11", "990001234", Phone("+5511990001234", "mobile")),
        ("011", "30001234", Phone("+551130001234", "landline")),
        ("0019", "30001234", Phone("+551930001234", "landline")),
        ("55", "90001234", Phone("+5555990001234", "mobile", ninth_digit_added=True)),
        ("55", "30001234", Phone("+555530001234", "landline")),
    ],
)
def test_a_registry_phone_becomes_e164(area_code, number, expected):
    assert parse_registry_phone(area_code, number) == expected


@pytest.mark.parametrize(
    ("area_code", "number"),
    [("11", "3001234"), ("0", "0"), ("", ""), ("20", "30001234"), ("11", "10001234"), ("11", "800012345")],
)
def test_a_registry_number_that_is_no_phone_gives_none(area_code, number):
    assert parse_registry_phone(area_code, number) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+55 11 99000-1234", Phone("+5511990001234", "mobile")),
        ("(11) 99000-1234", Phone("+5511990001234", "mobile")),
        ("55990001234", Phone("+5555990001234", "mobile")),
        ("5599001234", Phone("+5555999001234", "mobile", ninth_digit_added=True)),
        ("5555990001234", Phone("+5555990001234", "mobile")),
        ("55 3000-1234", Phone("+555530001234", "landline")),
        ("011 3000-1234", Phone("+551130001234", "landline")),
        ("015 11 3000-1234", Phone("+551130001234", "landline")),
        ("0055 11 3000-1234", Phone("+551130001234", "landline")),
        ("0800 700 1234", Phone("08007001234", "toll_free")),
        ("0800 700 123", Phone("0800700123", "toll_free")),
        ("0300 700 1234", Phone("03007001234", "shared_cost")),
        ("+55 (55) 99900-1234", Phone("+5555999001234", "mobile")),
        ("55 99900-1234", Phone("+5555999001234", "mobile")),
        ("4004-1234", Phone("40041234", "shared_cost")),
        ("3003-1234", Phone("30031234", "shared_cost")),
    ],
)
def test_a_phone_in_free_text_becomes_e164(text, expected):
    assert parse_phone(text) == expected


@pytest.mark.parametrize(
    "text",
    ["99000-1234", "190", "+1 212 555 0100", "11 99000-12345", "", "sem telefone", "+", "٥٥٩٩٠٠٠١٢٣٤"],
)
def test_text_that_is_no_brazilian_phone_gives_none(text):
    assert parse_phone(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "(55) 3222-1234 ramal 22",
        "(55) 3222-1234 Ramal: 2201",
        "(55) 3222-1234 - ramal 22/23",
        "(55) 3222-1234 (ramal 22)",
        "(55) 3222-1234 R 22",
        "(55) 3222-1234 r. 22",
        "(55) 3222-1234r22",
        "(55) 3222-1234 ext 22",
        "(55) 3222-1234/35",
        "(55) 3222-1234/1235",
        "(55) 3222-1234 / 35 / 36",
        "(55) 3222-1234-35",
        "(55) 3222-1234, 22 e 23",
        "(55) 3222-1234 / +1 212 555 0100",
        "55/3222-1234",
        "0xx55 3222-1234",
    ],
)
def test_extensions_and_groups_of_lines_glue_to_no_number(text):
    assert parse_phones(text) == (Phone("+555532221234", "landline"),)


@pytest.mark.parametrize("text", ["119.987.654-23", "CPF 119.987.654-23", "Ana, CPF: 119.987.654-23."])
def test_a_cpf_with_its_mask_is_nobodys_mobile(text):
    assert parse_phone(text) is None


@pytest.mark.parametrize("text", ["119.987.654-23 / (11) 98888-7777", "(11) 98888-7777, CPF 119.987.654-23"])
def test_a_phone_beside_a_cpf_is_read(text):
    assert parse_phones(text) == (Phone("+5511988887777", "mobile"),)


def test_the_rest_of_a_group_of_mobiles_makes_no_number_of_another_city():
    assert parse_phone("(55) 99912-3456/78") == Phone("+5555999123456", "mobile")


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("(11) 3333-4444 / (55) 98888-7777", ["+551133334444", "+5555988887777"]),
        ("(11) 3333-4444 ou 11 98888-7777", ["+551133334444", "+5511988887777"]),
        ("(11) 3333-4444 (11) 98888-7777", ["+551133334444", "+5511988887777"]),
        ("+55 (11) 3333-4444, +55 (11) 98888-7777", ["+551133334444", "+5511988887777"]),
        ("4004-1234; 0800 700 1234", ["40041234", "08007001234"]),
        ("(11) 3333-4444 e (11) 3333-4444", ["+551133334444"]),
        ("sem telefone", []),
    ],
)
def test_each_of_several_numbers_is_read_by_itself(text, numbers):
    assert [phone.e164 for phone in parse_phones(text)] == numbers


def test_a_second_number_takes_the_area_code_of_the_first_as_a_guess():
    first, second = parse_phones("(11) 3333-4444 / 98888-7777")

    assert first == parse_phone("(11) 3333-4444 / 98888-7777") == Phone("+551133334444", "landline")
    assert second == Phone("+5511988887777", "mobile", area_code_guessed=True)


@pytest.mark.parametrize("prefix", ["3003", "3004", "4000", "4004", "4007", "4009", "4020", "4370", "4864"])
def test_a_shared_cost_number_is_nobodys_landline_with_or_without_an_area_code(prefix):
    expected = Phone(f"{prefix}1234", "shared_cost")

    for text in (f"{prefix}-1234", f"(11) {prefix}-1234", f"+55 11 {prefix}-1234", f"011 {prefix} 1234"):
        assert parse_phone(text) == expected


def test_other_300x_numbers_are_shared_cost_only_without_an_area_code():
    assert parse_phone("3001-1234") == Phone("30011234", "shared_cost")
    assert parse_phone("(11) 3001-1234") == Phone("+551130011234", "landline")


@pytest.mark.parametrize("text", ["+55 9 8888-7777", "+55 3222-1234", "0055 9 8888-7777"])
def test_a_country_code_is_no_area_code(text):
    assert parse_phone(text) is None
    assert parse_phone(text, "51").area_code_guessed


def test_the_area_code_of_the_city_completes_a_number_and_is_marked_as_a_guess():
    assert parse_phone("99000-1234", "55") == Phone("+5555990001234", "mobile", area_code_guessed=True)


def test_the_area_code_of_the_city_never_replaces_the_one_that_is_written():
    phone = parse_phone("(11) 3000-1234", "55")

    assert phone == Phone("+551130001234", "landline")


@pytest.mark.parametrize(
    ("e164", "shown"),
    [
        ("+5555999123456", "(55) 99912-3456"),
        ("+555530001234", "(55) 3000-1234"),
        ("08007001234", "0800 700 1234"),
        ("40041234", "4004-1234"),
        ("", ""),
        ("ramal 12", "ramal 12"),
    ],
)
def test_a_phone_is_shown_as_brazilians_write_it(e164, shown):
    assert format_phone(e164) == shown


def test_only_mobiles_and_landlines_are_direct_contacts():
    kinds = {text: parse_phone(text).is_direct for text in ("0800 700 1234", "4004-1234", "11 3000-1234")}

    assert kinds == {"0800 700 1234": False, "4004-1234": False, "11 3000-1234": True}


def test_brazil_has_67_area_codes():
    assert len(AREA_CODES) == 67
    assert not AREA_CODES & {"20", "23", "29", "36", "52", "72", "76", "78"}
