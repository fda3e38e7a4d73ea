import pytest

from accounts.tests.factories import make_buyer, make_operator
from credits.tests.factories import fund


@pytest.fixture
def buyer(db):
    """A user with a confirmed e-mail, a buyer account and 100 credits."""
    user, account = make_buyer()
    fund(account, 100)
    return user, account


@pytest.fixture
def user(buyer):
    return buyer[0]


@pytest.fixture
def account(buyer):
    return buyer[1]


@pytest.fixture
def operator(db):
    return make_operator()
