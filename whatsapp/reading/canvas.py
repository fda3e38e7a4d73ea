"""The text being read: a clean copy, the same folded letter by letter, and what was already taken from it."""

import re
import unicodedata
from dataclasses import dataclass, field

TAKEN = "\x00"
_DASHES = dict.fromkeys(map(ord, "‐‑‒–−"), "-")
_QUOTES = {ord("´"): "'", ord("’"): "'", ord("‘"): "'", ord("“"): '"', ord("”"): '"'}
_BLANKS = re.compile(r" {3,}|\n{3,}")
_KEYCAP = "\u20e3"
_SUPERSCRIPTS = "²³¹ºª"


def normalize(text: str) -> str:
    """Return `text` as it is read: one form of Unicode, plain digits and dashes, nothing invisible.

    Only what the eye cannot tell apart is changed, so a slice of the result is in the person's own words.
    """
    composed = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    composed = composed.translate(_DASHES).translate(_QUOTES)
    return _BLANKS.sub(lambda match: match[0][:2], "".join(map(_plain_character, composed)))


def _plain_character(character: str) -> str:
    if character in "\n\t":
        return "\n" if character == "\n" else " "
    category = unicodedata.category(character)
    if category in {"Cf", "Cc", "Cn", "Co"} or character == _KEYCAP or 0xFE00 <= ord(character) <= 0xFE0F:
        return ""
    if category == "Zs":
        return " "
    if category in {"Zl", "Zp"}:
        return "\n"
    if category == "Nd":
        return str(unicodedata.digit(character))
    if 0xFF01 <= ord(character) <= 0xFF5E:
        return unicodedata.normalize("NFKC", character)
    return character


def fold_letters(text: str) -> str:
    """Return `text` in lower case without accents, character by character: places stay the same."""
    return "".join(map(_fold_character, text))


def _fold_character(character: str) -> str:
    if character in _SUPERSCRIPTS:
        return character
    return unicodedata.normalize("NFD", character)[0].lower()[0]


@dataclass(frozen=True)
class Span:
    start: int
    end: int


@dataclass
class Canvas:
    """`text` and `plain` have the same length. `plain` loses what is taken, so that nothing is read twice."""

    text: str
    plain: str = ""
    folded: str = ""
    taken: list[Span] = field(default_factory=list)

    @classmethod
    def of(cls, text: str) -> "Canvas":
        clean = normalize(text)
        folded = _without_marks(fold_letters(clean))
        return cls(clean, folded, folded)

    def take(self, start: int, end: int) -> None:
        """Mark a stretch as read."""
        self.taken.append(Span(start, end))
        self.plain = self.plain[:start] + TAKEN * (end - start) + self.plain[end:]

    def take_all(self, pattern: re.Pattern[str]) -> None:
        """Mark every stretch that `pattern` finds as read."""
        for match in list(pattern.finditer(self.plain)):
            self.take(*match.span())

    def segment_before(self, start: int, reach: int = 45) -> str:
        """Return what stands before a place in its sentence, at most `reach` characters."""
        return _SENTENCE_END.split(self.plain[max(0, start - reach) : start])[-1]

    def segment_after(self, end: int, reach: int = 45) -> str:
        """Return what stands after a place in its sentence, at most `reach` characters."""
        return _SENTENCE_END.split(self.plain[end : end + reach])[0]


_SENTENCE_END = re.compile(r"[;!?\n]|\.(?=\s|$)")
_MARKS = re.compile(r"(?<![\w*])[*_~`]+(?=\S)|(?<=[^\s*_~`])[*_~`]+(?![\w*])")
_SERVICE_ORDER = re.compile(r"\bo\.\s?s\.")


def _without_marks(plain: str) -> str:
    """Blank the marks of bold and italics, and the dots of "O.S.", which end no sentence."""
    plain = _MARKS.sub(lambda match: " " * len(match[0]), plain)
    return _SERVICE_ORDER.sub(lambda match: "os".ljust(len(match[0])), plain)
