"""What operators see of people in the admin."""

import pytest
from django.contrib.auth.models import Permission

from accounts.models import User
from accounts.tests.factories import make_buyer, make_operator

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(browser):
    browser.force_login(make_operator())
    return browser


@pytest.mark.parametrize("page", ["user/", "account/", "user/{user}/change/", "account/{account}/change/"])
def test_operators_open_users_and_accounts(operator, page):
    user, account = make_buyer()
    path = page.format(user=user.pk, account=account.pk)
    answer = operator.get(f"/admin/accounts/{path}")
    assert answer.status_code == 200
    assert user.full_name in answer.content.decode()


@pytest.mark.parametrize(
    "page", ["user/add/", "account/add/", "user/{user}/delete/", "account/{account}/delete/"]
)
def test_nobody_is_made_or_deleted_by_hand(operator, page):
    user, account = make_buyer()
    path = page.format(user=user.pk, account=account.pk)
    assert operator.get(f"/admin/accounts/{path}").status_code == 403
    assert User.objects.count() == 2


def test_a_person_is_found_by_address(operator):
    make_buyer()
    make_buyer("outra@nitro.example", full_name="Outra Pessoa")
    page = operator.get("/admin/accounts/user/", {"q": "outra@"}).content.decode()
    assert "Outra Pessoa" in page
    assert "Dona Maria" not in page


def test_an_operator_cannot_make_a_superuser_of_anybody(browser):
    user, _ = make_buyer()
    clerk = make_operator(is_superuser=False)
    clerk.user_permissions.set(Permission.objects.filter(content_type__app_label="accounts"))
    browser.force_login(clerk)
    form = {"email": user.email, "full_name": user.full_name, "is_active": "on", "is_superuser": "on"}
    for inline in ("memberships", "emails"):
        form |= {f"{inline}-TOTAL_FORMS": "0", f"{inline}-INITIAL_FORMS": "0"}
    answer = browser.post(f"/admin/accounts/user/{user.pk}/change/", form)
    user.refresh_from_db()
    assert answer.status_code == 302
    assert not user.is_superuser


def test_buyers_do_not_open_the_admin(browser):
    user, _ = make_buyer()
    browser.force_login(user)
    assert browser.get("/admin/accounts/user/", follow=True).status_code == 403
