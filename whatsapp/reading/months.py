"""Months and days in a text, and the date that is meant: never after today."""

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from rapidfuzz.distance import DamerauLevenshtein

NAMES = ("janeiro", "fevereiro", "marco", "abril", "maio", "junho", "julho", "agosto", "setembro", "outubro",
         "novembro", "dezembro")  # fmt: skip
SHORT = ("jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "set", "out", "nov", "dez")
MONTHS = {name: place for place, name in enumerate(NAMES, start=1)}
ABBREVIATIONS = {name: place for place, name in enumerate(SHORT, start=1)}
_OTHER_WORDS = frozenset(
    {"abrir", "agosta", "marcos", "marca", "maior", "maios", "julio", "julia", "junto", "junta"}
)


@dataclass(frozen=True)
class Said:
    """A date at a place: a whole day, or only its month."""

    start: int
    end: int
    day: date
    whole_month: bool


@lru_cache(maxsize=1024)
def month_of(word: str) -> int | None:
    """Return the month of a folded word: its name, also with one letter wrong."""
    if word in MONTHS:
        return MONTHS[word]
    if len(word) < 6 or word in _OTHER_WORDS:
        return None
    near = [
        name
        for name in NAMES
        if len(name) >= 6 and DamerauLevenshtein.distance(word, name, score_cutoff=1) <= 1
    ]
    return MONTHS[near[0]] if len(near) == 1 else None


def full_year(digits: str) -> int:
    """Return the year of two or four digits."""
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def last_of_month(year: int, month: int, today: date) -> date:
    """Return the last day of a month, or today when the month is not over."""
    last = date(year, month, calendar.monthrange(year, month)[1])
    return today if (year, month) == (today.year, today.month) else last


def latest_month(month: int, today: date) -> date:
    """Return the end of the last such month that has begun."""
    year = today.year if month <= today.month else today.year - 1
    return last_of_month(year, month, today)


def latest_day(day: int, month: int, today: date) -> date | None:
    """Return the last such day that is not after today, or None when there is no such day."""
    for year in (today.year, today.year - 1):
        found = safe_date(year, month, day)
        if found and found <= today:
            return found
    return None


def latest_day_of_month(day: int, today: date) -> date | None:
    """Return the last day with this number that is not after today."""
    first = today.replace(day=1)
    for _ in range(3):
        found = safe_date(first.year, first.month, day)
        if found and found <= today:
            return found
        first = (first - timedelta(days=1)).replace(day=1)
    return None


def months_before(today: date, count: int) -> date:
    """Return the last day of the month `count` months before today's; of this month, today."""
    first = today.replace(day=1)
    for _ in range(count):
        first = (first - timedelta(days=1)).replace(day=1)
    return last_of_month(first.year, first.month, today)


def safe_date(year: int, month: int, day: int) -> date | None:
    """Return the date, or None when the calendar has none."""
    try:
        return date(year, month, day)
    except ValueError:
        return None
