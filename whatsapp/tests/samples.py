"""The recorded webhooks of tests/data: bodies as delivered, and sequences of them."""

import csv
import json
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"


def list_index() -> list[dict[str, str]]:
    """Return the lines of the index: one per recorded body, with what must come of it."""
    with (DATA / "payloads" / "index.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def read_body(number: int) -> bytes:
    """Return the recorded body of this number, byte for byte."""
    (path,) = (DATA / "payloads").glob(f"{number:02}-*")
    return path.read_bytes()


def read_payload(number: int) -> dict[str, Any]:
    return json.loads(read_body(number))


def read_case(number: int) -> dict[str, Any]:
    """Return a sequence of webhooks with what must come of it."""
    (path,) = (DATA / "cases").glob(f"{number:02}-*.json")
    return json.loads(path.read_bytes())
