import pytest

from whatsapp.checks import check_openai_key, check_openai_prices


@pytest.mark.parametrize("key", ["", "sk-abc def", "sk-abc\ndef", "sk-çã", "sk-\u200babc"])
def test_a_key_that_no_header_can_carry_is_refused_at_start(settings, key):
    settings.OPENAI_API_KEY = key

    assert [error.id for error in check_openai_key()] == ["whatsapp.E001"]


def test_a_usual_key_is_taken(settings):
    settings.OPENAI_API_KEY = "sk-proj-0123456789_abc"

    assert check_openai_key() == []


def test_prices_are_named_numbers(settings):
    settings.OPENAI_PRICES = {"a": {"input": "0.25", "outputs": "2"}, "b": {"minute": "cheap"}}

    assert [error.msg for error in check_openai_prices()] == [
        "OPENAI_PRICES: a: outputs is none of cached, input, minute, output.",
        "OPENAI_PRICES: b: minute is no price.",
    ]
