"""What goes to the audit trail of each answer: enough to explain it, no document twice."""

import re
from collections.abc import Callable

from core.http import Response
from fiscal.gateways.base import MAX_KEPT_CHARACTERS, Exchange, Recorder

_DOCUMENT = re.compile(r'("(?:\w*B64|arquivoXml)"\s*:\s*)"[^"]{100,}"', re.IGNORECASE)
_READABLE = ("json", "text/", "html", "problem")


def observe_with(record: Recorder | None, gateway: str, operation: str) -> Callable[[Response], None] | None:
    """Return what core.http shows each answer to; None when nobody records."""
    if record is None:
        return None

    def observe(response: Response) -> None:
        record(Exchange(gateway, operation, response.status, describe(response)))

    return observe


def describe(response: Response) -> str:
    """Return the text of an answer, at most 8 KB, with the documents inside it and binary files left out."""
    kind = response.headers.get("content-type", "")
    if response.content and kind and not any(word in kind for word in _READABLE):
        return f"({kind}, {len(response.content)} bytes)"
    text = response.text.replace("\x00", "�")  # PostgreSQL keeps no NUL
    return _DOCUMENT.sub(r'\1"…"', text)[:MAX_KEPT_CHARACTERS]
