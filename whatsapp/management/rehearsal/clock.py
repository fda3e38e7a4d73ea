"""A clock for rehearsals: `timezone.now()` of this process and `now()` of its database connections obey it.

PostgreSQL finds a function by the search path, so a schema in front of `pg_catalog` gives the connections of
this process, and no others, another `now()`. Deadlines and leases of the operating system go on as they are.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, connections
from django.db.backends.signals import connection_created
from django.utils import timezone

SCHEMA = "rehearsal"
_FUNCTIONS = ("now", "transaction_timestamp", "statement_timestamp", "clock_timestamp")
_FUNCTION = (
    "CREATE FUNCTION {schema}.{name}() RETURNS timestamptz LANGUAGE sql STABLE"
    " AS 'SELECT at FROM {schema}.clock'"
)
_PATH = f"SET search_path = {SCHEMA}, pg_catalog, public"


class RehearsalClock:
    """The moment that everything goes by; it moves when it is told to, and never back."""

    def __init__(self, start: datetime) -> None:
        self._moment = start
        self.followers: list[Callable[[datetime], None]] = []

    def now(self) -> datetime:
        """Return the moment, aware."""
        return self._moment

    def move_to(self, moment: datetime) -> None:
        """Let it be `moment` for Python and the database."""
        self._moment = max(moment, self._moment)
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {SCHEMA}.clock SET at = %s", [self._moment])  # noqa: S608 (a constant)
        for follow in self.followers:
            follow(self._moment)

    def move(self, step: timedelta) -> None:
        """Let time pass."""
        self.move_to(self._moment + step)


@contextmanager
def running(start: datetime) -> Iterator[RehearsalClock]:
    """Put this process and its connections under a clock that begins at `start`."""
    clock = RehearsalClock(start)
    _install(start)
    real = timezone.now
    connection_created.connect(_follow)
    timezone.now = clock.now
    try:
        yield clock
    finally:
        timezone.now = real
        connection_created.disconnect(_follow)
        _remove()


def _install(start: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        cursor.execute(f"CREATE SCHEMA {SCHEMA}")
        cursor.execute(f"CREATE TABLE {SCHEMA}.clock (at timestamptz NOT NULL)")
        cursor.execute(f"INSERT INTO {SCHEMA}.clock VALUES (%s)", [start])  # noqa: S608 (a constant)
        for name in _FUNCTIONS:
            cursor.execute(_FUNCTION.format(schema=SCHEMA, name=name))
        cursor.execute(_PATH)


def _follow(connection: Any, **_kwargs: Any) -> None:
    """A new connection of this process keeps the time of the rehearsal too."""
    with connection.cursor() as cursor:
        cursor.execute(_PATH)


def _remove() -> None:
    with connection.cursor() as cursor:
        cursor.execute("RESET search_path")
        cursor.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    for each in connections.all(initialized_only=True):
        if each.connection is not None and not each.in_atomic_block:
            each.close()
