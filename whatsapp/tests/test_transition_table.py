"""The table in code equals the one of the specification, copied in data/transition_table.md (R64, R114)."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

from whatsapp.conversation.states import WITH_CLOCK, State
from whatsapp.conversation.table import EVALUATE, ROWS, SAME
from whatsapp.vocabulary.events import Event

PAGE = Path(__file__).parent / "data" / "transition_table.md"
EVENT_NAMES = {event.value for event in Event}
SAID_BY_CODE = {"NO_LAST_NOTE", "TALK_TO_FIRM", "ONE_COMPANY"}

SAID_ELSEWHERE = {"9": {"T01"}, "16b": {"T18", "T68"}, "20": {"T06", "T07"}}
"""T01 is the other wording of T37's row, T18 and T68 are a condition there, T06 and T07 are SHOW_NEEDS."""
SAID_IN_OTHER_WORDS = {
    "12": {"T05"},
    "13": {"T04"},
    "14": {"T04"},
    "17": {"T33"},
    "25": {"T04"},
    "35": {"T55"},
    "36": {"T04"},
    "48": {"T04", "T55"},
}
"""The page says "list again", "company remembered", "data kept", "as 23, 25" or names the question."""


def read_page():
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith("|")][2:]
    return {
        cells[0]: cells[1:] for cells in ([cell.strip() for cell in line.split("|")[1:-1]] for line in lines)
    }


PAGE_ROWS = read_page()
CODE_ROWS = defaultdict(list)
for row in ROWS:
    CODE_ROWS[row.number].append(row)


def events_of(number):
    """Return the events that a row of the page names: in capitals, or by the few words that stand for one."""
    cell = PAGE_ROWS[number][1]
    if cell == "same":
        return events_of(str(int(number) - 1))
    names = {name for name in re.findall(r"[A-Z_]{2,}", cell) if name in EVENT_NAMES}
    if "issue request" in cell:
        names.add("ISSUE")
    if "“cancelar nota”" in cell or '"cancelar nota"' in cell:
        names.add("CANCEL_NOTE")
    return names


def test_every_row_of_the_page_is_in_code_and_no_other():
    assert set(PAGE_ROWS) - {"52"} == set(CODE_ROWS)


@pytest.mark.parametrize("number", sorted(CODE_ROWS))
def test_a_row_begins_in_the_states_of_the_page(number):
    cell = PAGE_ROWS[number][0]
    named = {State(name) for name in re.findall(r"`(\w+)`", cell)} or (
        {State.NONE} if cell == "none" else set()
    )
    expected = WITH_CLOCK if cell == "open with clock" else named
    assert {state for row in CODE_ROWS[number] for state in row.states} == expected


@pytest.mark.parametrize("number", sorted(set(CODE_ROWS) - {"31", "40"}))
def test_a_row_is_for_the_events_of_the_page(number):
    assert {event.value for row in CODE_ROWS[number] for event in row.events} == events_of(number)


def test_row_31_takes_yes_and_no_with_data_as_a_correction():
    assert PAGE_ROWS["31"][1] == "FIX, DATA, NO + data, YES + data"
    assert {event for row in CODE_ROWS["31"] for event in row.events} == {Event.FIX, Event.DATA}


def test_row_40_is_for_all_that_a_person_can_say_and_no_other_row_of_processing_takes():
    events = {event for row in CODE_ROWS["40"] for event in row.events}
    assert events.isdisjoint({Event.CANCEL, Event.NO, Event.INFO, Event.HANDOFF, Event.ALTERED})
    assert {Event.YES, Event.DATA, Event.UNSURE, Event.RETRY} <= events


@pytest.mark.parametrize("number", sorted(CODE_ROWS))
def test_a_row_holds_under_the_condition_of_the_page(number):
    assert {row.condition for row in CODE_ROWS[number]} == {PAGE_ROWS[number][2]}


@pytest.mark.parametrize("number", sorted(CODE_ROWS))
def test_a_row_leads_where_the_page_says(number):
    cell = PAGE_ROWS[number][3].partition(",")[0].partition("(")[0].strip()
    plain = {"evaluate": {EVALUATE}, "same": {SAME}, "none": {State.NONE}}
    named = {State(name) for name in re.findall(r"`(\w+)`", cell)}
    expected = plain.get(cell, named)
    if number == "3":
        expected = {State.FAILED, State.NONE}
    if number == "17":
        expected = {EVALUATE, State.CANCELED}
    assert {row.target for row in CODE_ROWS[number]} == expected


@pytest.mark.parametrize("number", sorted(CODE_ROWS))
def test_a_row_says_the_texts_of_the_page_and_no_others(number):
    page = set(re.findall(r"T\d\d", PAGE_ROWS[number][4]))
    code = {effect.text for row in CODE_ROWS[number] for effect in row.effects if effect.text} - SAID_BY_CODE
    assert page - code <= SAID_ELSEWHERE.get(number, set())
    assert code - page <= SAID_IN_OTHER_WORDS.get(number, set())


@pytest.mark.parametrize("number", ["17", "21", "23", "26", "33b", "35", "37", "41"])
def test_a_row_asks_the_question_of_the_page(number):
    page = {
        name
        for name in re.findall(r"`(\w+)`", PAGE_ROWS[number][4])
        if name not in {"canceled", "cancellation"}
    }
    code = {effect.question.value for row in CODE_ROWS[number] for effect in row.effects if effect.question}
    assert code == page - ({"confirm_cancel"} if number == "17" else set())
