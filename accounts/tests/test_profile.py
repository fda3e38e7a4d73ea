"""The profile: name, phone, theme and the change of address (A5)."""

import pytest
from django.core import mail

from accounts.models import AccountEmail, User
from accounts.tests.factories import PASSWORD, make_buyer, make_user
from accounts.tests.mail import deliver_mail, link_in

pytestmark = pytest.mark.django_db
NEW = "maria@nitro.example"


@pytest.fixture
def inside(browser, owner):
    browser.force_login(owner)
    return browser


def ask_change(browser, email=NEW, password=PASSWORD):
    answer = browser.post("/conta/email/", {"email": email, "current_password": password})
    deliver_mail()
    return answer


def open_change(browser):
    [letter] = [letter for letter in mail.outbox if letter.to == [NEW]]
    return browser.get(link_in(letter), follow=True)


def test_name_and_phone_are_saved(inside, owner):
    inside.post("/conta/", {"full_name": "Maria Souza", "phone": "55 99912-3456"})
    owner.refresh_from_db()
    assert (owner.full_name, owner.phone) == ("Maria Souza", "+5555999123456")
    assert "(55) 99912-3456" in inside.get("/conta/").content.decode()


@pytest.mark.parametrize("phone", ["123", "0800 700 1234", "99912-3456", "+1 202 555 0123"])
def test_a_phone_that_nobody_can_call_is_refused(inside, owner, phone):
    page = inside.post("/conta/", {"full_name": "Maria", "phone": phone})
    assert "Informe um telefone com DDD" in page.content.decode()
    owner.refresh_from_db()
    assert owner.phone == ""


def test_the_theme_is_kept(inside, owner):
    assert inside.post("/conta/tema/", {"theme": "dark"}).status_code == 204
    owner.refresh_from_db()
    assert owner.theme == "dark"
    assert 'data-theme-choice="dark"' in inside.get("/conta/").content.decode()


def test_an_unknown_theme_is_refused(inside, owner):
    assert inside.post("/conta/tema/", {"theme": "rosa"}).status_code == 400


def test_the_address_changes_by_the_link_sent_to_the_new_one(inside, owner):
    ask_change(inside)
    owner.refresh_from_db()
    assert owner.email == "dona@nitro.example"
    assert "Aguardando a confirmação" in inside.get("/conta/").content.decode()
    page = open_change(inside)
    assert User.objects.get().email == "dona@nitro.example", "mail scanners open links"
    inside.post(page.request["PATH_INFO"])
    owner.refresh_from_db()
    assert (owner.email, owner.new_email) == (NEW, "")


def test_the_present_address_is_warned_of_a_change(inside):
    ask_change(inside)
    [warning] = [letter for letter in mail.outbox if letter.to == ["dona@nitro.example"]]
    assert warning.subject == "Pedido de troca de e-mail"
    assert NEW not in warning.body


def test_the_link_of_a_change_asks_whoever_is_out_to_sign_in(inside, other_browser):
    ask_change(inside)
    page = open_change(other_browser)
    assert page.redirect_chain[-1][0] == "/entrar/?next=/conta/email/confirmar/"
    answer = other_browser.post(
        "/entrar/", {"email": "dona@nitro.example", "password": PASSWORD, "next": "/conta/email/confirmar/"}
    )
    other_browser.post(answer["Location"])
    assert User.objects.get().email == NEW


def test_the_link_of_a_change_is_nobody_elses(inside, other_browser):
    stranger, _ = make_buyer("estranho@nitro.example")
    ask_change(inside)
    other_browser.force_login(stranger)
    open_change(other_browser)
    other_browser.post("/conta/email/confirmar/")
    stranger.refresh_from_db()
    assert stranger.email == "estranho@nitro.example"


def test_the_link_to_one_address_does_not_confirm_another(inside, owner):
    ask_change(inside)
    User.objects.update(new_email="golpista@golpe.example")
    page = open_change(inside)
    inside.post(page.request["PATH_INFO"])
    owner.refresh_from_db()
    assert owner.email == "dona@nitro.example"


def test_a_strangers_link_does_not_confirm_ones_own_change(inside, other_browser):
    stranger, _ = make_buyer("estranho@nitro.example", new_email="alheio@nitro.example")
    ask_change(inside)
    other_browser.force_login(stranger)
    open_change(other_browser)
    other_browser.post("/conta/email/confirmar/")
    stranger.refresh_from_db()
    assert stranger.email == "estranho@nitro.example"


def test_a_change_needs_the_present_password(inside, owner):
    page = ask_change(inside, password="errada")
    assert "A senha atual não confere." in page.content.decode()
    assert not AccountEmail.objects.exists()


def test_a_taken_address_gets_the_same_answer_and_its_owner_a_letter(inside, owner):
    make_user(NEW)
    answer = ask_change(inside)
    assert answer["Location"] == "/conta/"
    [letter] = [letter for letter in mail.outbox if letter.to == [NEW]]
    assert letter.subject == "Você já tem uma conta no Nitro"
    assert "Aguardando a confirmação" in inside.get("/conta/").content.decode()


def test_an_address_taken_before_the_confirmation_is_refused(inside, owner):
    ask_change(inside)
    make_user(NEW)
    page = open_change(inside)
    answer = inside.post(page.request["PATH_INFO"], follow=True)
    assert "Não foi possível usar este e-mail." in answer.content.decode()
    owner.refresh_from_db()
    assert owner.email == "dona@nitro.example"


def test_a_change_works_once(inside, owner):
    ask_change(inside)
    for _ in range(2):
        page = open_change(inside)
        inside.post(page.request["PATH_INFO"])
    owner.refresh_from_db()
    assert owner.email == NEW


def test_an_unconfirmed_buyer_is_told_how_to_confirm(browser):
    user, _ = make_buyer(confirmed=False)
    browser.force_login(user)
    assert "Confirme seu e-mail" in browser.get("/conta/").content.decode()
    assert "Enviar outro link" in browser.get("/confirmar-email/").content.decode()


def test_a_confirmed_buyer_is_told_so(inside):
    assert "E-mail confirmado" in inside.get("/confirmar-email/").content.decode()
