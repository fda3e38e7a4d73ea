"""Prepared statements, for the two that every item needs: PostgreSQL plans them once per connection.

Django's cursors send the whole text each time, and planning the claim takes longer than running it.
"""

from collections.abc import Mapping
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, NotSupportedError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

ONLY_ON_DEMAND = 1_000_000_000  # executions before psycopg prepares by itself


def execute_prepared(sql: str, parameters: Mapping[str, Any]) -> psycopg.Cursor:
    """Execute `sql` on this thread's connection and return the cursor. Raises Django's database errors.

    A migration that changes a column's type makes every connection refuse the plans that it holds, for ever:
    such a connection is closed, also to the pool, and outside a transaction the statement runs on a new one.
    """
    database = connections[DEFAULT_DB_ALIAS]  # django.db.connection would look it up five times
    try:
        return _execute(database, sql, parameters)
    except NotSupportedError:  # "cached plan must not change result type"
        if database.in_atomic_block:
            raise
        database.connection.close()
        database.close()
    return _execute(database, sql, parameters)


def _execute(database: BaseDatabaseWrapper, sql: str, parameters: Mapping[str, Any]) -> psycopg.Cursor:
    database.ensure_connection()
    database.connection.prepare_threshold = ONLY_ON_DEMAND  # Django sets None, which forbids it
    with database.wrap_database_errors:
        cursor = psycopg.Cursor(database.connection)
        return cursor.execute(sql, parameters, prepare=True)
