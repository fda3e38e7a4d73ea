"""The tables of registry/data, read from their files: for code that may not touch the database."""

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path

DATA = Path(__file__).resolve().parent / "data"


def read_rows(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a table, by column. Every code is text."""
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@cache
def get_municipality_names() -> dict[str, tuple[str, str]]:
    """Return (name, UF) of every municipality by IBGE code."""
    return {row["ibge_code"]: (row["name"], row["uf"]) for row in read_rows("municipalities")}


@cache
def get_cnaes() -> dict[str, str]:
    """Return the description of every current activity by CNAE code of seven digits."""
    return {row["code"]: row["description"] for row in read_rows("cnae") if row["status"] == "current"}
