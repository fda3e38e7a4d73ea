"""CSV as Brazilian spreadsheets open it, written row by row (PRODUCT.md §7)."""

import csv
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from core.formatting import format_date, format_datetime

BOM = "\ufeff"
CHUNK_ROWS = 200
_FORMULA_STARTS = frozenset("=+-@%|\t\r\n")


def stream_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[bytes]:
    """Yield a CSV in pieces of some rows: UTF-8 with BOM, `;`, CRLF, every field quoted.

    Texts are made harmless; numbers stay numbers, also negative ones, with decimal comma; dates are those
    of São Paulo; None is empty. Memory does not grow with the number of rows.
    """
    lines = _Lines()
    writer = csv.writer(lines, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    lines.write(BOM)
    writer.writerow(header)
    for number, row in enumerate(rows, start=1):
        writer.writerow([_cell(value) for value in row])
        if number % CHUNK_ROWS == 0:
            yield lines.take()
    yield lines.take()


def neutralize(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would run as a formula."""
    if not text or text[0].isalnum():
        return text
    first = next((char for char in text if char in "\t\r\n" or _is_visible(char)), "")
    return f"'{text}" if unicodedata.normalize("NFKC", first)[:1] in _FORMULA_STARTS else text


def export_filename(kind: str, extension: str, now: datetime) -> str:
    """Return "nitro_<kind>_AAAAMMDD_HHMMSS.<extension>" in São Paulo's time."""
    return f"nitro_{kind}_{timezone.localtime(now):%Y%m%d_%H%M%S}.{extension}"


class _Lines:
    """The file that csv.writer writes to; take() empties it."""

    def __init__(self) -> None:
        self._pieces: list[str] = []

    def write(self, text: str) -> None:
        self._pieces.append(text)

    def take(self) -> bytes:
        text, self._pieces = "".join(self._pieces), []
        return text.encode()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "sim" if value else "não"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return str(value).replace(".", ",")
    if isinstance(value, datetime):
        return format_datetime(value)
    if isinstance(value, date):
        return format_date(value)
    return neutralize(str(value))


def _is_visible(char: str) -> bool:
    return char.isprintable() and not char.isspace()
