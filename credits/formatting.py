"""Sentences that pages, payments and letters share."""

from core.money import format_number


def describe_credits(credits: int) -> str:
    """Return "500 créditos"."""
    return f"{format_number(credits)} crédito{'s' if credits != 1 else ''}"
