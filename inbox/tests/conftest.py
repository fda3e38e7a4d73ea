"""Fixtures of the inbox's tests."""

import pytest

from queue_worker.tests.effects import effects_table


@pytest.fixture
def effects(transactional_db):
    """The table in which the test senders' rows and work leave what they did."""
    with effects_table():
        yield
