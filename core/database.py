"""Connections to PostgreSQL are few: nobody keeps one while it waits for somebody else."""

from django.db import connections


def give_back_connections() -> None:
    """Return this thread's idle pooled connections to the pool; the next query takes one again.

    Without a pool (DATABASE_POOL_SIZE) the thread keeps its own connection: opening one costs more.
    """
    for connection in connections.all(initialized_only=True):
        if connection.settings_dict["OPTIONS"].get("pool") and not connection.in_atomic_block:
            connection.close()
