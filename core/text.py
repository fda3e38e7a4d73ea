"""Text as people compare it: without accents, case, punctuation and number."""

import re
import unicodedata

_NOT_WORD = re.compile(r"[^0-9a-z]+")
_IRREGULAR = {
    "acais": "acai",
    "gases": "gas",
    "hardwares": "hardware",
    "leis": "lei",
    "maes": "mae",
    "meses": "mes",
    "reis": "rei",
    "softwares": "software",
    "vans": "van",
}
_PLURALS = (
    ("eses", "e"),  # portugueses, whose singular loses its s below: portugues → portugue
    ("oes", "ao"),
    ("aes", "ao"),
    ("ais", "al"),
    ("eis", "el"),
    ("ois", "ol"),
    ("uis", "ul"),
    ("ns", "m"),
    ("is", "il"),
    ("ares", "ar"),
    ("eres", "er"),
    ("ores", "or"),
    ("zes", "z"),
    ("s", ""),
)


def fold(text: str) -> str:
    """Return `text` in lower case without accents, punctuation turned into single spaces."""
    decomposed = unicodedata.normalize("NFKD", text)
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    return _NOT_WORD.sub(" ", plain.casefold()).strip()


def fold_singular(text: str) -> str:
    """Return `fold(text)` with each word in a Portuguese singular: a key to compare, not to show."""
    return " ".join(_singular(word) for word in fold(text).split())


def _singular(word: str) -> str:
    if len(word) <= 3 or word.endswith("ss"):
        return word
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    for ending, singular in _PLURALS:
        if word.endswith(ending) and len(word) > len(ending):
            return word.removesuffix(ending) + singular
    return word
