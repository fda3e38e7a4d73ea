"""Identifiers of the national system: DPS, event request and access key (contract section 4)."""

import re

CPF_KIND, CNPJ_KIND = "1", "2"
_KEY_SHAPE = re.compile(r"[0-9]{7}[12](1[0-9]{14}|2[0-9A-Z]{14})[0-9]{27}")


def dps_id(*, city_code: str, document: str, series: int, number: int) -> str:
    """Return the Id of a DPS: 45 characters, 1 for CPF and 2 for CNPJ (E0004).

    Args:
        document: CPF of 11 digits or CNPJ of 14 upper-case characters, without mask.
        series: 1 to 49999 for own applications. number: nDPS, from 1.
    """
    kind = CPF_KIND if len(document) == 11 else CNPJ_KIND
    return f"DPS{city_code}{kind}{document.zfill(14)}{series:05d}{number:015d}"


def event_request_id(access_key: str, event_code: str) -> str:
    """Return the Id of an event request: PRE + key + code, 59 characters."""
    return f"PRE{access_key}{event_code}"


def event_id(access_key: str, event_code: str, sequence: int = 1) -> str:
    """Return the Id of a registered event: EVT + key + code + sequence, 62 characters."""
    return f"EVT{access_key}{event_code}{sequence:03d}"


def check_access_key(key: str) -> bool:
    """Return whether a key has the right shape and check digit.

    The value of letters in the check digit is unknown, so a key with letters passes by its shape.
    """
    if not _KEY_SHAPE.fullmatch(key):
        return False
    return not key.isdigit() or access_key_digit(key[:49]) == key[49]


def access_key_digit(body: str) -> str:
    """Return the check digit of 49 digits: modulo 11, weights 2 to 9 from the right."""
    total = sum(int(digit) * (2 + index % 8) for index, digit in enumerate(reversed(body)))
    remainder = total % 11
    return "0" if remainder < 2 else str(11 - remainder)
