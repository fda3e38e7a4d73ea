"""Fixtures shared by all tests: a network limited to loopback, and the usual cast."""

import pytest
import pytest_socket


@pytest.fixture(autouse=True)
def loopback_only():
    """Refuse every socket that leaves the machine."""
    pytest_socket.socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)
    yield
    pytest_socket.enable_socket()
