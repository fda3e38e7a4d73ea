"""How a reading is compared with what a message is known to say."""

from datetime import datetime
from typing import Any

from whatsapp.reading.canvas import fold_letters
from whatsapp.reading.output import values_of
from whatsapp.reading.reader import read_messages
from whatsapp.reading.values import ReadingContext

PLAIN_FIELDS = ("taker_document", "document_valid", "amount", "competence")


def read(text: str, today: str = "2026-11-23", **context: Any):
    """Return the reading of a text, or of the texts of one batch, at noon of a day in São Paulo."""
    texts = [text] if isinstance(text, str) else text
    moment = datetime.fromisoformat(f"{today}T12:00:00-03:00")
    return read_messages(texts, ReadingContext(now=moment, **context))


def list_wrong(expected: dict[str, Any], got: dict[str, Any]) -> list[str]:
    """Return the fields with a value that the message does not say. A value left to be asked is not wrong."""
    wrong = [name for name in PLAIN_FIELDS if got[name] is not None and got[name] != expected[name]]
    return wrong + (["description"] if got["description"] and not is_described(expected, got) else [])


def list_unread(expected: dict[str, Any], got: dict[str, Any]) -> list[str]:
    """Return the fields that the message says and the reading does not have."""
    unread = [name for name in PLAIN_FIELDS if got[name] is None and expected[name] is not None]
    return unread + (["description"] if expected["description"] and not got["description"] else [])


def is_described(expected: dict[str, Any], got: dict[str, Any]) -> bool:
    """Whether a description holds the words it must and none that it must not."""
    text = fold_letters(got["description"])
    must, must_not = expected["description"] or [], expected.get("description_not", [])
    if not must:
        return False
    return all(fold_letters(word) in text for word in must) and not any(
        fold_letters(word) in text for word in must_not
    )


def values(text: str, today: str = "2026-11-23", **context: Any) -> dict[str, Any]:
    """Return the plain values of a text."""
    return values_of(read(text, today, **context))
