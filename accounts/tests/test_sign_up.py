"""Sign-up, through the e-mailed link (A1, R34, R35)."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core import mail
from django.db import connection
from django.test import Client

from accounts.models import Account, AccountEmail, Membership, User
from accounts.signals import account_created
from accounts.tests.factories import PASSWORD, make_user
from accounts.tests.mail import deliver_mail, link_in
from accounts.tests.pages import words_of

pytestmark = pytest.mark.django_db
FORM = {"full_name": "João da Silva", "email": "joao@nitro.example", "password": PASSWORD, "terms": "on"}


def sign_up(browser, **changes):
    return browser.post("/criar-conta/", FORM | changes)


def sign_up_and_open_link(browser):
    sign_up(browser)
    deliver_mail()
    return browser.get(link_in(mail.outbox[-1]), follow=True)


def test_signing_up_makes_a_user_with_a_buyer_account(browser):
    sign_up(browser, email=" Joao@NITRO.example ")
    membership = Membership.objects.get(user__email="joao@nitro.example")
    assert membership.role == "buyer"
    assert membership.account.kind == "buyer"
    assert membership.user.terms_accepted_at is not None
    assert not membership.user.is_email_confirmed


def test_signing_up_tells_the_apps_above(browser):
    heard = []

    def hear(account_id, **_kwargs):
        heard.append(account_id)

    account_created.connect(hear)
    sign_up(browser)
    account_created.disconnect(hear)
    assert heard == [Account.objects.get().pk]


def test_the_link_confirms_the_address_and_enters_in_the_browser_that_signed_up(browser):
    page = sign_up_and_open_link(browser)
    assert not User.objects.get().is_email_confirmed, "mail scanners open links"
    answer = browser.post(page.request["PATH_INFO"])
    user = User.objects.get()
    assert user.is_email_confirmed
    assert answer["Location"] == "/leads/"
    assert browser.session["_auth_user_id"] == str(user.pk)


def test_the_link_in_another_browser_confirms_and_asks_for_the_password(browser, other_browser):
    sign_up(browser)
    deliver_mail()
    page = other_browser.get(link_in(mail.outbox[0]), follow=True)
    answer = other_browser.post(page.request["PATH_INFO"])
    assert User.objects.get().is_email_confirmed
    assert answer["Location"] == "/entrar/"
    assert "_auth_user_id" not in other_browser.session


def test_no_page_has_the_token_in_its_address(browser):
    sign_up(browser)
    deliver_mail()
    link = link_in(mail.outbox[0])
    opened = browser.get(link)
    assert opened.status_code == 302
    assert link.split("/")[-2] not in opened["Location"]


def test_confirming_twice_is_confirming_once(browser, other_browser):
    sign_up(browser)
    deliver_mail()
    for visitor in (browser, other_browser):
        visitor.get(link_in(mail.outbox[0]))
        assert visitor.post("/confirmar-email/link/").status_code == 302


def test_an_expired_link_offers_another_that_works(browser, settings):
    settings.EMAIL_CONFIRMATION_TIMEOUT = -1
    page = sign_up_and_open_link(browser)
    assert "O link expirou" in page.content.decode()
    assert browser.post("/confirmar-email/link/").status_code == 200
    assert not User.objects.get().is_email_confirmed

    settings.EMAIL_CONFIRMATION_TIMEOUT = 48 * 3600
    AccountEmail.objects.update(requested_at="2026-01-01T00:00Z", sent_at="2026-01-01T00:00Z")
    browser.post("/confirmar-email/link/renovar/")
    deliver_mail()
    browser.get(link_in(mail.outbox[-1]))
    browser.post("/confirmar-email/link/")
    assert len(mail.outbox) == 2
    assert User.objects.get().is_email_confirmed


@pytest.mark.parametrize("token", ["abc", "a:b:c", "WzEsMl0:1tX:x", "%00", "é"])
def test_an_invented_link_confirms_nothing(browser, token):
    make_user(confirmed=False)
    browser.get(f"/confirmar-email/link/{token}/")
    page = browser.post("/confirmar-email/link/")
    assert "O link não vale mais" in page.content.decode()
    assert not User.objects.get().is_email_confirmed


def test_a_link_confirms_only_the_address_that_it_was_sent_to(browser):
    sign_up(browser)
    deliver_mail()
    User.objects.update(email="outra@nitro.example")
    browser.get(link_in(mail.outbox[0]))
    browser.post("/confirmar-email/link/")
    assert not User.objects.get().is_email_confirmed


def test_a_closed_user_is_not_confirmed(browser):
    sign_up(browser)
    deliver_mail()
    User.objects.update(is_active=False)
    browser.get(link_in(mail.outbox[0]))
    browser.post("/confirmar-email/link/")
    assert not User.objects.get().is_email_confirmed


def test_a_taken_address_gets_the_same_answer_and_its_owner_a_letter(browser, other_browser, owner):
    taken = sign_up(browser, email="DONA@nitro.example")
    new = sign_up(other_browser)
    assert (taken.status_code, taken["Location"]) == (new.status_code, new["Location"])
    pages = [words_of(b.get(taken["Location"])).lower() for b in (browser, other_browser)]
    assert pages[0].replace("dona@", "joao@") == pages[1]
    deliver_mail()
    assert {(m.to[0], m.subject) for m in mail.outbox} == {
        ("dona@nitro.example", "Você já tem uma conta no Nitro"),
        ("joao@nitro.example", "Confirme seu e-mail"),
    }
    assert User.objects.count() == 2


def test_a_taken_address_keeps_its_password(browser, owner):
    sign_up(browser, email=owner.email, password="outra frase bem comprida")
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)


def test_trying_a_taken_address_again_and_again_sends_one_letter_a_minute(browser, owner):
    for _ in range(3):
        sign_up(browser, email=owner.email)
        deliver_mail()
    assert len(mail.outbox) == 1


def test_another_link_can_be_asked_for_once_a_minute(browser):
    user = make_user(confirmed=False)
    browser.force_login(user)
    first = browser.post("/confirmar-email/reenviar/", follow=True).content.decode()
    second = browser.post("/confirmar-email/reenviar/", follow=True).content.decode()
    deliver_mail()
    assert "Enviamos outro link" in first
    assert "Espere um minuto" in second
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"password": "curta"}, "muito curta"),
        ({"password": "password123"}, "muito comum"),
        ({"password": "84927561093"}, "inteiramente numérica"),
        ({"password": "joaodasilva"}, "muito parecida"),
        ({"terms": ""}, "é preciso aceitar"),
        ({"email": "joao@"}, "e-mail válido"),
        ({"full_name": "Ganhe em http://x.example"}, "Informe só o nome"),
    ],
)
def test_what_is_wrong_with_the_form_is_said(browser, changes, sentence):
    page = sign_up(browser, **changes)
    assert sentence in page.content.decode()
    assert not User.objects.exists()


def test_whoever_is_in_is_not_asked_to_sign_up(browser, owner):
    browser.force_login(owner)
    assert browser.get("/criar-conta/")["Location"] == "/leads/"


@pytest.mark.django_db(transaction=True)
def test_two_people_signing_up_at_once_with_one_address_make_one_user():
    def one_more(_number):
        try:
            return sign_up(Client(raise_request_exception=False)).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(one_more, range(4)))
    assert answers == [302] * 4
    assert User.objects.count() == Account.objects.count() == Membership.objects.count() == 1


def test_a_failure_above_leaves_no_orphan(browser):
    def fail(**_kwargs):
        raise RuntimeError("the wallet cannot be opened")

    account_created.connect(fail)
    answer = sign_up(browser)
    account_created.disconnect(fail)
    assert answer.status_code == 500
    assert not User.objects.exists()
    assert not Account.objects.exists()
    assert not AccountEmail.objects.exists()


def test_signing_up_works_with_the_cache_down(browser, dead_cache):
    assert sign_up(browser).status_code == 302
    assert User.objects.count() == 1
