"""Checks that several groups of rules share."""

from sandbox.world.numbers import cpf_digits


def is_cpf(text: str) -> bool:
    return len(text) == 11 and text.isdigit() and len(set(text)) > 1 and cpf_digits(text[:9]) == text[9:]
