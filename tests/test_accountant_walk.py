"""An accountant takes on a company, issues a note by hand, cancels it and closes the month, in a browser.

Real processes, with the sandbox as the Receita and the authority. With NITRO_SCREENSHOTS=<folder> every step
is photographed (`make screenshots`); each photographed page is also looked at by `list_problems`.
"""

import io
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from core.documents import format_cnpj
from fiscal.documents.signing import SignatureStatus, verify
from fiscal.tests.test_pictures import text_of
from tests.support.accessibility import list_hidden_focus
from tests.support.browser import chromium, page_of
from tests.support.camera import Camera, sign_in
from tests.support.product import Product, running_product

pytestmark = [pytest.mark.browser, pytest.mark.processes]
WAIT_MS = 60_000
PASSWORD, WRONG_PASSWORD = "segredo", "outra"
DESCRIPTION = "Consulta e limpeza em novembro"


@pytest.fixture(scope="module")
def product(tmp_path_factory):
    with running_product(
        tmp_path_factory.mktemp("accountant"), name="accountant", certificates=True, past=True
    ) as product:
        yield product


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(product: Product, browser: Browser):
    with page_of(browser, width="desktop", scheme="light") as page:
        sign_in(page, product, "contador", "/notas/")
        yield page


def test_an_accountant_issues_cancels_and_closes(product: Product, page: Page, tmp_path: Path):
    dentist, taker = product.sandbox.world("dentista", "Porto Alegre - RS")["right"][:2]
    camera = Camera(page, "desktop-light")
    company = register_company(page, product, dentist, camera)
    upload_certificate(page, product, company, dentist, tmp_path, camera)
    fill_taxes(page)
    add_service(page, camera)
    expect(page.locator("main")).to_contain_text("Pronta para emitir notas")
    register_taker(page, product, taker)

    fill_note(page, product, company, taker, camera)
    issue_note(page, camera)
    check_downloads(page)
    cancel_note(page, camera)
    close_month(page, product, company, camera)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", ["desktop", "phone"])
def test_every_page_fits_and_is_for_everybody(product: Product, browser: Browser, width: str, scheme: str):
    with page_of(browser, width=width, scheme=scheme) as page:
        sign_in(page, product, "dono", "/notas/")
        camera = Camera(page, f"{width}-{scheme}")
        for path, name in list_pages(product):
            if name == "consulta-feita":
                look_up(page, product, LOOKED_UP)
            page.goto(f"{product.url}/notas/{path}")
            see = camera.take if name in PHOTOGRAPHED and camera.suffix in PHOTOGRAPHED_AS else camera.look
            see(f"notas-{name}")


@pytest.mark.parametrize(
    "path", ["", "emitidas/", "emitidas/nova/", "empresas/", "fechamento/", "tomadores/"]
)
def test_the_focus_is_seen_wherever_the_tab_key_leads(page: Page, product: Product, path: str):
    page.goto(f"{product.url}/notas/{path}")
    assert list_hidden_focus(page) == []


PHOTOGRAPHED = {
    *("painel", "emitidas", "emitir", "nota", "substituir", "empresas", "empresa", "empresa-fiscal"),
    *("empresa-bloqueada", "certificados", "tomadores", "tomador", "consulta-feita", "fechamento", "equipe"),
}
PHOTOGRAPHED_AS = {"desktop-light", "phone-dark"}  # the others are looked at, without a picture
LOOKED_UP = "99461806000144"
SAMPLES = """
SELECT request.company_id, (SELECT max(id) FROM nfse_company
  WHERE id NOT IN (SELECT company_id FROM nfse_certificate)), request.id, request.service_id,
  request.taker_id, (SELECT min(id) FROM nfse_authorizedphone)
FROM nfse_invoicerequest request JOIN nfse_invoice ON request_id = request.id
WHERE request.state = 'issued' ORDER BY request.id DESC LIMIT 1
"""


def list_pages(product: Product) -> list[tuple[str, str]]:
    """The pages of Notas for the tour, with the demo's rows."""
    ready, blocked, note, service, taker, phone = product.sql(SAMPLES).split("|")
    tabs = ("fiscal", "tomadores", "telefones", "certificados", "notas", "historico")
    return [
        ("", "painel"),
        ("avisos/?todos=1", "avisos"),
        ("emitidas/", "emitidas"),
        ("emitidas/?situacao=emitidas&ambiente=staging", "emitidas-filtradas"),
        ("emitidas/nova/", "emitir"),
        (f"emitidas/{note}/", "nota"),
        (f"emitidas/{note}/substituir/", "substituir"),
        ("empresas/", "empresas"),
        (f"empresas/{ready}/", "empresa"),
        *((f"empresas/{ready}/?aba={tab}", f"empresa-{tab}") for tab in tabs),
        (f"empresas/{blocked}/", "empresa-bloqueada"),
        (f"empresas/{ready}/editar/", "empresa-editar"),
        (f"empresas/{ready}/fiscal/", "perfil-fiscal"),
        (f"empresas/{ready}/certificado/", "certificado"),
        (f"empresas/{ready}/ambiente/", "ambiente"),
        (f"servicos/{service}/", "servico"),
        (f"servicos/{service}/testar/", "servico-teste"),
        (f"empresas/{ready}/telefones/novo/", "telefone-novo"),
        (f"telefones/{phone}/", "telefone"),
        ("certificados/", "certificados"),
        ("tomadores/", "tomadores"),
        ("tomadores/novo/", "tomador-novo"),
        (f"tomadores/{taker}/", "tomador"),
        (f"tomadores/{taker}/unir/", "tomador-unir"),
        ("consulta/", "consulta"),
        (f"consulta/?cnpj={LOOKED_UP}", "consulta-feita"),
        ("fechamento/", "fechamento"),
        ("sessoes/", "conversas"),
        ("uso-de-ia/", "uso-de-ia"),
        ("simulador/", "simulador"),
        ("equipe/", "equipe"),
        ("configuracoes/", "configuracoes"),
        ("historico/", "historico"),
    ]


# --- The company -------------------------------------------------------------------------------------
def register_company(page: Page, product: Product, cnpj: str, camera: Camera) -> str:
    """Fill by the Receita after a wrong digit; return the address of the company's page."""
    page.goto(f"{product.url}/notas/empresas/nova/")
    page.get_by_label("CNPJ ou CPF").fill(cnpj[:-1] + str((int(cnpj[-1]) + 1) % 10))
    page.get_by_label("Nome fantasia").fill("Dentista da Praça")
    press(page, "Cadastrar empresa")
    expect(page.get_by_role("alert").first).to_contain_text("CNPJ")
    expect(page.get_by_label("Nome fantasia")).to_have_value("Dentista da Praça")
    camera.take("notas-empresa-recusada")

    page.get_by_label("CNPJ ou CPF").fill(cnpj)
    expect(page.get_by_label("Razão social")).not_to_have_value("", timeout=WAIT_MS)
    expect(page.get_by_text("Informe a razão social.")).to_be_hidden()
    page.get_by_label("Regime tributário").select_option("simples")
    page.get_by_label("Emissor", exact=True).select_option("national")
    expect(page.get_by_role("combobox", name="Cidade")).to_have_value("Porto Alegre - RS")
    camera.take("notas-empresa-nova")
    press(page, "Cadastrar empresa")
    page.wait_for_url(re.compile(r"/notas/empresas/\d+/"))
    camera.take("notas-empresa-bloqueada")
    return re.match(r".*/notas/empresas/\d+/", page.url)[0]


def upload_certificate(
    page: Page, product: Product, company: str, cnpj: str, folder: Path, camera: Camera
) -> None:
    file = folder / "certificado.pfx"
    file.write_bytes(product.sandbox.make_pfx(cnpj, "DENTISTA DA PRACA", PASSWORD))
    page.goto(f"{company}certificado/")
    page.get_by_label("Arquivo do certificado").set_input_files(file)
    page.get_by_label("Senha do certificado").fill(WRONG_PASSWORD)
    press(page, "Enviar certificado")
    expect(page.locator("#recusa")).to_contain_text("senha")
    assert page.get_by_label("Arquivo do certificado").evaluate("input => input.files.length") == 1
    camera.take("notas-certificado-recusado")
    page.get_by_label("Senha do certificado").fill(PASSWORD)
    press(page, "Enviar certificado")
    page.wait_for_url(lambda url: "/certificado/" not in url)
    page.goto(company)


def fill_taxes(page: Page) -> None:
    page.goto(f"{page.url.split('?')[0]}fiscal/")
    page.get_by_label("Apuração no Simples Nacional").select_option("1")
    page.get_by_label("Percentual do Simples (%)").fill("6,00")
    press(page, "Salvar perfil fiscal")
    page.wait_for_url(lambda url: "/fiscal/" not in url)


def add_service(page: Page, camera: Camera) -> None:
    company = page.url.split("?")[0]
    page.goto(f"{company}servicos/novo/")
    page.get_by_label("Apelido").fill("Consulta")
    page.get_by_role("combobox", name="Código de tributação nacional").fill("odontologia")
    expect(page.get_by_role("option").first).to_be_visible()
    camera.take("notas-servico")
    # By keyboard alone.
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_label("Cidade do prestador").check()
    press(page, "Cadastrar serviço")
    page.wait_for_url(lambda url: "/servicos/" not in url)
    camera.take("notas-empresa-fiscal")
    page.goto(company)


def register_taker(page: Page, product: Product, cnpj: str) -> None:
    page.goto(f"{product.url}/notas/tomadores/novo/")
    page.get_by_label("CNPJ ou CPF").fill(cnpj)
    expect(page.get_by_label("Nome ou razão social")).not_to_have_value("", timeout=WAIT_MS)
    page.get_by_label("Apelido").fill("Padaria da esquina")
    press(page, "Cadastrar tomador")
    page.wait_for_url(re.compile(r"/notas/tomadores/\d+/"))


def look_up(page: Page, product: Product, cnpj: str) -> None:
    page.goto(f"{product.url}/notas/consulta/")
    page.get_by_label("CNPJ", exact=True).fill(format_cnpj(cnpj))
    press(page, "Consultar")
    page.wait_for_url(f"**/notas/consulta/?cnpj={cnpj}")
    expect(page.get_by_text("Situação", exact=True)).to_be_visible(timeout=WAIT_MS)


# --- The note ----------------------------------------------------------------------------------------
def fill_note(page: Page, product: Product, company: str, taker: str, camera: Camera) -> None:
    page.goto(f"{product.url}/notas/emitidas/nova/?empresa={company.rstrip('/').rsplit('/', 1)[1]}")
    page.get_by_role("combobox", name="Tomador").fill("Padaria da esquina")
    page.get_by_role("option", name=format_cnpj(taker)).click()
    page.get_by_label("Descrição do serviço").fill(DESCRIPTION)
    for amount, said in (("10,555", "duas casas"), ("0,00", "maior que zero")):
        page.get_by_label("Valor do serviço (R$)").fill(amount)
        press(page, "Conferir nota")
        expect(page.locator("main")).to_contain_text(said)
        expect(page.get_by_label("Valor do serviço (R$)")).to_have_value(amount)
        expect(page.get_by_label("Descrição do serviço")).to_have_value(DESCRIPTION)
        camera.take(f"notas-valor-{said.split()[-1]}")
    page.get_by_label("Valor do serviço (R$)").fill("1.234,56")
    expect(page.locator("#espelho")).to_contain_text("R$ 1.234,56")
    expect(page.locator("#espelho")).to_contain_text(DESCRIPTION)
    camera.take("notas-espelho")


def issue_note(page: Page, camera: Camera) -> None:
    page.get_by_role("button", name="Emitir nota de teste").click()
    page.wait_for_url(re.compile(r"/notas/emitidas/\d+/$"))
    camera.take("notas-nota-a-caminho")
    expect(page.locator("#nota")).to_contain_text("Emitida", timeout=WAIT_MS)
    expect(page.get_by_role("link", name="Baixar PDF")).to_be_visible(timeout=WAIT_MS)
    camera.take("notas-nota-emitida")


def check_downloads(page: Page) -> None:
    xml = download(page, page.get_by_role("link", name="XML", exact=True))
    assert f"<xDescServ>{DESCRIPTION}</xDescServ>".encode() in xml
    assert verify(xml).status == SignatureStatus.VALID
    pdf = download(page, page.get_by_role("link", name="Baixar PDF"))
    assert pdf.startswith(b"%PDF")
    assert "SEM VALIDADE JURÍDICA" in text_of(pdf)


def cancel_note(page: Page, camera: Camera) -> None:
    page.get_by_role("button", name="Ações").click()
    page.get_by_role("button", name="Cancelar nota").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Ações").click()
    page.get_by_role("button", name="Cancelar nota").click()
    dialog.get_by_label("Motivo", exact=True).select_option("1")
    dialog.get_by_label("Explique").fill("Valor digitado errado na nota")
    camera.take("notas-cancelar")
    dialog.get_by_role("button", name="Cancelar nota").click()
    expect(page.locator("#nota")).to_contain_text("Cancelada", timeout=WAIT_MS)
    camera.take("notas-nota-cancelada")


def close_month(page: Page, product: Product, company: str, camera: Camera) -> None:
    """Test notes are of no month: the demo's companies of production have the notes that count.

    The demo asks for the closing of last month; it is made again here.
    """
    page.goto(f"{product.url}/notas/fechamento/")
    camera.take("notas-fechamento")
    press(page, "Gerar")
    ready = page.get_by_role("link", name="Baixar").first
    expect(ready).to_be_visible(timeout=WAIT_MS)
    camera.take("notas-fechamento-pronto")
    with zipfile.ZipFile(io.BytesIO(download(page, ready))) as archive:
        names = archive.namelist()
    assert any(name.endswith(".xlsx") for name in names)
    assert any(name.endswith(".xml") for name in names)


# --- Small things ------------------------------------------------------------------------------------
def press(page: Page, label: str) -> None:
    page.locator("main").get_by_role("button", name=label).first.click()


def download(page: Page, link: Locator) -> bytes:
    with page.expect_download(timeout=WAIT_MS) as started:
        link.click()
    return Path(started.value.path()).read_bytes()
