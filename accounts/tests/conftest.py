"""The cast of accounts' tests."""

import pytest
from django.test import Client

from accounts.tests.factories import make_buyer


@pytest.fixture
def owner(db):
    """Dona Maria, a buyer with a confirmed address."""
    return make_buyer()[0]


@pytest.fixture
def browser():
    """A browser that shows the 500 page instead of raising."""
    return Client(raise_request_exception=False)


@pytest.fixture
def other_browser():
    return Client(raise_request_exception=False)


@pytest.fixture
def dead_cache(settings):
    """A cache that nobody serves."""
    location = "redis://127.0.0.1:9/0"
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": location}}
