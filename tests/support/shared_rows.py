"""Rows that all tests of a module read: made once, in a transaction around those of the tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.test import override_settings


@contextmanager
def shared_rows(django_db_blocker: Any, files: Any) -> Iterator[None]:
    """Undo at the end of the module what is written inside; each test undoes its own as usual.

    Args:
        django_db_blocker: the fixture of pytest-django.
        files: a folder for private files, for as long as the rows live.
    """
    block = transaction.atomic()
    block._from_testcase = True  # as Django's own TestCase marks its block: services open durable ones inside
    with django_db_blocker.unblock(), override_settings(FILES_ROOT=files), block:
        yield
        transaction.set_rollback(True)
