"""Prepared statements, for those that every item and every message need: planned once per connection.

Django's cursors send the whole text each time, and planning the claim takes longer than running it. Behind a
PgBouncer that pools by transaction (settings.WEB_DATABASE_URL) a statement cannot count on its connection:
there it is sent whole as well.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, NotSupportedError, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

Parameters = Mapping[str, Any] | Sequence[Any]
ONLY_ON_DEMAND = 1_000_000_000  # executions before psycopg prepares by itself


def execute_prepared(sql: str, parameters: Parameters) -> psycopg.Cursor:
    """Execute `sql` on this thread's connection and return the cursor. Raises Django's database errors.

    A migration that changes a column's type makes every connection refuse the plans that it holds, for ever:
    such a connection is closed, also to the pool, and outside a transaction the statement runs on a new one.
    Inside of one nothing of it can be saved: OperationalError, and the next attempt has a new connection.
    """
    database = connections[DEFAULT_DB_ALIAS]  # django.db.connection would look it up five times
    try:
        return _execute(database, sql, parameters)
    except NotSupportedError as error:  # "cached plan must not change result type"
        database.connection.close()
        if database.in_atomic_block:
            raise OperationalError("a migration made the plan of a statement void: ask again") from error
        database.close()
    return _execute(database, sql, parameters)


def _execute(database: BaseDatabaseWrapper, sql: str, parameters: Parameters) -> psycopg.Cursor:
    database.ensure_connection()
    if settings.DATABASE_PREPARES:
        database.connection.prepare_threshold = ONLY_ON_DEMAND  # Django sets None, which forbids it
    if database.queries_logged:  # Django's cursors count themselves
        database.queries_log.append({"sql": sql, "time": ""})
    with database.wrap_database_errors:
        cursor = psycopg.Cursor(database.connection)
        return cursor.execute(sql, parameters, prepare=settings.DATABASE_PREPARES)
