"""Sign-in: one answer for every failure, limits that hold, sessions that end (A2, R31)."""

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache
from django.db import connection

from accounts.services import TooManyFailures, WrongCredentials, check_credentials
from accounts.tests.factories import PASSWORD, make_buyer, make_operator, make_user
from accounts.tests.hashers import QuickHasher
from accounts.tests.pages import words_of

pytestmark = pytest.mark.django_db


def sign_in(browser, email="dona@nitro.example", password=PASSWORD, **fields):
    return browser.post("/entrar/", {"email": email, "password": password, **fields})


def test_the_right_password_enters_until_the_browser_closes(browser, owner):
    answer = sign_in(browser)
    assert answer["Location"] == "/leads/"
    assert browser.session.get_expire_at_browser_close()
    assert not browser.cookies["sessionid"]["max-age"]


def test_keeping_signed_in_lasts_thirty_days(browser, owner):
    sign_in(browser, remember="on")
    assert browser.cookies["sessionid"]["max-age"] == 30 * 24 * 3600


def test_an_operator_enters_for_eight_hours_and_lands_in_the_operation(browser):
    make_operator()
    answer = sign_in(browser, "operador@nitro.example", remember="on")
    assert answer["Location"] == "/operacao/"
    assert browser.cookies["sessionid"]["max-age"] == 8 * 3600


def test_the_case_of_the_address_does_not_matter(browser, owner):
    assert sign_in(browser, "  DONA@Nitro.Example").status_code == 302


def test_unknown_address_wrong_password_and_closed_user_get_one_answer(browser, owner):
    make_user("fechada@nitro.example", is_active=False)
    answers = [
        sign_in(browser, email, password)
        for email, password in [
            ("dona@nitro.example", "errada"),
            ("nada@nitro.example", PASSWORD),
            ("fechada@nitro.example", PASSWORD),
        ]
    ]
    pages = {words_of(a).replace("nada@", "dona@").replace("fechada@", "dona@") for a in answers}
    assert [a.status_code for a in answers] == [200] * 3
    assert len(pages) == 1
    assert "E-mail ou senha incorretos." in pages.pop()


def test_an_unknown_address_costs_the_same_work():
    user = make_user(password="uma senha contada")
    QuickHasher.hashed = 0
    with pytest.raises(WrongCredentials):
        check_credentials(email=user.email, password="errada")
    known = QuickHasher.hashed
    with pytest.raises(WrongCredentials):
        check_credentials(email="nada@nitro.example", password="errada")
    assert known == QuickHasher.hashed - known == 1


@pytest.mark.parametrize(
    ("asked", "landed"),
    [
        ("/conta/?aba=tema", "/conta/?aba=tema"),
        ("https://golpe.example/", "/leads/"),
        ("//golpe.example/", "/leads/"),
        ("javascript:alert(1)", "/leads/"),
        ("/\\golpe.example", "/leads/"),
    ],
)
def test_sign_in_goes_on_only_to_our_own_pages(browser, owner, asked, landed):
    assert sign_in(browser, next=asked)["Location"] == landed


@pytest.mark.parametrize("query", ["q=" + "x" * 2100, "q=" + "%C3%A7" * 400])
def test_a_filter_too_long_for_an_address_is_dropped_and_its_page_is_not(browser, owner, query):
    door = browser.get(f"/conta/?{query}")["Location"]

    assert len(door) < 2100
    assert sign_in(browser, next=f"/conta/?{query}")["Location"] == "/conta/"
    assert sign_in(browser, next=parse_qs(urlsplit(door).query)["next"][0])["Location"] == "/conta/"


def test_whoever_is_in_goes_on(browser, owner):
    browser.force_login(owner)
    assert browser.get("/entrar/", {"next": "/conta/"})["Location"] == "/conta/"


def test_ten_failures_close_the_account_for_a_while_even_to_the_right_password(browser, owner):
    for _ in range(10):
        assert sign_in(browser, password="errada").status_code == 200
    answer = sign_in(browser)
    assert answer.status_code == 429
    assert 0 < int(answer["Retry-After"]) <= 900
    assert "Tente de novo em 15 minutos" in answer.content.decode()


def test_the_failures_of_one_account_close_no_other(browser, owner):
    make_buyer("outra@nitro.example")
    for _ in range(10):
        sign_in(browser, password="errada")
    assert sign_in(browser, "outra@nitro.example").status_code == 302


def test_unknown_addresses_are_closed_like_known_ones():
    for _ in range(10):
        with pytest.raises(WrongCredentials):
            check_credentials(email="nada@nitro.example", password="errada")
    with pytest.raises(TooManyFailures):
        check_credentials(email="nada@nitro.example", password="errada")


def test_right_passwords_are_not_counted(owner):
    for _ in range(12):
        assert check_credentials(email=owner.email, password=PASSWORD) == owner


@pytest.mark.django_db(transaction=True)
def test_failures_at_once_do_not_pass_the_limit():
    user = make_user(password="uma senha contada")
    QuickHasher.hashed = 0

    def fail(_number):
        try:
            check_credentials(email=user.email, password="errada")
        except (WrongCredentials, TooManyFailures) as error:
            return type(error)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(fail, range(30)))
    assert answers.count(WrongCredentials) == 10
    assert answers.count(TooManyFailures) == 20
    assert QuickHasher.hashed == 10


def test_one_address_of_the_internet_has_twenty_attempts_a_minute(browser):
    answers = [sign_in(browser, f"p{number}@nitro.example").status_code for number in range(21)]
    assert answers == [200] * 20 + [429]


def test_with_the_cache_down_sign_in_is_refused_and_pages_go_on(browser, owner, dead_cache):
    assert browser.get("/entrar/").status_code == 200
    refused = sign_in(browser)
    assert refused.status_code == 503
    assert refused["Retry-After"]
    browser.force_login(owner)
    assert browser.get("/conta/").status_code == 200


def test_failures_are_kept_without_the_address(owner):
    with pytest.raises(WrongCredentials):
        check_credentials(email=owner.email, password="errada")
    keys = list(cache.iter_keys("*"))
    assert keys
    assert not any("dona" in key for key in keys)


def test_signing_out_is_a_post_and_ends_the_session(browser, owner):
    browser.force_login(owner)
    assert browser.get("/sair/")["Location"] == "/"
    assert browser.get("/conta/").status_code == 200
    assert browser.post("/sair/")["Location"] == "/"
    assert browser.get("/conta/").status_code == 302


def test_the_admin_has_no_door_of_its_own(browser, owner):
    assert browser.get("/admin/")["Location"] == "/entrar/?next=/admin/"
    assert browser.get("/admin/login/?next=/admin/accounts/")["Location"] == "/entrar/?next=/admin/accounts/"
    assert browser.post("/admin/login/", {"username": owner.email, "password": PASSWORD}).status_code == 405
    browser.force_login(owner)
    assert browser.get("/admin/login/").status_code == 403


def test_password_and_token_stay_out_of_the_log(browser, owner, caplog):
    sign_in(browser, password="uma senha errada")
    browser.get("/senha/nova/MQ/abc-0123456789/", follow=True)
    assert "uma senha errada" not in caplog.text
    assert "abc-0123456789" not in caplog.text
    assert "dona@nitro.example" not in caplog.text
