"""Buying in a real browser: choose, pay on Stripe's page, come back, see the credits."""

import re
import threading
import time
from contextlib import contextmanager

import pytest
from django.db import connection
from playwright.sync_api import expect

from accounts.tests.factories import make_buyer
from credits.tests.orders import stripe_url
from queue_worker.tests.support import run_due
from tests.support.accessibility import list_problems
from tests.support.browser import chromium, page_of, sideways_scroll

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


@contextmanager
def working():
    """A worker of this process, for as long as the browser walks."""
    stopped = threading.Event()

    def work():
        try:
            while not stopped.is_set():
                run_due()
                time.sleep(0.05)
        finally:
            connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        yield
    finally:
        stopped.set()
        worker.join(20)


@pytest.fixture
def shop(live_server, sandbox, settings, client):
    """The running product beside its Stripe, and the cookie of a signed-in buyer."""
    settings.SITE_URL = live_server.url
    sandbox.deliver_stripe_to(stripe_url(live_server), settings.STRIPE_WEBHOOK_SECRET)
    user, _account = make_buyer()
    client.force_login(user)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    with working():
        yield live_server.url, cookie


@contextmanager
def walk(shop, *, width="desktop", scheme="light"):
    url, cookie = shop
    with chromium() as browser, page_of(browser, width=width, scheme=scheme) as page:
        page.context.add_cookies([cookie])
        page.goto(f"{url}/creditos/")
        yield page


def test_500_credits_with_a_card(shop):
    with walk(shop) as page:
        expect(page.get_by_text("Mais escolhido")).to_be_visible()
        page.get_by_role("button", name="Comprar 500 créditos").click()

        page.wait_for_url("**/stripe/c/pay/**")
        expect(page.get_by_text("R$ 150,00")).to_be_visible()
        page.get_by_role("button", name="Usar um cartão recusado").click()
        expect(page.get_by_role("alert")).to_contain_text("recusado")
        page.get_by_role("button", name="Pagar com Cartão").click()

        page.wait_for_url("**/creditos/pedidos/*/")
        expect(page.get_by_text("500 créditos na sua conta")).to_be_visible(timeout=20_000)
        expect(page.locator("#saldo")).to_contain_text("500")
        expect(page.locator(".receipt")).to_contain_text("R$ 150,00")
        assert list_problems(page) == []

        page.get_by_role("link", name="Extrato").click()
        expect(page.locator(".statement")).to_contain_text("Compra de 500 créditos")


def test_a_boleto_is_settled_later_and_disputed_afterwards(shop, sandbox):
    with walk(shop, width="phone", scheme="dark") as page:
        page.get_by_role("textbox", name="Créditos").fill("750")
        expect(page.locator("#preco")).to_contain_text("R$ 217,50")
        assert sideways_scroll(page) <= 0
        page.get_by_role("button", name="Comprar esta quantidade").click()

        page.wait_for_url("**/stripe/c/pay/**")
        page.get_by_role("button", name="Pagar com Boleto").click()

        page.wait_for_url("**/creditos/pedidos/*/")
        expect(page.get_by_text("Falta pagar o boleto")).to_be_visible(timeout=20_000)
        assert sideways_scroll(page) <= 0
        with page.expect_popup() as opened:
            page.get_by_role("link", name="Abrir o boleto").click()
        opened.value.get_by_role("button", name="Pagar agora").click()

        expect(page.get_by_text("750 créditos na sua conta")).to_be_visible(timeout=20_000)
        sandbox.payment(sandbox.stripe()["intents"][0]["id"], "dispute")
        expect_after_reload(page, "Este pagamento foi contestado")


def test_who_goes_back_finds_the_order_kept(shop):
    with walk(shop) as page:
        page.get_by_role("button", name="Comprar 250 créditos").click()
        page.wait_for_url("**/stripe/c/pay/**")
        page.get_by_role("button", name="Voltar sem pagar").click()

        page.wait_for_url(re.compile(r"/creditos/\?pedido="))
        expect(page.get_by_text("Seu pedido está guardado")).to_be_visible()
        page.get_by_role("link", name="Continuar o pagamento").click()
        expect(page.get_by_role("link", name="Ir para o pagamento")).to_be_visible()
        page.get_by_role("link", name="Ir para o pagamento").click()
        page.wait_for_url("**/stripe/c/pay/**")


def expect_after_reload(page, text):
    """A state that nobody watches any more shows when the page is opened again."""
    for _ in range(20):
        page.reload()
        if page.get_by_text(text).count():
            return
        page.wait_for_timeout(500)
    expect(page.get_by_text(text)).to_be_visible()
