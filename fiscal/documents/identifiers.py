"""Identifiers of the national system: DPS, event request and access key (contract section 4)."""

import re
from dataclasses import dataclass

CPF_KIND, CNPJ_KIND = "1", "2"
_KEY_SHAPE = re.compile(r"[0-9]{7}[12](1[0-9]{14}|2[0-9A-Z]{14})[0-9]{27}")
_DPS_SHAPE = re.compile(r"DPS[0-9]{7}(1[0-9]{14}|2[0-9A-Z]{14})[0-9]{20}")


@dataclass(frozen=True)
class KeyParts:
    """What an access key says by itself."""

    city_code: str
    document: str
    number: str
    year_month: str


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


def is_dps_id(text: str) -> bool:
    """Return whether `text` has the shape of an Id of DPS."""
    return bool(_DPS_SHAPE.fullmatch(text))


def normalize_access_key(text: str) -> str:
    """Return a key typed or pasted with spaces, dots or the prefix NFS as 50 upper-case characters."""
    return re.sub(r"[\s.\-]", "", text).upper().removeprefix("NFS")


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


def split_access_key(key: str) -> KeyParts:
    """Return the city, emitter, number and month that a well-shaped key carries."""
    document = key[9:23]
    return KeyParts(
        city_code=key[:7],
        document=document[3:] if key[8] == CPF_KIND else document,
        number=key[23:36].lstrip("0"),
        year_month=key[36:40],
    )
