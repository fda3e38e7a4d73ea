"""Fixtures shared by all tests: a network limited to loopback, and the usual cast."""

import pytest
import pytest_socket
from django.core.cache import cache
from django.db.backends.postgresql.operations import DatabaseOperations

from core.http import close_providers


@pytest.fixture(autouse=True)
def loopback_only():
    """Refuse every socket that leaves the machine."""
    pytest_socket.socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)
    yield
    pytest_socket.enable_socket()


@pytest.fixture(autouse=True)
def clean_slate(loopback_only):
    """Start with an empty cache, and end with no provider connection, breaker or pause left over."""
    cache.delete_pattern("*", itersize=1000)
    yield
    close_providers()


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
