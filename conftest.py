"""Fixtures shared by all tests: a network limited to loopback, and the usual cast."""

import pytest
import pytest_socket
from django.db.backends.postgresql.operations import DatabaseOperations


@pytest.fixture(autouse=True)
def loopback_only():
    """Refuse every socket that leaves the machine."""
    pytest_socket.socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)
    yield
    pytest_socket.enable_socket()


@pytest.fixture(scope="session", autouse=True)
def emptying_passes_the_triggers():
    """Let the emptying between transactional tests pass the triggers that refuse TRUNCATE."""
    make_flush = DatabaseOperations.sql_flush

    def sql_flush(*args, **kwargs):
        statements = make_flush(*args, **kwargs)
        return ["SET LOCAL session_replication_role = replica", *statements] if statements else []

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", sql_flush)
        yield
