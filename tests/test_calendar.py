"""Files whose tests another day could change are run on other days (tests/support/calendar.py)."""

import re

from tests.support import calendar
from tests.test_structure import HOUSE

ASKS_FOR_TODAY = re.compile(r"\b(?:localdate|localtime|datetime\.now|date\.today)\(")


def test_each_file_of_the_list_is_there_once():
    assert [name for name in calendar.PART if not (HOUSE / name).is_file()] == []
    assert len(set(calendar.PART)) == len(calendar.PART)


def test_each_test_file_that_asks_for_todays_date_is_in_the_list():
    files = [*HOUSE.glob("*/tests/test_*.py"), *HOUSE.glob("tests/test_*.py")]
    asking = {str(file.relative_to(HOUSE)) for file in files if ASKS_FOR_TODAY.search(file.read_text())}

    assert asking - set(calendar.PART) == set()
