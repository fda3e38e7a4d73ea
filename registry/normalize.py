"""Registry values as Nitro keeps them: padded codes, real dates, usable postal codes (registry.md §3.3, §7).

Pure. What cannot be used becomes empty, never a guess.
"""

import re
from datetime import date, timedelta
from functools import lru_cache

from django.utils import timezone

from registry.tables import read_rows

_SPACES = re.compile(r"\s+")
_EMAIL = re.compile(r"[^\s@,;]+@[^\s@,;.]+(\.[^\s@,;.]+)+")
_DIGITS = re.compile(r"[0-9]+")

PLACEHOLDER_DATE = date(1900, 1, 1)


def squeeze(text: str) -> str:
    """Return `text` without outer spaces and runs of spaces."""
    return _SPACES.sub(" ", text).strip()


def pad_code(value: object, width: int) -> str:
    """Return a code that lost its leading zeros, padded; empty for nothing, zero or text."""
    text = "" if value is None or isinstance(value, bool) else str(value).strip()
    if not _DIGITS.fullmatch(text) or not text.strip("0"):
        return ""
    return text.zfill(width)


def read_date(text: str) -> date | None:
    """Return the date of "YYYYMMDD" or "YYYY-MM-DD"; None for what is no date or not yet."""
    digits = text.replace("-", "").strip()
    if len(digits) != 8 or not _DIGITS.fullmatch(digits):
        return None
    try:
        value = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
    if value == PLACEHOLDER_DATE or value > timezone.localdate() + timedelta(days=1):
        return None
    return value if value.year >= 1800 else None


def read_postal_code(text: str) -> str:
    """Return 8 digits; 7 digits lost their leading zero; anything else is unusable and comes back empty."""
    digits = text.strip().replace("-", "").replace(".", "")
    if not _DIGITS.fullmatch(digits) or len(digits) not in {7, 8} or not digits.strip("0"):
        return ""
    return digits.zfill(8)


def read_email(text: str) -> str:
    """Return the e-mail in lower case, or empty when it cannot be one."""
    email = text.strip().lower()
    return email if _EMAIL.fullmatch(email) and len(email) <= 160 else ""


@lru_cache(maxsize=1)
def natural_person_natures() -> frozenset[str]:
    """Legal natures behind which stands one person (LGPD): MEI and the other individuals."""
    return frozenset(row["code"] for row in read_rows("legal_natures") if row["is_natural_person"] == "1")
