"""Tests that another day could change are run on other days (tests/support/calendar.py)."""

import re

from tests.support import calendar
from tests.test_structure import HOUSE

READS_THE_DAY = re.compile(
    r"\b(?:timezone\.now|timezone\.localdate|timezone\.localtime|datetime\.now|date\.today|time\.time)\(\)"
)
RUN_BY_HAND = {"tests/test_chaos_leads.py", "tests/test_chaos_nfse.py"}


def test_each_file_of_the_list_is_there_once():
    assert [name for name in calendar.PART if not (HOUSE / name).is_file()] == []
    assert len(set(calendar.PART)) == len(calendar.PART)


def test_each_test_file_that_reads_the_clock_is_in_the_list():
    files = [*HOUSE.glob("*/tests/test_*.py"), *HOUSE.glob("tests/test_*.py")]
    readers = {str(file.relative_to(HOUSE)) for file in files if READS_THE_DAY.search(file.read_text())}

    assert readers - set(calendar.PART) <= RUN_BY_HAND
