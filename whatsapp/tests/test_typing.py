"""Presence is shown only when an answer takes its time (W19)."""

import time

import pytest

from whatsapp.services.typing import AFTER_SECONDS, typing_while_slow
from whatsapp.tests.lines import eventually

pytestmark = pytest.mark.django_db(transaction=True)


def shown(line):
    return [one for one in line.sandbox.calls("evolution") if "sendPresence" in one["path"]]


def test_what_takes_its_time_shows_that_somebody_writes(line):
    talk = line.hear()
    with typing_while_slow(talk, after=0.01):
        eventually(lambda: shown(line), "the presence")


def test_a_quick_answer_shows_nothing(line):
    talk = line.hear()
    with typing_while_slow(talk):
        pass
    assert shown(line) == []


def test_an_answer_that_comes_first_is_followed_by_nothing(line):
    talk = line.hear()
    with typing_while_slow(talk, after=0.3):
        pass
    time.sleep(0.8)
    assert shown(line) == []


def test_it_is_after_three_seconds():
    assert AFTER_SECONDS == 3.0


def test_nothing_is_shown_while_a_person_answers(line):
    talk = line.hear()
    talk.handed_off_at = talk.created_at
    with typing_while_slow(talk, after=0):
        pass
    assert shown(line) == []


def test_a_failure_of_it_matters_to_nobody(line):
    talk = line.hear()
    line.sandbox.fail("evolution", kind="status", status=500, path="/chat/*")
    with typing_while_slow(talk, after=0.01):
        eventually(lambda: shown(line), "the presence")
