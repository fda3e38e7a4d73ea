"""Brazilian phones as E.164: area code 55 survives, old mobiles get their ninth digit (R40, R41)."""

import re
from dataclasses import dataclass, replace
from typing import Literal

import phonenumbers

Kind = Literal["mobile", "landline", "toll_free", "shared_cost"]

_SECOND_DIGITS = {
    "1": "123456789",
    "2": "12478",
    "3": "1234578",
    "4": "123456789",
    "5": "1345",
    "6": "123456789",
    "7": "134579",
    "8": "123456789",
    "9": "123456789",
}
AREA_CODES = frozenset(first + second for first, seconds in _SECOND_DIGITS.items() for second in seconds)
_TOLL_FREE = re.compile(r"0[3589]00[0-9]{6,7}")
_SHARED_COST = re.compile(r"(?:3003|3004|4003|4004|4020)[0-9]{4}")
_NOT_DIGIT = re.compile(r"[^0-9]")


@dataclass(frozen=True)
class Phone:
    """A phone that can be dialled.

    `e164` is "+55AANNNNNNNNN" for mobile and landline, and the number as dialled ("08007001234", "40041234")
    for toll_free and shared_cost, which are nobody's direct line. `ninth_digit_added`: presumed from an old
    number. `area_code_guessed`: taken from the city, not from the number.
    """

    e164: str
    kind: Kind
    ninth_digit_added: bool = False
    area_code_guessed: bool = False

    @property
    def is_direct(self) -> bool:
        """Whether the phone may count as a delivered contact."""
        return self.kind in {"mobile", "landline"}


def parse_registry_phone(area_code: str, number: str) -> Phone | None:
    """Return the phone of the Receita's two columns, or None (contracts/leads/registry.md §6.1)."""
    area = _digits(area_code).lstrip("0")
    digits = _digits(number)
    if area not in AREA_CODES:
        return None
    if len(digits) == 8 and digits[0] in "6789":
        return Phone(f"+55{area}9{digits}", "mobile", ninth_digit_added=True)
    if len(digits) == 8 and digits[0] in "2345":
        return Phone(f"+55{area}{digits}", "landline")
    if len(digits) == 9 and digits[0] == "9":
        return Phone(f"+55{area}{digits}", "mobile")
    return None


def parse_phone(text: str, default_area_code: str | None = None) -> Phone | None:
    """Return the phone written in free text, or None (contracts/leads/registry.md §6.2).

    `default_area_code` completes a number of 8 or 9 digits and marks it `area_code_guessed`.
    """
    if _is_foreign(text):
        return None
    digits = _digits(text)
    digits = digits.removeprefix("00")
    if _TOLL_FREE.fullmatch(digits):
        return Phone(digits, "toll_free")
    if _SHARED_COST.fullmatch(digits):
        return Phone(digits, "shared_cost")
    if len(digits) in {12, 13} and digits.startswith("55"):
        digits = digits[2:]
    digits = _without_trunk_prefix(digits)
    if len(digits) in {10, 11}:
        return parse_registry_phone(digits[:2], digits[2:])
    if len(digits) in {8, 9} and default_area_code:
        phone = parse_registry_phone(default_area_code, digits)
        return replace(phone, area_code_guessed=True) if phone else None
    return None


def format_phone(e164: str) -> str:
    """Return a phone as Brazilians write it: "(55) 99912-3456", "0800 700 1234", "4004-1234"."""
    if e164.startswith("+55") and len(e164) in {13, 14}:
        area, number = e164[3:5], e164[5:]
        return f"({area}) {number[:-4]}-{number[-4:]}"
    if _TOLL_FREE.fullmatch(e164):
        return f"{e164[:4]} {e164[4:-4]} {e164[-4:]}"
    if _SHARED_COST.fullmatch(e164):
        return f"{e164[:4]}-{e164[4:]}"
    return e164


def _digits(text: str) -> str:
    return _NOT_DIGIT.sub("", text)


def _without_trunk_prefix(digits: str) -> str:
    """Drop the 0 of a long-distance call, or the 0 and the carrier's two digits."""
    if digits.startswith("0") and len(digits) in {11, 12}:
        return digits[1:]
    if digits.startswith("0") and len(digits) in {13, 14}:
        return digits[3:]
    return digits


def _is_foreign(text: str) -> bool:
    """Whether the text names another country, as "+1 212 555 0100" does."""
    if not text.strip().startswith("+"):
        return False
    try:
        return phonenumbers.parse(text, None).country_code != 55
    except phonenumbers.NumberParseException:
        return True
