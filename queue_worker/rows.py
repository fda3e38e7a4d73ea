"""Work items out of statements of our own: the columns that a run needs, and the item that a row makes."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from queue_worker.models import WorkItem

# What no run needs is read when somebody asks for it.
DEFERRED = {"created_at", "heartbeat_at", "finished_at", "result", "history", "dedupe_key", "postpone_until"}
FIELDS = [field for field in WorkItem._meta.concrete_fields if field.attname not in DEFERRED]
COLUMNS = [field.attname for field in FIELDS]
CONVERTERS = [getattr(field, "from_db_value", None) for field in FIELDS]


def list_columns(alias: str) -> str:
    """Return the columns of a row, for the SELECT or RETURNING of a statement."""
    return ", ".join(f"{alias}.{column}" for column in COLUMNS)


def build_item(row: Sequence[Any]) -> WorkItem:
    """Make the item of a row that holds `list_columns`."""
    values = [
        value if convert is None else convert(value, None, connection)
        for value, convert in zip(row, CONVERTERS, strict=True)
    ]
    return WorkItem.from_db(connection.alias, COLUMNS, values)
