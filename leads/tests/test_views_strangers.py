"""What belongs to another account does not exist (R23): every route with an id, found in the URLconf."""

from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.tests.factories import make_buyer, make_operator
from credits.tests.factories import fund
from leads.tests.factories import make_access, make_company, make_search
from leads.urls import urlpatterns

pytestmark = pytest.mark.django_db

ROUTES = {route.name: sorted(route.pattern.converters) for route in urlpatterns}
WITH_ID = sorted(name for name, converters in ROUTES.items() if converters)
WITHOUT_ID = sorted(name for name, converters in ROUTES.items() if not converters)
BY_POST = {"cancel_search", "archive_search", "repeat_search", "start_search"}


@pytest.fixture
def other(account):
    """Another buyer's search and access; `account` is who asks."""
    stranger = make_buyer("outra@nitro.example")[1]
    search = make_search(stranger)
    return {"search_id": search.pk, "access_id": make_access(search, make_company(1)).pk}


def ask(client, name, ids):
    address = reverse(f"leads:{name}", kwargs={key: ids[key] for key in ROUTES[name]})
    if name in BY_POST:
        return client.post(address, {"unit_price": "1", "form_key": str(uuid4())})
    return client.get(address)


def test_there_are_routes_to_try():
    assert len(WITH_ID) >= 7


@pytest.mark.parametrize("name", WITH_ID)
def test_a_stranger_gets_404(client, user, other, name):
    client.force_login(user)
    answer = ask(client, name, other)
    assert answer.status_code == 404
    assert "Valdora" not in answer.content.decode()


@pytest.mark.parametrize("name", WITH_ID)
@pytest.mark.parametrize("number", [0, 987654321, 10**18, 10**30])
def test_what_does_not_exist_is_404_too(client, user, name, number):
    client.force_login(user)
    answer = ask(client, name, {"search_id": number, "access_id": number})
    assert answer.status_code == 404


@pytest.mark.parametrize("name", WITH_ID)
def test_the_owner_does_not_get_404(client, user, account, name):
    fund(account, 10)
    search = make_search(account)
    ids = {"search_id": search.pk, "access_id": make_access(search, make_company(1)).pk}
    client.force_login(user)
    assert ask(client, name, ids).status_code in {200, 302}


@pytest.mark.parametrize("name", WITH_ID + WITHOUT_ID)
def test_an_operator_is_no_buyer(client, other, name):
    client.force_login(make_operator())
    assert ask(client, name, other).status_code == 403


def test_repeating_another_accounts_search_in_the_form_is_404(client, user, other):
    client.force_login(user)
    assert client.get(f"/leads/?repetir={other['search_id']}").status_code == 404
