"""Prepared statements and migrations under running workers (contracts/whatsapp/celery-redis.md)."""

import pytest
from django.db import OperationalError, connection, transaction

from core.prepared import execute_prepared
from queue_worker.tests.support import race

pytestmark = pytest.mark.django_db(transaction=True)

READ = "SELECT pg_backend_pid(), t.* FROM queue_test_types t WHERE %(yes)s"


@pytest.fixture
def migrate():
    """Make a table and return what changes its type, as a migration does in another process."""

    def execute(sql):
        with connection.cursor() as cursor:
            cursor.execute(sql)

    execute("CREATE TABLE queue_test_types (queue varchar(3)); INSERT INTO queue_test_types VALUES ('io')")
    yield lambda: race(1, lambda: execute("ALTER TABLE queue_test_types ALTER queue TYPE varchar(8)"))
    execute("DROP TABLE queue_test_types")


def read():
    return execute_prepared(READ, {"yes": True}).fetchone()


def test_a_changed_column_costs_the_connection_and_not_the_claim(migrate):
    before = read()
    migrate()

    after = read()

    assert before[1:] == after[1:] == ("io",)
    assert before[0] != after[0]
    assert read() == after


def test_inside_a_transaction_the_caller_hears_of_it(migrate):
    read()
    migrate()

    with pytest.raises(OperationalError), transaction.atomic():
        read()

    assert read()[1:] == ("io",)
