"""Reading answers whose shape drifts: any case of keys, scalar or list, missing fields (R58)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_MAX_KEYS = 12


def lookup(row: Mapping[str, Any], *names: str) -> Any:
    """Return the first value that is not empty under any of `names`, whatever the case of the keys."""
    folded = {str(key).lower(): value for key, value in row.items()}
    for name in names:
        value = folded.get(name)
        if value not in (None, "", {}, []):
            return value
    return None


def has_any_key(row: Mapping[str, Any], names: Sequence[str] | frozenset[str]) -> bool:
    """Whether the object has at least one key that we know, with a value or without."""
    return any(str(key).lower() in names for key in row)


def read_text(value: Any) -> str:
    """Return a scalar as text without outer spaces; objects and lists are no text."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return ""


def read_texts(value: Any, inner_key: str) -> list[str]:
    """Return every text of a value that may be a scalar, a list, an object with `inner_key`, or nested.

    Blanks and repeats are dropped, order is kept.
    """
    return list(dict.fromkeys(text for text in _walk(value, inner_key) if text))


def read_objects(value: Any) -> list[Mapping[str, Any]]:
    """Return the objects of a value that may be one object or a list of them."""
    values = value if isinstance(value, list) else [value]
    return [item for item in values if isinstance(item, Mapping) and item]


def shape_of(value: Any) -> str:
    """Describe an answer without its values: keys and types only, so that it can be logged (R24, R58)."""
    if isinstance(value, Mapping):
        inner = ", ".join(
            f"{str(key)[:30]}: {shape_of(item)}" for key, item in list(value.items())[:_MAX_KEYS]
        )
        return f"{{{inner}}}"
    if isinstance(value, list):
        return f"[{shape_of(value[0])} × {len(value)}]" if value else "[]"
    return type(value).__name__


def _walk(value: Any, inner_key: str) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _walk(item, inner_key)
    elif isinstance(value, Mapping):
        yield from _walk(lookup(value, inner_key), inner_key)
    else:
        yield read_text(value)
