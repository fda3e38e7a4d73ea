"""Shapes that several rules ask for."""

import re

from core.documents import is_cnpj, is_cpf

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


def is_email(text: str) -> bool:
    """Return whether the text looks like an e-mail address."""
    return bool(_EMAIL.fullmatch(text))


def is_right_cnpj(text: str) -> bool:
    """Return whether these are exactly the 14 characters of a CNPJ with right digits, without mask."""
    return len(text) == 14 and is_cnpj(text)


def is_right_cpf(text: str) -> bool:
    """Return whether these are exactly the 11 digits of a CPF with right digits, without mask."""
    return len(text) == 11 and is_cpf(text)
