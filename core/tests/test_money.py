import pytest

from core.money import InvalidAmount, format_brl, format_number, parse_brl


@pytest.mark.parametrize(
    ("cents", "shown"),
    [
        (123456, "R$ 1.234,56"),
        (0, "R$ 0,00"),
        (5, "R$ 0,05"),
        (-123456, "-R$ 1.234,56"),
        (10**11, "R$ 1.000.000.000,00"),
    ],
)
def test_cents_are_shown_as_reais(cents, shown):
    assert format_brl(cents) == shown


def test_numbers_have_brazilian_thousands():
    assert [format_number(value) for value in (0, 999, 1000, -1234567)] == ["0", "999", "1.000", "-1.234.567"]


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("R$ 1.234,56", 123456),
        ("1234,5", 123450),
        ("1234", 123400),
        ("1.234", 123400),
        ("-R$ 10,00", -1000),
        (" 0,07 ", 7),
    ],
)
def test_an_amount_is_read_as_typed(text, cents):
    assert parse_brl(text) == cents


@pytest.mark.parametrize("text", ["", "R$", "1,234.56", "12.34", "1,234", "dez", "1.2345", "1٣"])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(InvalidAmount):
        parse_brl(text)


@pytest.mark.parametrize("cents", [0, 1, 99, 100, 123456789, -42])
def test_what_is_shown_can_be_typed_back(cents):
    assert parse_brl(format_brl(cents)) == cents
