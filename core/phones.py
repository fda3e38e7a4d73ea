"""Brazilian phones as E.164: area code 55 survives, old mobiles get their ninth digit (R40, R41)."""

import re
from collections.abc import Iterator
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
_SERVICE = re.compile(r"0(?:[3589]00|303)[0-9]{6,7}")
_SHARED_COST = re.compile(r"(?:300[0-9]|400[0-9]|4020|4370|4864)[0-9]{4}")
_SHARED_COST_BEHIND_AREA = re.compile(r"[1-9]{2}((?:3003|3004|400[0-9]|4020|4370|4864)[0-9]{4})")
"""The other 300x behind an area code are landlines."""

_NOT_DIGIT = re.compile(r"[^0-9]")
_SECOND_NUMBER = re.compile(r"[/|,;\n]|\s(?:ou|e)\s|(?<=[0-9]{4})\s+(?=[(+])", re.IGNORECASE)
_EXTENSION = re.compile(
    r"([0-9]{4})\s*[-.(]?\s*(?:(?:ramal|ramais|ram|r|ext|extens[aã]o|x|#)[\s.:]*[0-9]{1,5}(?![0-9])).*",
    re.IGNORECASE | re.DOTALL,
)
_REST_OF_GROUP = re.compile(r"([0-9]{4}[-. ]?[0-9]{4})\s*-\s*[0-9]{1,3}(?![0-9])")
"""A group of lines is also written "3222-1234-35"."""

_MASKED_CPF = re.compile(r"(?<![0-9.])[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}(?![0-9])")
"""Its digits may be those of a mobile of a stranger."""

_AREA_CODE_ALONE = re.compile(r"\s*\(?0?[1-9]{2}\)?\s*")
_INTERNATIONAL = re.compile(r"\s*(?:\+|00)\s*55")


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
    """Return the phone written in free text, the first of several, or None (registry.md §6.2).

    `default_area_code` completes a number of 8 or 9 digits and marks it `area_code_guessed`.
    """
    return next(iter(parse_phones(text, default_area_code)), None)


def parse_phones(text: str, default_area_code: str | None = None) -> tuple[Phone, ...]:
    """Return every phone written in free text, each once, as `parse_phone` reads it (registry.md §6.2).

    Extensions and the rest of a group of lines ("3222-1234/35") belong to no number, and a CPF with its mask
    is none. A further number without an area code takes the one of the number before it, as a guess.
    """
    found: dict[Phone, None] = {}
    area_code = default_area_code
    for piece in _split_numbers(_MASKED_CPF.sub(";", text)):
        phone = _parse_one(piece, area_code)
        if phone:
            found[phone] = None
            area_code = phone.e164[3:5] if phone.is_direct else area_code
    return tuple(found)


def with_ninth_digit(number: str) -> str:
    """Return the one spelling by which numbers are compared: "+" and digits, mobiles of Brazil with their 9.

    `number` is E.164 or the digits of a WhatsApp address. WhatsApp keeps old accounts without the ninth digit
    (contracts/whatsapp/evolution.md 9.1). Area codes are not checked: the address exists, whatever it says.
    """
    digits = _digits(number)
    if len(digits) == 12 and digits.startswith("55") and digits[4] in "6789":
        digits = f"{digits[:4]}9{digits[4:]}"
    return f"+{digits}"


def format_phone(e164: str) -> str:
    """Return a phone as Brazilians write it: "(55) 99912-3456", "0800 700 1234", "4004-1234"."""
    if e164.startswith("+55") and len(e164) in {13, 14}:
        area, number = e164[3:5], e164[5:]
        return f"({area}) {number[:-4]}-{number[-4:]}"
    if _SERVICE.fullmatch(e164):
        return f"{e164[:4]} {e164[4:-4]} {e164[-4:]}"
    if _SHARED_COST.fullmatch(e164):
        return f"{e164[:4]}-{e164[4:]}"
    return e164


def _digits(text: str) -> str:
    return _NOT_DIGIT.sub("", text)


def _split_numbers(text: str) -> Iterator[str]:
    """Cut the text into single numbers. An area code that stands alone ("55/3222-1234") opens the next."""
    opening = ""
    for piece in _SECOND_NUMBER.split(text):
        if _AREA_CODE_ALONE.fullmatch(piece) and not opening:
            opening = piece
            continue
        number = _EXTENSION.sub(r"\1", piece)
        if group := _REST_OF_GROUP.search(number):
            number = number[: group.end(1)]
        short = len(_digits(number)) in {8, 9}
        yield f"{opening} {number}" if opening and short else number
        opening = "-"


def _parse_one(text: str, default_area_code: str | None) -> Phone | None:
    if _is_foreign(text):
        return None
    digits = _digits(text).removeprefix("00")
    if _SERVICE.fullmatch(digits):
        return Phone(digits, "toll_free" if digits.startswith("0800") else "shared_cost")
    if _SHARED_COST.fullmatch(digits):
        return Phone(digits, "shared_cost")
    if len(digits) in {12, 13} and digits.startswith("55"):
        digits = digits[2:]
    elif len(digits) in {10, 11} and _INTERNATIONAL.match(text):
        digits = digits[2:]  # the country's code is certain, so the area code is what lacks
    digits = _without_trunk_prefix(digits)
    if shared := _SHARED_COST_BEHIND_AREA.fullmatch(digits):
        return Phone(shared[1], "shared_cost")
    if len(digits) in {10, 11}:
        return parse_registry_phone(digits[:2], digits[2:])
    if len(digits) in {8, 9} and default_area_code:
        phone = parse_registry_phone(default_area_code, digits)
        return replace(phone, area_code_guessed=True) if phone else None
    return None


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
