"""Webhooks of the samples with one value at a time put wrong, in every place: the same ones each time."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from whatsapp.tests.samples import list_index, read_payload

ODD: tuple[Any, ...] = (
    None,
    {},
    {"low": 1, "high": []},
    {"low": 4294967295, "high": 4294967295, "unsigned": True},
    [],
    [None],
    [[{}]],
    True,
    0,
    -1,
    1e308,
    10**40,
    9_999_999_999_999_999_999,
    "",
    "\0\ud800",
    "9999999999999999999",
    "@",
    "@lid",
    ":@s.whatsapp.net",
    "١٢٣@s.whatsapp.net",
    "9" * 300 + "@s.whatsapp.net",
    "A" * 200,
    "x" * 70_000,
)
Path = tuple[str | int, ...]


def list_samples() -> list[int]:
    """Return the numbers of the recorded bodies of the Evolution API that are JSON."""
    return [
        int(line["file"][:2])
        for line in list_index()
        if line["file"].endswith(".json") and "cloud" not in line["file"]
    ]


def list_paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the place of every value inside a value, from the outside in."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from list_paths(inner, (*path, key))


def put(message: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """Return a copy of a message with another value at a place."""
    copy = deepcopy(message)
    node: Any = copy
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    return copy


def list_places() -> list[tuple[int, Path]]:
    """Return every place of every sample, once for each way to it."""
    seen: set[Path] = set()
    places = []
    for number in list_samples():
        for path in list_paths(read_payload(number)):
            if path not in seen:
                seen.add(path)
                places.append((number, path))
    return places
