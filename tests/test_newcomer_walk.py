"""A newcomer signs in as the demo buyer, searches, watches, pays exactly for what arrives, and downloads it.

With NITRO_SCREENSHOTS=<folder> every step is photographed (`make screenshots`).
"""

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import chromium, page_of
from tests.support.camera import Camera, sign_in
from tests.support.product import Product, running_product

pytestmark = [pytest.mark.browser, pytest.mark.processes]

ASKED = 8
SEARCH_MS = 60_000


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    with running_product(tmp_path_factory.mktemp("newcomer"), name="newcomer") as product:
        yield product


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", ["desktop", "phone"])
def test_a_newcomer_finds_pays_and_downloads_leads(
    product: Product, browser: Browser, width: str, scheme: str, tmp_path: Path
):
    with page_of(browser, width=width, scheme=scheme) as page:
        camera = Camera(page, f"{width}-{scheme}")
        page.goto(product.url)
        camera.take("home")
        sign_in(page, product, "comprador", "/leads/")
        before = shown_balance(page)
        camera.take("painel")

        ask(page, niche="pet shop", city="Santa Maria - RS", quantity=ASKED, camera=camera)
        expect(page.locator("#busca progress")).to_be_visible()
        camera.take("busca-andamento")
        page.reload()
        expect(page.locator("#acao-exportar")).to_be_visible(timeout=SEARCH_MS)
        camera.take("busca")

        shown = page.locator("#empresas tbody tr").count()
        assert shown == ASKED
        with page.expect_download() as download:
            page.locator("#acao-exportar").click()
        assert len(downloaded(download.value.path())) == shown

        page.goto(f"{product.url}/leads/")
        assert shown_balance(page) == before - shown
        for path, name in OTHER_PAGES:
            page.goto(f"{product.url}{path}")
            camera.take(name)
        open_first_company(page, product)
        camera.take("empresa")

    assert product.sql("SELECT count(*) FROM leads_search WHERE status NOT IN ('completed')") == "0"
    product.manage("check_ledger")


def test_every_answer_of_the_walk_is_logged_without_personal_data(product: Product):
    logs = product.log("web") + product.log("io")
    assert "comprador@demo.example" not in logs
    assert re.search(r"\b\d{3}\.\d{3}\.\d{3}-\d{2}\b", logs) is None


OTHER_PAGES = [
    ("/leads/buscas/", "buscas"),
    ("/leads/base/", "base"),
    ("/creditos/extrato/", "extrato"),
    ("/conta/", "conta"),
]


def ask(page: Page, *, niche: str, city: str, quantity: int, camera: Camera) -> None:
    page.get_by_role("combobox", name="Nicho").fill(niche)
    page.get_by_role("option").first.click()
    page.get_by_role("combobox", name="Cidade").fill(city.split(" - ")[0])
    expect(page.get_by_role("option", name=city)).to_be_visible()
    camera.take("cidades")
    page.get_by_role("option", name=city).click()
    page.get_by_role("spinbutton", name="Quantidade").fill(str(quantity))
    page.get_by_role("button", name=f"Buscar até {quantity} empresas (até {quantity} créditos)").click()
    page.wait_for_url("**/leads/buscas/*/")


def shown_balance(page: Page) -> int:
    return int(page.locator("#numeros .stat-value").first.inner_text())


def downloaded(path: Path) -> list[list[str]]:
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(content.decode("utf-8-sig").splitlines(), delimiter=";"))[1:]


def open_first_company(page: Page, product: Product) -> None:
    page.goto(f"{product.url}/leads/base/")
    page.locator("tbody a.cell-main").first.click()
    page.wait_for_url("**/leads/empresas/*/")
