"""The usual cast of Notas: two firms side by side, each with one company. A conftest imports what it uses."""

import pytest

from nfse.tests.firms import make_company, make_office
from nfse.tests.issuing import make_shop


@pytest.fixture
def office(db):
    return make_office(1)


@pytest.fixture
def other_office(db):
    return make_office(2)


@pytest.fixture
def company(office):
    return make_company(office.firm)


@pytest.fixture
def other_company(other_office):
    """The same client, kept by the other firm too."""
    return make_company(other_office.firm, legal_name="Oficina Alheia Ltda")


@pytest.fixture
def accountant(client, office):
    """A browser in which the firm's accountant is signed in."""
    client.force_login(office.accountant)
    return client


@pytest.fixture
def page(client, office):
    """An address as somebody of the firm sees it: the response, its text decoded in `.text`."""

    def get(url, role="accountant", **data):
        client.force_login(getattr(office, role))
        return client.get(url, data)

    return get


@pytest.fixture
def send(client, office):
    """A form as somebody of the firm sends it."""

    def post(url, role="accountant", **data):
        client.force_login(getattr(office, role))
        return client.post(url, data)

    return post


@pytest.fixture(params=["national", "plugnotas"])
def shop(request, office, sandbox):
    """A company ready to issue, through each gateway in turn."""
    return make_shop(office, sandbox, request.param)


@pytest.fixture
def national_shop(office, sandbox):
    return make_shop(office, sandbox, "national")


@pytest.fixture
def city_shop(office, sandbox):
    return make_shop(office, sandbox, "plugnotas")


@pytest.fixture(autouse=True)
def private_files(settings, tmp_path):
    """Keep the files of a test in its own folder."""
    settings.FILES_ROOT = tmp_path / "files"
