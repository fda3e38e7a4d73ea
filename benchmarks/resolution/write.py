"""`python -m benchmarks.resolution.write`: write the labelled pairs again from their patterns."""

import json
from pathlib import Path

from benchmarks.resolution import held_out, tuning
from benchmarks.resolution.making import Book

HERE = Path(__file__).resolve().parent


def make_part(name: str) -> Book:
    """The pairs of "tuning" or of "held_out"."""
    module, start = (tuning, 1000) if name == "tuning" else (held_out, 5000)
    book = Book(start, module.TAILS)
    for pattern in module.PATTERNS:
        pattern(book)
    return book


def as_json(book: Book) -> str:
    """One line a company and one a place: what changes is seen."""
    companies = ",\n".join(json.dumps(company, ensure_ascii=False) for company in book.companies)
    places = ",\n".join(json.dumps(place, ensure_ascii=False) for place in book.places)
    return f'{{"companies": [\n{companies}\n],\n"places": [\n{places}\n]}}\n'


def main() -> None:
    for name in ("tuning", "held_out"):
        (HERE / f"{name}.json").write_text(as_json(make_part(name)), encoding="utf-8")


if __name__ == "__main__":
    main()
