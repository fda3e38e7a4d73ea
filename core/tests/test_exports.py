from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from core.exports import CHUNK_ROWS, export_filename, neutralize, stream_csv


def test_csv_has_bom_semicolons_crlf_and_quotes_everywhere():
    text = b"".join(stream_csv(["Nome", "Créditos"], [["Ração & Cia", -5]])).decode()

    assert text == '\ufeff"Nome";"Créditos"\r\n"Ração & Cia";"-5"\r\n'


def test_dates_are_those_of_sao_paulo_and_none_is_empty():
    row = [datetime(2026, 11, 22, 2, 30, tzinfo=UTC), date(2026, 1, 2), None, Decimal("4.5")]

    text = b"".join(stream_csv(["a", "b", "c", "d"], [row])).decode()

    assert text.endswith('"21/11/2026 23:30";"02/01/2026";"";"4,5"\r\n')


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+55", "-x", "@a", "%a", "|a", "\tx", "\rx", "  =1", "\u200b=1", "＝1+1", "＋1", "－1", "＠a"],
)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text):
    assert neutralize(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Pet Shop", "(55) 99912-3456", "a=b", "1-2", "Água"])
def test_other_text_stays_as_it_is(text):
    assert neutralize(text) == text


def test_a_long_csv_comes_in_pieces_and_whole():
    pieces = list(stream_csv(["n"], ([number] for number in range(3 * CHUNK_ROWS + 1))))

    assert len(pieces) == 4
    assert b"".join(pieces).count(b"\r\n") == 3 * CHUNK_ROWS + 2


def test_the_file_name_carries_the_sao_paulo_time():
    now = datetime(2026, 11, 22, 2, 30, 5, tzinfo=UTC)

    assert export_filename("extrato", "csv", now) == "nitro_extrato_20261121_233005.csv"
