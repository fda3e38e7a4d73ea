"""A table that stands for the world: what handlers did, in the order in which it was committed."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

CREATE = """
CREATE TABLE queue_test_effects (
    id bigserial PRIMARY KEY, item_id bigint NOT NULL, what text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp())
"""


@contextmanager
def effects_table() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS queue_test_effects")
        cursor.execute(CREATE)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE queue_test_effects")


def note(item_id: int, what: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO queue_test_effects (item_id, what) VALUES (%s, %s)", [item_id, what])


def list_effects(what: str) -> list[int]:
    """Return the items that had the effect, in order, each as often as it had it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT item_id FROM queue_test_effects WHERE what = %s ORDER BY id", [what])
        return [row[0] for row in cursor.fetchall()]
