"""System checks: settings of the chat that would look like an outage when the first message comes."""

from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

PRICES = frozenset({"input", "cached", "output", "minute"})


@register()
def check_openai_key(**_kwargs: Any) -> list[CheckMessage]:
    """Refuse a key that no header can carry: the SDK takes it, and then sends no call at all."""
    key = settings.OPENAI_API_KEY
    if key and key.isascii() and key.isprintable() and not any(letter.isspace() for letter in key):
        return []
    return [
        Error(
            "OPENAI_API_KEY is empty or holds blanks or characters that are not ASCII.",
            hint="One line of the secret file, without quotes. OPENAI_ENABLED=false works without OpenAI.",
            id="whatsapp.E001",
        )
    ]


@register()
def check_openai_prices(**_kwargs: Any) -> list[CheckMessage]:
    """Name each mistake in OPENAI_PRICES."""
    return [
        Error(
            f"OPENAI_PRICES: {model}: {flaw}.",
            hint='OPENAI_PRICES={"gpt-6-luna": {"input": "0.25", "cached": "0.025", "output": "2"},'
            ' "gpt-transcribe": {"minute": "0.006"}}, dollars per million tokens and per minute',
            id="whatsapp.E002",
        )
        for model, prices in settings.OPENAI_PRICES.items()
        for flaw in _find_flaws(prices)
    ]


def _find_flaws(prices: dict[str, str]) -> list[str]:
    flaws = [f"{name} is none of {', '.join(sorted(PRICES))}" for name in prices if name not in PRICES]
    return flaws + [f"{name} is no price" for name, value in prices.items() if not _is_price(value)]


def _is_price(text: str) -> bool:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return False
    return value.is_finite() and value >= 0
