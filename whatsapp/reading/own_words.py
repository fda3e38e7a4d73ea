"""What leaves the house for a model, and whether what it gives back was said."""

import re

from whatsapp.reading.canvas import Canvas, fold_letters, normalize
from whatsapp.reading.numbers import find_numbers

HIDDEN = "***"
MONEY_FORM = 2  # Number.strength from which a number is money by its form
_LONG_NUMBER = re.compile(r"(?<![\w*])\d[\d.,/-]{3,}(?![\w*])")


def find_said(value: str, words: str) -> str:
    """Return the stretch of `words` that is `value`, as it was written; empty when nobody said it.

    Accents, case and blanks may differ, and punctuation around it; nothing else, and no half words.
    """
    pieces = fold_letters(normalize(value)).strip(" .,;:!\"'").split()
    if not pieces:
        return ""
    said = normalize(words)
    pattern = r"(?<!\w)" + r"\s+".join(map(re.escape, pieces)) + r"(?!\w)"
    found = re.search(pattern, fold_letters(said))
    return " ".join(said[found.start() : found.end()].split()) if found else ""


def hide_numbers(words: str) -> str:
    """Return the words without amounts, in figures or spelled out, and without long numbers of any kind."""
    canvas = Canvas.of(words)
    text = canvas.text
    for number in sorted(find_numbers(canvas.plain), key=lambda each: each.start, reverse=True):
        if number.strength >= MONEY_FORM:
            text = text[: number.start] + HIDDEN + text[number.end :]
    return _LONG_NUMBER.sub(HIDDEN, text)
