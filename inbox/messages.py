"""Reading the JSON of a body, and showing it without what it says about people."""

import json
import re
from typing import Any

from core.masking import mask_value
from inbox.sources import Message

_PLAIN_ID = re.compile(r"[\x21-\x7e]{1,200}")
LONGEST_LIST = 20
DEEPEST = 8


class Malformed(Exception):
    """The body is not a JSON object."""


def parse_message(body: bytes) -> Message:
    """Return the JSON object of a body. Raises Malformed."""
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        raise Malformed from None
    if not isinstance(message, dict):
        raise Malformed
    return message


def clean_id(value: str) -> str:
    """Return a sender's id as it may be stored: printable ASCII of at most 200 characters, else nothing."""
    return value if _PLAIN_ID.fullmatch(value) else ""


def outline(value: Any, plain: frozenset[str], *, name: str = "", depth: int = 0) -> Any:
    """Return a message as operators see it: its shape, and the values of the fields named in `plain`.

    A delivery holds what people wrote, so any other text is shown as its length only.
    """
    if depth >= DEEPEST:
        return "…"
    if isinstance(value, dict):
        return {key: outline(item, plain, name=key, depth=depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        shown = [outline(item, plain, name=name, depth=depth + 1) for item in value[:LONGEST_LIST]]
        return [*shown, f"… mais {len(value) - LONGEST_LIST}"] if len(value) > LONGEST_LIST else shown
    if value is None or isinstance(value, bool):
        return value
    if name in plain:
        return mask_value(name, value)
    return f"texto, {len(value)} caracteres" if isinstance(value, str) else "número"
