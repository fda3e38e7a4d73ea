"""XLSX as PRODUCT.md §7 "Common" wants it, written row by row: memory does not grow with the rows.

    with write_xlsx([Sheet("Tomadores", HEADER, rows)]) as workbook:
        ...  # an open file at its beginning

What a cell becomes follows from the type of its value, as in `core.exports.stream_csv`:

    str       text cell, never a formula (documents, phones, CEP, keys, numbers that are labels)
    int       number cell without decimals (counts)
    Decimal   number cell with two to four decimals (money, rates)
    datetime  date cell with time, of São Paulo; date: date cell
    bool      "sim" or "não"; None: empty
"""

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO

from django.utils import timezone
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from core.errors import NitroError
from core.exports import neutralize
from core.formatting import format_date

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 1_048_575  # of a sheet, below the header
_MOST_TEXT = 32_767  # characters of a cell
_OLDEST = date(1900, 3, 1)  # spreadsheets count the days before wrongly
_NARROW, _WIDE = 10, 60


class TooManyRows(NitroError):
    """More rows than a sheet can have."""

    message = "São linhas demais para uma planilha. Filtre um período menor, ou baixe em CSV."


@dataclass(frozen=True)
class Sheet:
    """One sheet: its title (at most 31 characters), its header, and rows that are read once.

    `is_summary`: its rows are read after those of all other sheets, from which they come.
    """

    title: str
    header: Sequence[str]
    rows: Iterable[Sequence[object]]
    is_summary: bool = False


def write_xlsx(sheets: Sequence[Sheet], directory: Path | None = None) -> IO[bytes]:
    """Write a workbook and return it as an open temporary file, at its beginning; closing it removes it.

    Each sheet has a frozen, bold header and a filter. What is being written lies in `directory` (the
    system's temporary folder when None) and is gone at the end, also after an error.

    Raises:
        TooManyRows: a sheet has more than MOST_ROWS rows.
        OSError: the disk is full, or may not be written.
    """
    with tempfile.TemporaryDirectory(dir=directory, prefix="xlsx") as folder:
        target = tempfile.TemporaryFile(dir=directory)  # noqa: SIM115 -- the caller closes it
        book = Workbook(target, {"constant_memory": True, "tmpdir": folder})
        try:
            formats = _Formats(book)
            pages = [(sheet, book.add_worksheet(sheet.title)) for sheet in sheets]
            for sheet, page in sorted(pages, key=lambda pair: pair[0].is_summary):
                _write_sheet(page, sheet, formats)
            book.close()
        except BaseException:
            for page in book.worksheets():
                page.row_data_fh.close()  # what is unfinished; the library only closes at the end
            target.close()
            raise
    target.seek(0)
    return target


class _Formats:
    """The number formats of a workbook, each made once."""

    def __init__(self, book: Workbook) -> None:
        self.header: Format = book.add_format({"bold": True, "bottom": 1})
        self.count: Format = book.add_format({"num_format": "0"})
        self.money: Format = book.add_format({"num_format": "#,##0.00##"})
        self.date: Format = book.add_format({"num_format": "dd/mm/yyyy"})
        self.datetime: Format = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})


def _write_sheet(page: Worksheet, sheet: Sheet, formats: _Formats) -> None:
    widths = [len(title) + 4 for title in sheet.header]  # the filter's arrow needs room
    for column, title in enumerate(sheet.header):
        page.write_string(0, column, title, formats.header)
    number = 0
    for number, row in enumerate(sheet.rows, start=1):
        if number > MOST_ROWS:
            raise TooManyRows
        for column, value in enumerate(row):
            width = _write_cell(page, number, column, value, formats)
            if width > widths[column]:
                widths[column] = width
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, number, len(sheet.header) - 1)
    for column, width in enumerate(widths):
        page.set_column(column, column, min(max(width, _NARROW), _WIDE))


def _write_cell(page: Worksheet, row: int, column: int, value: object, formats: _Formats) -> int:
    """Write one cell and return about how wide it is, in characters."""
    if isinstance(value, bool):
        value = "sim" if value else "não"
    if isinstance(value, int):
        page.write_number(row, column, value, formats.count)
        return len(str(value)) + 2
    if isinstance(value, Decimal):
        page.write_number(row, column, value, formats.money)
        return len(str(value)) + 4
    if isinstance(value, date):
        return _write_date(page, row, column, value, formats)
    if value is None or value == "":
        return 0
    text = neutralize(str(value))[:_MOST_TEXT]
    page.write_string(row, column, text)
    return len(text) + 1


def _write_date(page: Worksheet, row: int, column: int, value: date, formats: _Formats) -> int:
    if isinstance(value, datetime):
        local = timezone.localtime(value) if timezone.is_aware(value) else value
        page.write_datetime(row, column, local.replace(tzinfo=None), formats.datetime)
        return 18
    if value < _OLDEST:
        page.write_string(row, column, format_date(value))
    else:
        page.write_datetime(row, column, value, formats.date)
    return 12
