"""Characters that the authority accepts (contract 5.2): what people type, made to fit, sense kept."""

import re
import unicodedata

DESCRIPTION_LIMIT = 1000
NAME_LIMIT = 150
EXTRA_LIMIT = 2000
_LIKE = str.maketrans(
    {
        "‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'",
        "“": '"', "”": '"', "„": '"', "″": '"', "«": '"', "»": '"',
        "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-", "•": "-", "…": "...", "™": "TM",
        "€": "EUR", "Œ": "OE", "œ": "oe", "ﬁ": "fi", "ﬂ": "fl", "⁄": "/",
        "\u00a0": " ", "\u2007": " ", "\u202f": " ", "\u2009": " ", "\u3000": " ",
        "\u2028": "\n", "\u2029": "\n", "\t": " ", "\r": "\n", "\v": "\n", "\f": "\n",
    }
)  # fmt: skip
_UNWANTED = re.compile(r"[^\n\u0020-\u007e\u00a1-\u00ac\u00ae-\u00ff]")
_REASON = re.compile(r"[!-\u00ff]([ -\u00ff]*[!-\u00ff])?")
_SPACES = re.compile(r" {2,}")


def clean_line(text: str, limit: int) -> str:
    """Return one line of Latin-1 text without outer spaces, cut at `limit` characters."""
    return _SPACES.sub(" ", clean_text(text, len(text) * 3 + 1).replace("\n", " ")).strip()[:limit].rstrip()


def clean_text(text: str, limit: int) -> str:
    """Return text whose line breaks stay: curly quotes and dashes replaced, emoji and the like dropped."""
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n")).translate(_LIKE)
    kept = _UNWANTED.sub(_closest, composed)
    lines = (_SPACES.sub(" ", line).strip() for line in kept.split("\n"))
    return "\n".join(lines).strip()[:limit].rstrip()


def clean_digits(text: str, limit: int = 20) -> str:
    """Return only the digits."""
    return "".join(character for character in text if character.isascii() and character.isdigit())[:limit]


def clean_code(text: str) -> str:
    """Return a code (CNPJ, CPF, cTribNac, CEP) without mask, in upper case."""
    return re.sub(r"[^0-9A-Za-z]", "", text).upper()


def _closest(match: re.Match[str]) -> str:
    """A letter of another alphabet's shape keeps its base letter (ő → o); anything else goes."""
    base = unicodedata.normalize("NFKD", match[0])
    return "".join(character for character in base if "\u0020" <= character <= "\u007e")


def is_reason(text: str) -> bool:
    """Return whether a reason fits TSMotivo: 15 to 255 characters of Latin-1 without outer spaces."""
    return 15 <= len(text) <= 255 and bool(_REASON.fullmatch(text))
