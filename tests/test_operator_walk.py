"""The morning after an outage, seen by a buyer and by an operator, until it is over.

Real processes. SEFIN answers 503 and the account at Serper is empty while the demo's first notes go out and a
search is made: no job fails, and yet nothing comes out, so that the operator's first page must say it (O14).
"""

import time

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browser import chromium, page_of
from tests.support.camera import Camera, sign_in
from tests.support.product import Product, running_product
from tests.test_newcomer_walk import ask

pytestmark = [pytest.mark.browser, pytest.mark.processes]
WAIT_MS = 90_000
OVER_SECONDS = 180
SEFIN, SERPER = "sefin: não responde", "serper: recusa a nossa conta"
DOUBTS, SEARCHES = "Notas em dúvida", "Buscas que um provedor interrompeu"
NICHE, CITY = "pet shop", "Santa Maria - RS"


def test_an_outage_is_told_to_who_waits_and_to_who_can_act_until_it_is_over(tmp_path):
    with (
        running_product(tmp_path, name="outage", certificates=True, workers=False) as product,
        chromium() as browser,
    ):
        start_in_an_outage(product)
        with page_of(browser, width="desktop", scheme="light") as page:
            search = search_in_vain(page, product)
        with page_of(browser, width="desktop", scheme="light") as page:
            follow_every_line(page, product)
            product.sandbox.heal()
            wait_until_over(page, product)
        with page_of(browser, width="desktop", scheme="light") as page:
            search_again(page, product, search)
            search_for_what_is_not_there(page, product)


def start_in_an_outage(product: Product) -> None:
    """The workers begin when the outage is there; the notes of the demo wait for them."""
    product.sandbox.fail("sefin", "status", status=503)
    product.sandbox.fail("serper", "status", status=400, message="Not enough credits")
    product.environment["NFSE_WAIT_SCALE"] = "0.05"  # a doubt is asked about within seconds
    product.start_worker("io")
    product.start("beat", "celery", "-A", "config", "beat", "-s", str(product.home / "beat"))


# --- Who waits -----------------------------------------------------------------------------------------
def search_in_vain(page: Page, product: Product) -> str:
    """Return the address of the search that found no provider."""
    camera = Camera(page, "desktop-light")
    sign_in(page, product, "comprador", "/leads/")
    ask(page, niche=NICHE, city=CITY, quantity=5, camera=camera)
    expect(page.locator("main")).to_contain_text("O buscador ficou fora do ar", timeout=WAIT_MS)
    text = page.locator("main").inner_text()
    assert "Nada foi cobrado" in text
    assert "Parcial" not in text
    camera.take("busca-sem-buscador")
    return page.url


def search_again(page: Page, product: Product, search: str) -> None:
    """What failed is asked for again from its own page, and comes."""
    sign_in(page, product, "comprador", "/leads/")
    page.goto(search)
    page.locator("#acao-repetir").click()
    page.locator("#repetir button[type=submit]").click()
    expect(page.locator("#empresas tbody tr").first).to_be_visible(timeout=WAIT_MS)


def search_for_what_is_not_there(page: Page, product: Product) -> None:
    """Nobody flies taxis in the town: said at once, with where to look instead, and nothing is charged."""
    camera = Camera(page, "desktop-light")
    page.goto(f"{product.url}/leads/")
    ask(page, niche="táxi aéreo", city=CITY, quantity=5, camera=camera)
    expect(page.locator("main")).to_contain_text("Não encontramos empresas confirmadas", timeout=WAIT_MS)
    text = page.locator("main").inner_text()
    for words in ("Nada foi cobrado", "Cidades vizinhas"):
        assert words in text
    assert "Parcial" not in text
    camera.take("busca-vazia")


# --- Who can act ---------------------------------------------------------------------------------------
def follow_every_line(page: Page, product: Product) -> None:
    sign_in(page, product, "operador", "/operacao/")
    for line in (SEFIN, SERPER, DOUBTS, SEARCHES):
        row = wait_for_line(page, product, line)
        assert int(row.get_by_role("cell").nth(1).inner_text()) >= 1, line
        assert "há " in row.get_by_role("cell").nth(2).inner_text(), line
    Camera(page, "desktop-light").take("operacao-queda")
    for line in (SEFIN, SERPER, DOUBTS, SEARCHES):
        page.goto(f"{product.url}/operacao/")
        with page.expect_navigation() as led:
            row_of(page, line).get_by_role("link").click()
        assert led.value.status == 200, line
        assert page.url != f"{product.url}/operacao/", line
    page.goto(f"{product.url}/operacao/")
    row_of(page, DOUBTS).get_by_role("link").click()
    page.locator("main tbody a").first.click()
    expect(page.locator("main")).to_contain_text("503")


def wait_until_over(page: Page, product: Product) -> None:
    """The doubts end without anybody's help, and so does their line."""
    deadline = time.monotonic() + OVER_SECONDS
    while time.monotonic() < deadline:
        page.goto(f"{product.url}/operacao/")
        if not row_of(page, DOUBTS).count() and not row_of(page, SEFIN).count():
            return
        page.wait_for_timeout(2000)
    pytest.fail(f"still there: {page.locator('main').inner_text()[:500]}")


def wait_for_line(page: Page, product: Product, line: str) -> Locator:
    deadline = time.monotonic() + WAIT_MS / 1000
    while not row_of(page, line).count() and time.monotonic() < deadline:
        page.wait_for_timeout(1000)
        page.goto(f"{product.url}/operacao/")
    expect(row_of(page, line)).to_be_visible()
    return row_of(page, line)


def row_of(page: Page, line: str) -> Locator:
    return page.locator("main").get_by_role("row").filter(has_text=line)
