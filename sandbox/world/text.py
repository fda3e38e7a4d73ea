"""How the sandbox compares and writes names."""

import re
import unicodedata
from functools import lru_cache

SMALL_WORDS = {"da", "de", "do", "das", "dos", "e", "em", "a", "o", "para", "com"}


def words(text: str) -> tuple[str, ...]:
    """Make a table of single words."""
    return tuple(text.split())


def phrases(text: str) -> tuple[str, ...]:
    """Make a table of texts between bars."""
    return tuple(" ".join(piece.split()) for piece in text.split("|"))


@lru_cache(maxsize=1 << 15)
def fold(text: str) -> str:
    """Lower case without accents; punctuation becomes one space."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return " ".join(re.findall(r"[a-z0-9]+", plain))


def niche_key(text: str) -> str:
    """Fold, drop plural endings and spaces: "Pet Shops", "pet-shop" and "petshop" are one key."""
    return "".join(_singular(word) for word in fold(text).split())


def _singular(word: str) -> str:
    for plural, singular in (
        ("oes", "ao"),
        ("aes", "ao"),
        ("ais", "al"),
        ("eis", "el"),
        ("ns", "m"),
        ("res", "r"),
    ):
        if len(word) > 4 and word.endswith(plural):
            return word.removesuffix(plural) + singular
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def title_case(text: str) -> str:
    """Write a registry name the way a sign does: "PADARIA DO SOL" → "Padaria do Sol"."""
    words = text.lower().split()
    return " ".join(w if i and w in SMALL_WORDS else w[:1].upper() + w[1:] for i, w in enumerate(words))


def shout(text: str) -> str:
    """Write a name the way the registry does: upper case, no accents."""
    return fold(text).upper()
