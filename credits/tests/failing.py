"""Bad days on demand: a connection that dies at a chosen statement, an answer of the commit that is lost."""

from contextlib import contextmanager

import psycopg
from django.db import DatabaseError, connection, transaction


def terminate_backend(pid):
    settings = connection.get_connection_params()
    address = {key: settings[key] for key in ("host", "port", "user", "dbname")}
    with psycopg.connect(**address, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


def kill_at(operation, statement, *, after):
    """Run the operation and kill its PostgreSQL backend at the n-th statement; False when it has fewer."""
    sent = 0

    def wrapper(execute, *arguments):
        nonlocal sent
        sent += 1
        if sent == statement and after:
            execute(*arguments)
        if sent == statement:
            terminate_backend(connection.connection.info.backend_pid)
        return execute(*arguments)

    with connection.execute_wrapper(wrapper):
        try:
            operation()
        except DatabaseError:
            return True
        finally:
            connection.close()
    return False


@contextmanager
def answer_lost():
    """The commit happens, and the caller hears of a broken connection instead."""

    def lose():
        raise ConnectionError("the answer of the commit is lost")

    def wrapper(execute, *arguments):
        result = execute(*arguments)
        if not any(hook is lose for _, hook, _ in connection.run_on_commit):
            transaction.on_commit(lose)
        return result

    with connection.execute_wrapper(wrapper):
        yield
