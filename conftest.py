"""Fixtures shared by all tests: a network limited to loopback, and the usual cast."""

import pytest
import pytest_socket
from django.core.cache import cache
from django.test import TransactionTestCase, override_settings
from hypothesis import settings as hypothesis

from core.http import close_providers
from tests.support.emptying import empty_tables, keep_first_rows

hypothesis.register_profile("nitro", deadline=None)  # a busy machine is no reason to fail
hypothesis.load_profile("nitro")


@pytest.fixture(autouse=True)
def loopback_only():
    """Refuse every socket that leaves the machine."""
    pytest_socket.socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)
    yield
    pytest_socket.enable_socket()


@pytest.fixture(scope="session", autouse=True)
def quick_passwords():
    """Hash passwords in one round: a million of them at each sign-in is for attackers to wait for."""
    with override_settings(PASSWORD_HASHERS=["accounts.tests.hashers.QuickHasher"]):
        yield


@pytest.fixture(autouse=True)
def clean_slate(loopback_only):
    """Start with an empty cache, and end with no provider connection, breaker or pause left over."""
    cache.delete_pattern("*", itersize=1000)
    yield
    close_providers()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The tests' database, which transactional tests leave as it was born."""
    with django_db_blocker.unblock():
        keep_first_rows()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _test: empty_tables())
        yield
