"""Who may open a view, and how the others are told (R32, R102)."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from accounts.decorators import buyer_required, confirmed_email_required, operator_required
from accounts.models import Membership, User
from accounts.selectors import find_buyer_account, list_memberships
from accounts.tests.factories import make_buyer, make_operator, make_user

pytestmark = pytest.mark.django_db
DECORATORS = [buyer_required, confirmed_email_required, operator_required]


def open_view(decorator, user, path="/leads/buscas/", **headers):
    request = RequestFactory().get(path, headers=headers)
    request.user = user
    request.memberships = list_memberships(user)

    @decorator
    def view(request):
        return HttpResponse(getattr(request, "account", "ok"))

    return view(request)


@pytest.mark.parametrize("decorator", DECORATORS)
def test_whoever_is_out_goes_to_sign_in_and_comes_back(decorator):
    assert open_view(decorator, AnonymousUser())["Location"] == "/entrar/?next=/leads/buscas/"


@pytest.mark.parametrize("decorator", DECORATORS)
@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/leads/api/nichos/", {}),
        ("/leads/", {"Accept": "application/json"}),
        ("/leads/", {"HX-Request": "true"}),
    ],
)
def test_scripts_get_401(decorator, path, headers):
    answer = open_view(decorator, AnonymousUser(), path, **headers)
    assert answer.status_code == 401
    assert answer["HX-Redirect"].startswith("/entrar/?next=")


def test_htmx_goes_to_sign_in_and_comes_back_to_the_page_not_to_the_fragment():
    page = {"HX-Request": "true", "HX-Current-URL": "http://testserver/leads/buscas/7/?pagina=2"}
    answer = open_view(buyer_required, AnonymousUser(), "/leads/buscas/7/estado/", **page)
    assert answer["HX-Redirect"] == "/entrar/?next=%2Fleads%2Fbuscas%2F7%2F%3Fpagina%3D2"


def test_the_page_to_come_back_to_is_never_a_strangers():
    page = {"HX-Request": "true", "HX-Current-URL": "http://golpe.example/x/"}
    answer = open_view(buyer_required, AnonymousUser(), **page)
    assert answer["HX-Redirect"] == "/entrar/?next=%2Fpainel%2F"


def test_a_form_sent_after_the_session_ended_comes_back_to_its_page(client):
    answer = client.post("/conta/tema/", headers={"Referer": "http://testserver/conta/"})
    assert answer["Location"] == "/entrar/?next=/conta/"


def test_a_buyer_enters_with_the_account():
    user, account = make_buyer()
    assert open_view(buyer_required, user).content.decode() == str(account)


def test_a_blocked_buyer_does_not_enter():
    user, account = make_buyer()
    account.blocked_at = timezone.now()
    account.save()
    with pytest.raises(PermissionDenied, match="bloqueada"):
        open_view(buyer_required, user)


def test_a_person_without_a_buyer_account_does_not_enter():
    with pytest.raises(PermissionDenied):
        open_view(buyer_required, make_user())


def test_an_unconfirmed_person_is_sent_to_confirm():
    user, _ = make_buyer(confirmed=False)
    assert open_view(confirmed_email_required, user)["Location"] == "/confirmar-email/"
    fragment = open_view(confirmed_email_required, user, **{"HX-Request": "true"})
    assert (fragment.status_code, fragment["HX-Redirect"]) == (403, "/confirmar-email/")


def test_only_operators_enter_the_operation():
    user, _ = make_buyer()
    with pytest.raises(PermissionDenied):
        open_view(operator_required, user)
    assert open_view(operator_required, make_operator()).status_code == 200


def test_a_membership_that_ended_gives_no_account():
    user, _ = make_buyer()
    Membership.objects.update(is_active=False)
    assert find_buyer_account(user) is None


def test_a_buyer_account_has_one_member():
    _, account = make_buyer()
    with pytest.raises(IntegrityError, match="one_member_per_buyer"), transaction.atomic():
        Membership.objects.create(user=make_user("b@nitro.example"), account=account, role="buyer")


def test_an_address_is_one_users():
    make_user()
    with pytest.raises(IntegrityError, match="accounts_user_email_unique"), transaction.atomic():
        make_user()


@pytest.mark.parametrize("email", ["", "ninguem", "DONA@nitro.example"])
def test_no_user_without_a_real_address_in_its_one_spelling(email):
    with pytest.raises(IntegrityError, match="accounts_user_email_real"), transaction.atomic():
        User.objects.create(email=email, full_name="Ninguém")


def test_a_user_is_found_whatever_the_case_of_the_address():
    assert User.objects.get_by_natural_key(make_user().email.upper()).email == "dona@nitro.example"
