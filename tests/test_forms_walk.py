"""Forms in a browser: two tabs, a session that ends while somebody types, masks, pages on paper.

Real processes. With NITRO_SCREENSHOTS=<folder> what matters is photographed (`make screenshots`).
"""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import chromium, page_of
from tests.support.camera import Camera, sign_in
from tests.support.product import Product, running_product

pytestmark = [pytest.mark.browser, pytest.mark.processes]
WIDTHS = pytest.mark.parametrize(("width", "scheme"), [("desktop", "light"), ("phone", "dark")])
DESCRIPTION = "Consulta que quase se perdeu"
A4_WIDTH = 703  # CSS pixels between margins of 12 mm


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    home = tmp_path_factory.mktemp("forms")
    with running_product(home, name="forms", workers=False, certificates=True) as product:
        yield product


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(product: Product, browser: Browser, width: str, scheme: str):
    with page_of(browser, width=width, scheme=scheme, answers=(401, 404, 422)) as page:
        sign_in(page, product, "contador", "/notas/")
        yield page


@pytest.fixture
def camera(page: Page, width: str, scheme: str) -> Camera:
    return Camera(page, f"{width}-{scheme}")


def end_sessions(product: Product) -> None:
    product.sql("DELETE FROM django_session")


def sign_in_again(page: Page, product: Product, who: str = "contador") -> None:
    """Fill in the page of sign-in to which an ended session leads."""
    shown = product.manage("seed_demo", "--show")
    email, password = re.search(rf"\b{who}\s+(\S+@\S+)\s+senha\s+(\S+)", shown).groups()
    page.get_by_label("E-mail").fill(email)
    page.locator("input[type=password]").fill(password)
    page.get_by_role("button", name="Entrar", exact=True).click()


def press(page: Page, label: str) -> None:
    page.locator("main").get_by_role("button", name=label).first.click()


# --- Two tabs -------------------------------------------------------------------------------------------
@WIDTHS
def test_the_older_of_two_tabs_is_told_what_changed_and_saves_over_it(
    page: Page, camera: Camera, product: Product
):
    taker = product.sql("SELECT min(id) FROM nfse_taker WHERE merged_into_id IS NULL")
    address = f"{product.url}/notas/tomadores/{taker}/editar/"
    page.goto(address)
    other = page.context.new_page()
    other.goto(address)
    other.get_by_label("Apelido").fill("Da outra aba")
    press(other, "Salvar tomador")
    other.wait_for_url(re.compile(rf"/tomadores/{taker}/$"))
    other.close()

    page.get_by_label("Apelido").fill("Desta aba")
    press(page, "Salvar tomador")
    clash = page.locator(".clash")
    expect(clash).to_contain_text("Mudou depois que você abriu esta página")
    for said in ("Apelido", "Da outra aba", "Desta aba", "Você, em outra página"):
        expect(clash).to_contain_text(said)
    expect(page.get_by_label("Apelido")).to_have_value("Desta aba")
    camera.take("notas-outra-aba")
    press(page, "Salvar o meu por cima")
    page.wait_for_url(re.compile(rf"/tomadores/{taker}/$"))
    expect(page.locator("main")).to_contain_text("Desta aba")


# --- On a phone -----------------------------------------------------------------------------------------
LONG_FORMS = {
    "empresa": ("empresas/nova/", "CNPJ ou CPF", "11.222.333/0001-80"),
    "fiscal": ("empresas/{company}/fiscal/", "Limite por nota (R$)", "muito"),
    "servico": ("empresas/{company}/servicos/novo/", "Código de tributação nacional", "nada"),
    "tomador": ("tomadores/novo/", "CNPJ ou CPF", "529.982.247-24"),
    "emitir": ("emitidas/nova/", "Valor do serviço (R$)", "12,3456"),
}
"""Where each form is, one of its fields, and what it does not take."""

COVERED = """() => {
  const fields = document.querySelectorAll("main form :is(input:not([type=hidden]), select, textarea)");
  return [...fields].filter((field) => field.checkVisibility() && !field.disabled).filter((field) => {
    field.focus();
    const box = field.getBoundingClientRect();
    const above = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height / 2, 20));
    return !above || !(above === field || above.contains(field) || field.labels[0]?.contains(above));
  }).map((field) => field.name);
}"""


@pytest.mark.parametrize(("width", "scheme"), [("phone", "light"), ("phone", "dark")])
@pytest.mark.parametrize("name", LONG_FORMS)
def test_a_long_form_is_filled_in_and_refused_on_a_phone(
    page: Page, camera: Camera, product: Product, name: str
):
    address, label, wrong = LONG_FORMS[name]
    company = product.sql("SELECT min(id) FROM nfse_company")
    page.goto(f"{product.url}/notas/{address.format(company=company)}")
    camera.take(f"formulario-{name}")
    assert page.evaluate(COVERED) == [], "the button that stays in sight covers a field"
    page.get_by_label(label, exact=True).first.fill(wrong)
    page.locator(":is(.main-action, .issue-check) [type=submit]:visible").first.click()

    error = page.locator("main .field-error:visible").first
    expect(error).to_be_visible()
    camera.take(f"formulario-{name}-recusado")
    assert page.evaluate(COVERED) == []
    page.reload()
    expect(page.get_by_label(label, exact=True).first).to_have_value(wrong)
    expect(page.locator("main")).to_contain_text("Recuperamos o que você")


# --- The session ends -----------------------------------------------------------------------------------
@pytest.mark.parametrize(("width", "scheme"), [("desktop", "light")])
def test_a_note_that_was_being_typed_comes_back_after_sign_in(page: Page, camera: Camera, product: Product):
    page.goto(f"{product.url}/notas/emitidas/nova/")
    page.get_by_label("Valor do serviço (R$)").fill("1.234,56")
    end_sessions(product)
    page.get_by_label("Descrição do serviço").fill(DESCRIPTION)

    page.wait_for_url("**/entrar/**")
    expect(page.locator("main")).to_contain_text("Sua sessão terminou")
    expect(page.locator("main")).to_contain_text("está guardado")
    camera.take("entrar-de-novo")
    sign_in_again(page, product)
    page.wait_for_url("**/notas/emitidas/nova/**")
    expect(page.get_by_label("Descrição do serviço")).to_have_value(DESCRIPTION)
    expect(page.get_by_label("Valor do serviço (R$)")).to_have_value("1.234,56")
    camera.take("notas-emitir-recuperada")


@pytest.mark.parametrize(("width", "scheme"), [("desktop", "light")])
def test_signing_out_erases_what_the_browser_keeps(page: Page, product: Product):
    page.goto(f"{product.url}/notas/emitidas/nova/")
    page.get_by_label("Descrição do serviço").fill(DESCRIPTION)
    drafts = "Object.keys(localStorage).filter((key) => key.startsWith('nitro-draft'))"
    page.wait_for_function(f"{drafts}.length > 0")
    other = page.context.new_page()
    other.goto(page.url)

    page.get_by_role("button", name=re.compile("Menu de")).click()
    page.get_by_role("button", name="Sair").click()
    page.wait_for_url(f"{product.url}/")

    assert page.evaluate(drafts) == []
    other.get_by_label("Descrição do serviço").fill("Digitado depois, em outra aba")
    assert page.evaluate(drafts) == []


# --- A taker looked up beside the field -----------------------------------------------------------------
@pytest.mark.parametrize(("width", "scheme"), [("desktop", "light")])
def test_a_late_answer_about_a_cnpj_changes_nothing_that_was_typed_meanwhile(page: Page, product: Product):
    cnpj = product.sql("SELECT min(cnpj) FROM nfse_taker WHERE cnpj <> '' AND merged_into_id IS NULL")
    page.goto(f"{product.url}/notas/emitidas/nova/")
    taker, found = page.get_by_label("Tomador", exact=True), page.locator("#tomador-novo")
    asked, held = re.compile(r"/emitidas/novo-tomador/$"), []
    page.route(asked, lambda route: held.append(route))
    with page.expect_request(asked):
        taker.fill(cnpj)
    taker.fill("Padaria da esquina")
    with page.expect_response(asked):
        held.pop().continue_()
    page.evaluate("() => new Promise((done) => setTimeout(done, 300))")  # the answer is in the page by now

    expect(taker).to_have_value("Padaria da esquina")
    expect(page.locator("[name=taker_id]")).to_have_value("")
    expect(found).to_be_empty()

    page.unroute_all()
    taker.fill(cnpj)
    expect(found).to_contain_text("escolhido para esta nota")
    expect(page.locator("[name=taker_id]")).not_to_have_value("")


# --- Documents with their points ------------------------------------------------------------------------
@pytest.mark.parametrize(("width", "scheme"), [("desktop", "light")])
def test_documents_get_their_points_while_they_are_typed(page: Page, product: Product):
    page.goto(f"{product.url}/notas/empresas/nova/")
    document = page.get_by_label("CNPJ ou CPF")
    for typed, written in [
        ("5299", "529.9"),
        ("52998224725", "529.982.247-25"),
        ("11222333000181", "11.222.333/0001-81"),
        ("12abc34501de35", "12.ABC.345/01DE-35"),
        ("1122233300018199", "11.222.333/0001-8199"),
        ("11222333000181x", "11.222.333/0001-81x"),
    ]:
        document.fill("")
        document.press_sequentially(typed)
        expect(document).to_have_value(written)


@pytest.mark.parametrize(("width", "scheme"), [("desktop", "light")])
def test_the_caret_stays_where_a_document_is_mended(page: Page, product: Product):
    page.goto(f"{product.url}/notas/empresas/nova/")
    document = page.get_by_label("CNPJ ou CPF")
    document.press_sequentially("11222333000181")
    for _ in range(6):
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Backspace")
    page.keyboard.type("9")
    expect(document).to_have_value("11.222.333/9001-81")


@pytest.mark.parametrize(("width", "scheme"), [("desktop", "light")])
@pytest.mark.parametrize(
    ("pasted", "written"),
    [
        ("11222333000181", "11.222.333/0001-81"),
        ("CNPJ: 12.ABC.345/01DE-35 (matriz)", "12.ABC.345/01DE-35"),
        ("cpf 529.982.247-25", "529.982.247-25"),
    ],
)
def test_a_document_is_pasted_however_it_is_written(page: Page, product: Product, pasted: str, written: str):
    page.goto(f"{product.url}/notas/tomadores/novo/")
    page.get_by_label("Apelido").fill(pasted)
    page.get_by_label("Apelido").press("Control+A")
    page.get_by_label("Apelido").press("Control+X")
    page.get_by_label("CNPJ ou CPF").press("Control+V")
    expect(page.get_by_label("CNPJ ou CPF")).to_have_value(written)


# --- What went wrong ----------------------------------------------------------------------------------
@WIDTHS
def test_an_error_stays_in_the_portal(page: Page, camera: Camera, product: Product):
    answer = page.goto(f"{product.url}/notas/emitidas/nova/?rascunho=x&substituir=999999999")
    assert answer.status == 404
    expect(page.locator(".sidebar")).to_be_attached()
    expect(page.get_by_role("link", name="Ir para o painel")).to_be_visible()
    camera.take("notas-erro")


# --- On paper -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("width", "scheme"), [("desktop", "dark")])
@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("emitidas/", "emitidas"),
        ("tomadores/", "tomadores"),
        ("emitidas/{note}/", "nota"),
        ("empresas/", "empresas"),
    ],
)
def test_a_page_of_notas_prints_what_it_says_and_nothing_to_press(
    page: Page, product: Product, path: str, name: str
):
    note = product.sql("SELECT max(id) FROM nfse_invoicerequest")
    assert page.goto(f"{product.url}/notas/{path.format(note=note)}").status == 200
    look_at_paper(page, f"papel-{name}")


@pytest.mark.parametrize(("width", "scheme"), [("desktop", "dark")])
def test_the_statement_prints_too(browser: Browser, product: Product, width: str, scheme: str):
    with page_of(browser, width=width, scheme=scheme) as page:
        sign_in(page, product, "comprador", "/leads/")
        page.goto(f"{product.url}/creditos/extrato/")
        assert page.locator(".paper-only:visible").count() == 0
        look_at_paper(page, "papel-extrato")


def look_at_paper(page: Page, name: str) -> None:
    page.emulate_media(media="print")
    page.set_viewport_size({"width": A4_WIDTH, "height": 994})
    for pressed in (".sidebar", ".topbar", "main .btn", "main .pagination", "main .filters"):
        assert page.locator(f"{pressed}:visible").count() == 0, pressed
    assert page.locator("main h1").is_visible()
    assert page.locator("main .paper-end").is_visible(), "when it was printed, and by whom"
    assert page.evaluate("getComputedStyle(document.querySelector('main h1')).color") == "rgb(0, 0, 0)"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    too_wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(too_wide) <= 0, "runs over the edge of the paper"
    if table := page.locator("main table thead").first:
        assert table.count() == 0 or table.is_visible(), "a table stays a table"
    if folder := os.environ.get("NITRO_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
        page.pdf(path=Path(folder) / f"{name}.pdf", prefer_css_page_size=True)
