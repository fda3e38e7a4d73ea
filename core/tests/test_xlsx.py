import tracemalloc
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from core import xlsx
from core.xlsx import Sheet, TooManyRows, write_xlsx

HEADER = ("Nome", "Valor")


def read(*sheets):
    with write_xlsx(sheets) as file:
        return load_workbook(file)


def cell(value):
    return read(Sheet("Uma", ("Valor",), [(value,)]))["Uma"]["A2"]


@pytest.mark.parametrize("text", ["00012", "12345678000195", "01310-100", "1e5", "https://nitro.example"])
def test_text_stays_text(text):
    assert (cell(text).data_type, cell(text).value) == ("s", text)


@pytest.mark.parametrize("text", ["=1+1", "+55", "-x", "@SUM(A1)", "%", "|calc", "\t=1", "＝1"])
def test_text_that_would_run_is_neutralized(text):
    assert cell(text).data_type == "s"
    assert cell(text).value.startswith("'")


def test_numbers_are_numbers_with_their_decimals():
    assert (cell(12).value, cell(12).number_format) == (12, "0")
    assert cell(Decimal("-1234.56")).value == -1234.56
    assert cell(Decimal("1.5")).number_format == "#,##0.00##"


def test_dates_are_dates_of_sao_paulo():
    assert (cell(date(2026, 7, 1)).value, cell(date(2026, 7, 1)).number_format) == (
        datetime(2026, 7, 1),  # noqa: DTZ001 -- a cell has no zone
        "dd/mm/yyyy",
    )
    assert cell(datetime(2026, 7, 1, 2, 30, tzinfo=UTC)).value == datetime(2026, 6, 30, 23, 30)  # noqa: DTZ001
    assert cell(date(1899, 1, 1)).value == "01/01/1899"


def test_yes_no_and_nothing():
    assert [cell(value).value for value in (True, False, None, "")] == ["sim", "não", None, None]


def test_each_sheet_has_a_frozen_header_and_a_filter():
    book = read(Sheet("Uma", HEADER, [("a", 1), ("b", 2)]), Sheet("Outra", HEADER, []))
    assert book.sheetnames == ["Uma", "Outra"]
    assert [page.freeze_panes for page in book] == ["A2", "A2"]
    assert [page.auto_filter.ref for page in book] == ["A1:B3", "A1:B1"]
    assert book["Uma"]["A1"].font.bold


def test_a_summary_stands_first_and_is_read_last():
    total = []

    def rows():
        total.append(3)
        yield ("a", 3)

    book = read(
        Sheet("Resumo", ("Total",), ([sum(total)] for _ in "1"), is_summary=True),
        Sheet("Uma", HEADER, rows()),
    )

    assert book.sheetnames == ["Resumo", "Uma"]
    assert book["Resumo"]["A2"].value == 3


def test_more_rows_than_a_sheet_holds_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr(xlsx, "MOST_ROWS", 3)
    with pytest.raises(TooManyRows):
        write_xlsx([Sheet("Uma", HEADER, [("a", 1)] * 4)], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_memory_does_not_grow_with_the_rows():
    def peak(count):
        tracemalloc.start()
        write_xlsx([Sheet("Uma", HEADER, (("nome " * 20, 1) for _ in range(count)))]).close()
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    peak(10)
    assert peak(8000) < 2 * peak(1000)
