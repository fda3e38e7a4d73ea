import pytest

from accounts.tests.factories import make_buyer, make_operator
from credits import checks, references
from credits.selectors.orders import name_orders
from credits.tests.factories import fund


@pytest.fixture(autouse=True)
def credits_alone(monkeypatch):
    """Without what the apps above have registered: the tests of credits pay for things that do not exist."""
    monkeypatch.setattr(checks, "_registered", {})
    monkeypatch.setattr(references, "_resolvers", {"order": name_orders})


@pytest.fixture
def buyer(db):
    """A user with a buyer account and 100 credits: the entry 1 of its wallet."""
    user, account = make_buyer()
    fund(account, 100)
    return user, account


@pytest.fixture
def account(buyer):
    return buyer[1]


@pytest.fixture
def operator(db):
    return make_operator()
