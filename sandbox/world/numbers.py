"""Stable numbers: all that is invented comes from a hash of what it belongs to, never from a clock."""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@lru_cache(maxsize=1 << 17)
def digest(*parts: object) -> int:
    """Return 64 bits that depend on the parts alone."""
    text = "\x1f".join(map(str, parts)).encode()
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big")


def chance(percent: float, *parts: object) -> bool:
    """Return True for about that percentage of all parts."""
    return digest(*parts) % 10_000 < percent * 100


def between(low: int, high: int, *parts: object) -> int:
    """Return a number from low to high, both included."""
    return low + digest(*parts) % (high - low + 1)


def pick(options: Sequence[T], *parts: object) -> T:
    return options[digest(*parts) % len(options)]


def cnpj_digits(base: str) -> str:
    """Return the two check digits of twelve characters, numeric or alphanumeric (registry.md §4)."""
    for _ in range(2):
        weights = [(len(base) - 1 - place) % 8 + 2 for place in range(len(base))]
        rest = sum((ord(char) - 48) * weight for char, weight in zip(base, weights, strict=True)) % 11
        base += "0" if rest < 2 else str(11 - rest)
    return base[-2:]


def is_cnpj(text: str) -> bool:
    return (
        len(text) == 14
        and all(char in ALPHABET for char in text)
        and text[12:].isdigit()
        and len(set(text)) > 1
        and cnpj_digits(text[:12]) == text[12:]
    )


def mask_cnpj(cnpj: str) -> str:
    return f"{cnpj[:2]}.{cnpj[2:5]}.{cnpj[5:8]}/{cnpj[8:12]}-{cnpj[12:]}"


def cpf_digits(base: str) -> str:
    """Return the two check digits of nine digits."""
    for _ in range(2):
        weights = range(len(base) + 1, 1, -1)
        rest = sum(int(char) * weight for char, weight in zip(base, weights, strict=True)) % 11
        base += "0" if rest < 2 else str(11 - rest)
    return base[-2:]
