"""Forgotten and changed passwords, through the e-mailed link (A3, R35)."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core import mail
from django.db import connection

from accounts.models import AccountEmail, User
from accounts.services import (
    TooManyFailures,
    WrongCredentials,
    check_credentials,
    request_password_reset,
    reset_password,
)
from accounts.tests.factories import PASSWORD, make_buyer, make_user
from accounts.tests.mail import deliver_mail, link_in
from accounts.tests.pages import words_of
from accounts.tokens import LinkInvalid

pytestmark = pytest.mark.django_db
NEW = "três tigres tristes no trigal"


def ask_link(browser, email="dona@nitro.example"):
    answer = browser.post("/senha/esqueci/", {"email": email})
    deliver_mail()
    return answer


def open_link(browser):
    return browser.get(link_in(mail.outbox[-1]), follow=True)


def test_the_link_sets_the_password_and_enters(browser, owner):
    ask_link(browser)
    page = open_link(browser)
    answer = browser.post(page.request["PATH_INFO"], {"password": NEW})
    assert answer["Location"] == "/leads/"
    assert browser.get("/conta/").status_code == 200
    assert check_credentials(email=owner.email, password=NEW) == owner


def test_the_page_has_no_token_in_its_address(browser, owner):
    ask_link(browser)
    token = link_in(mail.outbox[0]).split("/")[-2]
    page = open_link(browser)
    assert token not in page.request["PATH_INFO"]
    assert token not in page.content.decode()
    assert page["Referrer-Policy"] == "same-origin"


def test_known_and_unknown_addresses_get_the_same_answer(browser, owner):
    answers = [ask_link(browser, email) for email in ("dona@nitro.example", "nada@nitro.example")]
    assert answers[0].status_code == answers[1].status_code == 302
    assert answers[0]["Location"] == answers[1]["Location"]
    assert [letter.to for letter in mail.outbox] == [["dona@nitro.example"]]


def test_the_link_works_once(browser, other_browser, owner):
    ask_link(browser)
    page = open_link(browser)
    browser.post(page.request["PATH_INFO"], {"password": NEW})
    again = open_link(other_browser)
    assert "O link não vale mais" in again.content.decode()
    assert 'action="/senha/esqueci/"' in again.content.decode()


def test_a_link_used_meanwhile_in_another_tab_changes_nothing(browser, other_browser, owner):
    ask_link(browser)
    pages = [(b, open_link(b).request["PATH_INFO"]) for b in (browser, other_browser)]
    for visitor, address in pages:
        last = visitor.post(address, {"password": NEW if visitor is browser else "outra frase qualquer"})
    assert "O link não vale mais" in last.content.decode()
    assert check_credentials(email=owner.email, password=NEW)


@pytest.mark.django_db(transaction=True)
def test_one_link_used_at_once_sets_one_password():
    make_buyer()
    request_password_reset(email="dona@nitro.example")
    deliver_mail()
    _, uid, token, _ = link_in(mail.outbox[0]).rsplit("/", 3)

    def use(number):
        try:
            return reset_password(uid=uid, token=token, password=f"frase número {number}").pk
        except LinkInvalid:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(use, range(4)))
    assert len([answer for answer in answers if answer]) == 1


def test_an_expired_link_offers_another_that_works(browser, owner, settings):
    ask_link(browser)
    settings.PASSWORD_RESET_TIMEOUT = -1
    page = open_link(browser)
    assert "Ele vale por 1 hora" in page.content.decode()

    settings.PASSWORD_RESET_TIMEOUT = 3600
    AccountEmail.objects.update(requested_at="2026-01-01T00:00Z", sent_at="2026-01-01T00:00Z")
    ask_link(browser)
    page = open_link(browser)
    assert browser.post(page.request["PATH_INFO"], {"password": NEW}).status_code == 302


def test_a_link_is_written_at_most_once_a_minute(browser, owner):
    for _ in range(3):
        ask_link(browser)
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("uid", ["MQ", "----", "é", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "bmFv"])
def test_an_invented_link_sets_nothing(browser, owner, uid):
    page = browser.get(f"/senha/nova/{uid}/abc-def/")
    assert page.status_code == 200
    assert "O link não vale mais" in page.content.decode()
    with pytest.raises(LinkInvalid):
        reset_password(uid=uid, token="abc-def", password=NEW)


def test_a_closed_user_gets_no_link(browser):
    make_user(is_active=False)
    ask_link(browser)
    assert mail.outbox == []


def test_a_reset_ends_the_other_sessions(browser, other_browser, owner):
    other_browser.force_login(owner)
    assert other_browser.get("/conta/").status_code == 200
    ask_link(browser)
    browser.post(open_link(browser).request["PATH_INFO"], {"password": NEW})
    assert other_browser.get("/conta/").status_code == 302
    assert browser.get("/conta/").status_code == 200


def test_a_reset_opens_an_account_closed_by_failures(browser, owner, django_capture_on_commit_callbacks):
    for _ in range(10):
        with pytest.raises(WrongCredentials):
            check_credentials(email=owner.email, password="errada")
    ask_link(browser)
    page = open_link(browser)
    with django_capture_on_commit_callbacks(execute=True):
        browser.post(page.request["PATH_INFO"], {"password": NEW})
    assert check_credentials(email=owner.email, password=NEW) == owner


def test_a_reset_proves_the_address_and_cancels_a_waiting_change(browser):
    make_user(confirmed=False, new_email="golpista@golpe.example")
    ask_link(browser)
    browser.post(open_link(browser).request["PATH_INFO"], {"password": NEW})
    user = User.objects.get()
    assert user.is_email_confirmed
    assert user.new_email == ""


def test_a_new_password_is_announced_by_letter(browser, owner):
    ask_link(browser)
    browser.post(open_link(browser).request["PATH_INFO"], {"password": NEW})
    deliver_mail()
    assert [letter.subject for letter in mail.outbox] == ["Crie uma nova senha", "Sua senha foi trocada"]


def test_a_weak_new_password_is_refused_and_the_link_still_works(browser, owner):
    ask_link(browser)
    address = open_link(browser).request["PATH_INFO"]
    assert "muito comum" in browser.post(address, {"password": "password123"}).content.decode()
    assert browser.post(address, {"password": NEW}).status_code == 302


def test_asking_for_a_link_works_with_the_cache_down(browser, owner, dead_cache):
    assert ask_link(browser).status_code == 302
    page = open_link(browser)
    assert browser.post(page.request["PATH_INFO"], {"password": NEW}).status_code == 302


def test_changing_the_password_needs_the_present_one(browser, owner):
    browser.force_login(owner)
    page = browser.post("/conta/senha/", {"current_password": "errada", "password": NEW})
    assert "A senha atual não confere." in words_of(page)
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)


def test_changing_the_password_keeps_this_session_and_ends_the_others(browser, other_browser, owner):
    browser.force_login(owner)
    other_browser.force_login(owner)
    answer = browser.post("/conta/senha/", {"current_password": PASSWORD, "password": NEW})
    assert answer["Location"] == "/conta/"
    assert browser.get("/conta/").status_code == 200
    assert other_browser.get("/conta/").status_code == 302


def test_guessing_the_present_password_is_limited(browser, owner):
    browser.force_login(owner)
    form = {"current_password": "errada", "password": NEW}
    answers = [browser.post("/conta/senha/", form).status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]


def test_failures_keep_the_account_closed_without_a_reset(owner):
    for _ in range(10):
        with pytest.raises(WrongCredentials):
            check_credentials(email=owner.email, password="errada")
    with pytest.raises(TooManyFailures):
        check_credentials(email=owner.email, password=PASSWORD)
