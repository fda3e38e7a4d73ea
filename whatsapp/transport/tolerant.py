"""Values of JSON in all the shapes that versions of the Evolution API give them (evolution.md 8.1)."""

import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeGuard

_INVISIBLE = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp", "Mn"})
LONGEST_ID = 200


def as_mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def as_text(value: object) -> str:
    """Return a text, without the zero bytes and lone surrogates that PostgreSQL refuses."""
    if not isinstance(value, str):
        return ""
    return value.replace("\0", "").encode("utf-8", "replace").decode()


def as_id(value: object) -> str:
    """Return the id of a message: printable ASCII, else nothing."""
    text = value.strip() if isinstance(value, str) else ""
    return text if 0 < len(text) <= LONGEST_ID and text.isascii() and text.isprintable() else ""


def as_int(value: object) -> int | None:
    """Return a number told as such, as decimal text, or as the two halves of 64 bits."""
    if isinstance(value, Mapping):
        low, high = value.get("low"), value.get("high")
        if not _is_int(low) or not _is_int(high):
            return None
        return ((high & 0xFFFFFFFF) << 32) | (low & 0xFFFFFFFF)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if _is_int(value) else None


def as_moment(value: object, *, per_second: int = 1) -> datetime | None:
    """Return a time told as seconds (or, with `per_second` 1000, milliseconds) since 1970."""
    number = as_int(value)
    if number is None or not 0 < number // per_second < 4_102_444_800:  # 2100
        return None
    return datetime.fromtimestamp(number / per_second, UTC)


def as_stamp(value: object) -> datetime | None:
    """Return `date_time` of a webhook: the server's local time with a false Z, to compare with itself."""
    try:
        return datetime.fromisoformat(value.replace("Z", "")).replace(tzinfo=UTC)  # type: ignore[attr-defined]
    except (AttributeError, ValueError):
        return None


def find(value: object, *path: str) -> Any:
    """Return what stands at a path of keys, or None."""
    for key in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value


def is_blank(text: str) -> bool:
    """Return whether nothing of a text can be seen."""
    return all(unicodedata.category(character) in _INVISIBLE for character in text)


def _is_int(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
