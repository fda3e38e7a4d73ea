"""The CEP of a client and the number of its door, once they were asked for (T21, D13)."""

import re

from whatsapp.reading.canvas import Canvas
from whatsapp.reading.values import Asked, ReadingContext

_POSTAL_CODE = re.compile(
    r"(?<![\d.,/-])(?:\bcep\b\s*(?:e|eh|:)?\s*)?(\d{2})\.?(\d{3})-?\s?(\d{3})(?![\d/-]|[.,]\d)"
)
_NUMBER_BEHIND = re.compile(
    r"\s*(?:,|;|-|\be\b)?\s*(?:o\s+)?(?:numero|num\.?|n[º°o]?\.?)?\s*:?\s*(\d{1,5}[a-z]?)\b"
)
_OTHER_LABEL = re.compile(r"(?:r\$|\b(?:valor|total|cnpj|cpf|fone|telefone|celular|whats\w*))[^,;\d]{0,12}$")


def take_postal_code(canvas: Canvas, context: ReadingContext) -> tuple[str, str]:
    """Take the only CEP of a message and the number behind it; ("", "") when none, or two, are there."""
    if Asked.ADDRESS not in context.asked:
        return "", ""
    found = [
        match
        for match in _POSTAL_CODE.finditer(canvas.plain)
        if not _OTHER_LABEL.search(canvas.segment_before(match.start()))
    ]
    if len(found) != 1:
        return "", ""
    (match,) = found
    number = _NUMBER_BEHIND.match(canvas.plain, match.end())
    canvas.take(match.start(), number.end() if number else match.end())
    return "".join(match.groups()), number[1].upper() if number else ""
