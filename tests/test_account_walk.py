"""A stranger signs up and a buyer forgets the password: in a browser, by the letters of a running product."""

import email
import re
import time
from email import policy

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import chromium, page_of, sideways_scroll
from tests.support.product import Product, running_product

pytestmark = [pytest.mark.browser, pytest.mark.processes]
LETTER_SECONDS = 30
WEAK, STRONG = "brasil2024", "um cavalo correto grampeia"


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    with running_product(tmp_path_factory.mktemp("accounts"), name="accounts") as product:
        yield product


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


def letters(product: Product) -> list[tuple[str, str]]:
    """Address and text of every letter so far, newest first."""
    files = sorted((product.home / "mail").glob("*.log"), reverse=True)
    parsed = [email.message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
    return [(letter["To"], letter.get_body(("plain",)).get_content()) for letter in parsed]


def link_to(product: Product, address: str) -> str:
    """The link in the newest letter to this address; waits for the queue to send it."""
    deadline = time.monotonic() + LETTER_SECONDS
    while time.monotonic() < deadline:
        for to, text in letters(product):
            if to == address:
                return re.search(rf"{product.url}\S+", text)[0]
        time.sleep(0.2)
    raise AssertionError(f"no letter within {LETTER_SECONDS} s\n{product.log('io')[-3000:]}")


def press(page: Page, label: str) -> None:
    page.locator("main").get_by_role("button", name=label).click()


def test_a_stranger_signs_up_and_confirms(product, browser):
    with page_of(browser, width="desktop", scheme="light") as page:
        page.goto(f"{product.url}/criar-conta/")
        page.get_by_label("Seu nome").fill("João da Silva")
        page.get_by_label("E-mail").fill("joao@demo.example")
        page.get_by_label("Senha", exact=True).fill(WEAK)
        strength = page.locator(".password-strength-text")
        expect(strength).to_contain_text("Fraca")
        page.get_by_label("Senha", exact=True).fill(STRONG)
        expect(strength).to_have_text("Forte")
        page.get_by_label("Li e aceito os termos de uso").check()
        press(page, "Criar conta")
        expect(page.get_by_role("heading", name="Confira seu e-mail")).to_be_visible()

        page.goto(link_to(product, "joao@demo.example"))
        assert page.url == f"{product.url}/confirmar-email/link/"
        press(page, "Confirmar meu e-mail")
        expect(page).to_have_url(f"{product.url}/leads/")


def test_a_buyer_forgets_the_password_on_the_phone(product, browser):
    with page_of(browser, width="phone", scheme="dark") as page:
        page.goto(f"{product.url}/entrar/")
        page.get_by_role("link", name="Esqueci minha senha").click()
        page.get_by_label("E-mail").fill("comprador@demo.example")
        press(page, "Enviar link")

        page.goto(link_to(product, "comprador@demo.example"))
        assert sideways_scroll(page) == 0
        page.get_by_label("Nova senha", exact=True).fill(STRONG)
        press(page, "Salvar e entrar")
        expect(page).to_have_url(f"{product.url}/leads/")


def test_no_token_and_no_address_of_a_letter_is_logged(product):
    log = product.log("web") + product.log("io")
    tokens = [
        token for _, text in letters(product) for token in re.findall(r"/(?:link|nova/\w+)/(\S+)/", text)
    ]
    assert len(tokens) == 2
    assert [word for word in (*tokens, "joao@demo", "comprador@demo") if word in log] == []
