"""Text as people compare it: without accents, case, punctuation and number."""

import re
import string
import unicodedata

_INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
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


def word_set(text: str) -> frozenset[str]:
    """Return the words of a table written as text."""
    return frozenset(text.split())


def visible(text: str) -> str:
    """Return a name as it is seen: without control and direction characters, spaces made single.

    A direction character turns what follows it around on the screen: "Ana[RLO]gepeoj" reads as another name.
    """
    spaced = (" " if character.isspace() else character for character in text)
    seen = (character for character in spaced if unicodedata.category(character) not in _INVISIBLE)
    return " ".join("".join(seen).split())


def fold(text: str) -> str:
    """Return `text` in lower case without accents, punctuation turned into single spaces."""
    decomposed = unicodedata.normalize("NFKD", text)
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    return _NOT_WORD.sub(" ", plain.casefold()).strip()


def folded_pattern(text: str) -> str:
    """Return a regular expression of PostgreSQL that finds `text` in any case and with any accents.

    For `name__regex=` or, of a beginning, `name__regex="^" + …`. Nothing typed is a wildcard. Letters that
    `fold` makes the same one find each other, however the accents were put together. It takes a tenth of
    the time of translating the column, needs no extension and minds no locale.
    """
    decomposed = unicodedata.normalize("NFD", text)
    return "".join(_any_form(character) for character in decomposed if not unicodedata.combining(character))


def _any_form(character: str) -> str:
    if not character.isalpha():
        return re.escape(character)
    forms = _FORMS.get(fold(character), character.lower() + character.upper())
    return f"[{forms}][\u0300-\u036f]*"


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


def _list_forms() -> dict[str, str]:
    """Each letter from a to z with all that `fold` makes it, in Latin alphabets of Europe."""
    forms = dict.fromkeys(string.ascii_lowercase, "")
    for character in map(chr, range(0x180)):
        letter = fold(character)
        if letter in forms:
            forms[letter] += character
    return forms


_FORMS = _list_forms()
