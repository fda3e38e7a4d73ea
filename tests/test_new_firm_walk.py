"""A new accounting firm goes from nothing to an issued test note on one page, in at most twelve clicks.

Real processes, with the sandbox as the Receita and the authority. Every press of a button or link, every
choice in a select and every chosen file is a click; typing and the keys that end it are not.
"""

import re
import time
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browser import chromium, page_of
from tests.support.camera import Camera
from tests.support.product import Product, running_product

pytestmark = [pytest.mark.browser, pytest.mark.processes]
WAIT_MS = 60_000
MOST_CLICKS = 12
PASSWORD = "uma-senha-das-boas-7"
EMAIL = "nova@contabilidade.example"


class Hand:
    """Who clicks, and how often."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0

    def press(self, target: Locator) -> None:
        self.clicks += 1
        target.click()

    def check(self, label: re.Pattern[str]) -> None:
        self.clicks += 1
        self.page.get_by_label(label).check()

    def choose(self, label: str, value: str) -> None:
        self.clicks += 1
        self.page.get_by_label(label).select_option(value)

    def choose_file(self, label: str, file: Path) -> None:
        self.clicks += 1
        self.page.get_by_label(label).set_input_files(file)

    def open_letter(self, url: str) -> None:
        self.clicks += 1
        self.page.goto(url)

    def submit(self, name: str) -> None:
        self.press(self.page.locator("main").get_by_role("button", name=name, exact=True))


def test_a_new_firm_issues_a_test_note_in_twelve_clicks(tmp_path: Path):
    with (
        running_product(tmp_path, name="newfirm") as product,
        chromium() as browser,
        page_of(browser, width="desktop", scheme="light") as page,
    ):
        walk(page, product, tmp_path)


def walk(page: Page, product: Product, folder: Path) -> None:
    firm, company = product.sandbox.world("contador", "Porto Alegre - RS")["right"][:2]
    hand, camera = Hand(page), Camera(page, "desktop-light")
    register(page, hand, product, firm)
    confirm(page, hand, product)
    page.wait_for_url("**/notas/comecar/")
    camera.take("notas-comecar")
    add_company(page, hand, company)
    send_certificate(page, hand, product, company, folder)
    hand.choose("Apuração no Simples Nacional", "1")
    page.get_by_label("Percentual do Simples (%)").fill("6,00")
    hand.submit("Salvar impostos")
    add_service(page, hand)
    expect(page.locator("#espelho")).to_contain_text("R$ 1,00", timeout=WAIT_MS)
    camera.take("notas-comecar-nota")
    hand.submit("Emitir nota de teste")
    expect(page.locator("#nota")).to_contain_text("Emitida", timeout=WAIT_MS)
    assert hand.clicks <= MOST_CLICKS, f"{hand.clicks} clicks"


def register(page: Page, hand: Hand, product: Product, cnpj: str) -> None:
    page.goto(f"{product.url}/notas/cadastro/")
    page.get_by_label("CNPJ").fill(cnpj)
    page.get_by_label("CNPJ").press("Tab")
    expect(page.get_by_label("Razão social")).not_to_have_value("", timeout=WAIT_MS)
    page.get_by_label("Seu nome").fill("Nádia Nova")
    page.get_by_label("E-mail").fill(EMAIL)
    page.locator("input[type=password]").fill(PASSWORD)
    hand.check(re.compile("termos", re.IGNORECASE))
    hand.submit("Cadastrar contabilidade")
    page.wait_for_url("**/notas/cadastro/pronto/")


def confirm(page: Page, hand: Hand, product: Product) -> None:
    hand.open_letter(find_link(product))
    hand.submit("Confirmar meu e-mail")


def find_link(product: Product) -> str:
    """The link of the confirmation letter, which a worker writes and sends."""
    deadline = time.monotonic() + WAIT_MS / 1000
    while time.monotonic() < deadline:
        for file in sorted((product.home / "mail").glob("*.log"), reverse=True):
            letter = message_from_bytes(file.read_bytes(), policy=policy.default)
            text = letter.get_body(("plain",)).get_content()
            if letter["To"] == EMAIL and (found := re.search(r"https?://\S+/confirmar\S*", text)):
                return found[0]
        time.sleep(0.2)
    raise AssertionError("no letter came")


def add_company(page: Page, hand: Hand, cnpj: str) -> None:
    page.get_by_label("CNPJ ou CPF").fill(cnpj)
    expect(page.get_by_text("campos preenchidos com os dados da Receita")).to_be_visible(timeout=WAIT_MS)
    hand.choose("Regime tributário", "simples")
    hand.submit("Continuar")


def send_certificate(page: Page, hand: Hand, product: Product, cnpj: str, folder: Path) -> None:
    file = folder / "a1.pfx"
    file.write_bytes(product.sandbox.make_pfx(cnpj, "EMPRESA NOVA", "segredo"))
    hand.choose_file("Arquivo do certificado", file)
    page.get_by_label("Senha do certificado").fill("segredo")
    hand.submit("Enviar certificado")


def add_service(page: Page, hand: Hand) -> None:
    page.get_by_role("combobox", name="Código de tributação nacional").fill("contador")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Enter")
    page.get_by_label("Apelido").fill("Contabilidade mensal")
    hand.submit("Salvar serviço")
