"""Fixtures of the queue's tests."""

import pytest

from queue_worker.tests import handlers
from queue_worker.tests.effects import effects_table


@pytest.fixture
def effects(transactional_db):
    """The table in which test handlers note what they did."""
    with effects_table():
        yield


@pytest.fixture
def answers():
    """The answers that a test may add to; the usual ones come back afterwards."""
    usual = dict(handlers.answers)
    yield handlers.answers
    handlers.answers.clear()
    handlers.answers.update(usual)
