"""Money is integer cents; it becomes text only here."""

import re

from core.errors import NitroError

LARGEST = 999_999_999_999_999  # cents: what a column of 15 digits holds
_AMOUNT = re.compile(r"(-?)(?:R\$)?([0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+)(?:,([0-9]{1,2}))?")


class InvalidAmount(NitroError):
    message = "Valor inválido. Escreva como 1.234,56."


def format_brl(cents: int) -> str:
    """Return cents as "R$ 1.234,56"."""
    sign = "-" if cents < 0 else ""
    reais, rest = divmod(abs(cents), 100)
    return f"{sign}R$ {format_number(reais)},{rest:02d}"


def format_number(value: int) -> str:
    """Return an integer with Brazilian thousands separators: 1.234.567."""
    return f"{value:,}".replace(",", ".")


def parse_brl(text: str) -> int:
    """Return the cents of an amount typed as "R$ 1.234,56", "1234,5" or "1234". Raises InvalidAmount."""
    match = _AMOUNT.fullmatch(re.sub(r"\s", "", text))
    if not match:
        raise InvalidAmount
    sign, reais, cents = match.groups()
    total = int(reais.replace(".", "")) * 100 + int((cents or "").ljust(2, "0"))
    if total > LARGEST:
        raise InvalidAmount("Valor alto demais: o máximo é R$ 9.999.999.999.999,99.")
    return -total if sign else total
