"""The buyer's pages in Chromium: strict CSP, both themes and widths, keyboard, polling (PRODUCT §6)."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connections
from playwright.sync_api import expect

from leads.services.delivery import deliver_leads
from leads.services.running import finish_search
from leads.tests.factories import make_companies, make_niche, make_search
from registry.tests.factories import make_city
from tests.support.browser import chromium, page_of, sideways_scroll

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]

AXE = (Path(django_settings.BASE_DIR) / "node_modules/axe-core/axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COUNT_POLLS = """() => {
    if (window.polls === undefined) document.addEventListener("poll", () => { window.polls += 1; });
    window.polls = 0;
}"""
SMALL_TARGETS = """() => [...document.querySelectorAll("a, button, input, select, summary")]
    .filter((element) => {
        const box = element.getBoundingClientRect();
        const inText = getComputedStyle(element).display === "inline";
        const hidden = element.closest(".visually-hidden, .skip-link, [aria-hidden=true]");
        const small = box.width && box.height && box.height < 44 && element.type !== "checkbox";
        return small && !inText && !hidden;
    })
    .map((element) => element.outerHTML.slice(0, 120))"""


@pytest.fixture
def static_by_name(settings):
    """The live server finds static files by their own names, collected or not."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture
def running(account):
    """A running search for 40 companies, 3 of them delivered. Rows are made before the browser opens."""
    make_city()
    make_niche("Dentista")
    search = make_search(account, quantity=40, found_count=9, checked_count=8)
    deliver(search.pk, 3)
    return search


@pytest.fixture
def session(client, user):
    client.force_login(user)
    return client.cookies["sessionid"].value


@pytest.fixture
def open_page(live_server, static_by_name, running, session):
    """Open a signed-in page. While the browser is open, its event loop occupies this thread: `meanwhile`."""
    with ExitStack() as stack:
        browser = stack.enter_context(chromium())

        def open_page(path="/leads/", *, width="desktop", scheme="light", own_clock=False):
            page = stack.enter_context(page_of(browser, width=width, scheme=scheme))
            page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
            if own_clock:
                page.clock.install()
            page.goto(f"{live_server.url}{path}")
            return page

        yield open_page


def deliver(search_id, count, *, start=1):
    companies = make_companies(count, start=start)
    deliver_leads(search_id=search_id, company_ids=[company.pk for company in companies])


def meanwhile(work, *args, **kwargs):
    """Do database work in a thread of its own."""

    def run():
        try:
            return work(*args, **kwargs)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as other:
        return other.submit(run).result()


# --- Every page ------------------------------------------------------------------------------------
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", ["desktop", "phone"])
def test_every_page_fits_can_be_touched_and_is_accessible(open_page, live_server, running, width, scheme):
    """`page_of` fails on any complaint of the console, a refused script or style included."""
    page = open_page(width=width, scheme=scheme)
    problems = []
    for path in ("/", "/leads/", "/leads/buscas/", f"/leads/buscas/{running.pk}/", "/leads/base/", "/conta/"):
        page.goto(f"{live_server.url}{path}")
        page.wait_for_load_state("networkidle")
        assert page.locator("html").get_attribute("data-bs-theme") == scheme
        problems += [f"{path}: {problem}" for problem in problems_of(page, width)]
    assert problems == []


def problems_of(page, width):
    if sideways_scroll(page) > 0:
        yield "scrolls sideways"
    if width == "phone":
        yield from page.evaluate(SMALL_TARGETS)
    page.evaluate(AXE)
    found = page.evaluate("(rules) => axe.run({ runOnly: rules })", RULES)
    for violation in found["violations"]:
        yield f"{violation['id']}: {violation['nodes'][0]['html'][:120]}"


# --- The search form -------------------------------------------------------------------------------
def test_a_city_is_chosen_with_the_keyboard(open_page):
    page = open_page()
    city = page.get_by_role("combobox", name="Cidade")
    city.press_sequentially("santa")
    expect(page.get_by_role("option")).to_have_text(["Santa Maria - RS"])
    city.press("ArrowDown")
    expect(page.get_by_role("option")).to_have_attribute("aria-selected", "true")
    city.press("Enter")
    expect(city).to_have_value("Santa Maria - RS")
    expect(city).to_have_attribute("aria-expanded", "false")
    assert page.locator("[name=city_code]").input_value() == "4316907"


def test_escape_closes_the_list_and_keeps_the_words(open_page):
    page = open_page()
    niche = page.get_by_role("combobox", name="Nicho")
    niche.press_sequentially("dent")
    expect(page.get_by_role("option")).to_have_count(1)
    niche.press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    expect(niche).to_have_value("dent")


def test_changing_the_words_forgets_the_chosen_city(open_page):
    page = open_page()
    city = page.get_by_role("combobox", name="Cidade")
    city.press_sequentially("santa")
    page.get_by_role("option").click()
    city.press_sequentially("x")
    assert page.locator("[name=city_code]").input_value() == ""


def test_the_price_follows_the_quantity(open_page):
    page = open_page()
    quantity = page.get_by_role("spinbutton", name="Quantidade")
    quantity.fill("1")
    expect(page.get_by_role("button", name="Buscar até 1 empresa (até 1 crédito)")).to_be_visible()
    expect(page.get_by_text("Saldo depois: a partir de 96 créditos.")).to_be_visible()
    quantity.fill("500")
    expect(page.get_by_text("dá para buscar até 97 empresas.")).to_be_visible()


def test_a_free_niche_starts_a_search_with_enter_alone(open_page):
    page = open_page()
    page.get_by_role("combobox", name="Nicho").press_sequentially("conserto de guarda-chuva")
    expect(page.get_by_text("Nicho novo: vamos procurar assim mesmo.")).to_be_visible()
    city = page.get_by_role("combobox", name="Cidade")
    city.press_sequentially("santa maria")
    expect(page.get_by_role("option")).to_have_count(1)
    city.press("Enter")
    city.press("Enter")
    page.wait_for_url("**/leads/buscas/*/")
    expect(page.locator("h1")).to_have_text("Conserto de guarda-chuva em Santa Maria - RS")


# --- Progress --------------------------------------------------------------------------------------
def test_rows_and_balance_arrive_by_themselves_and_stop_at_the_end(open_page, running):
    page = open_page(f"/leads/buscas/{running.pk}/", own_clock=True)
    expect(page.locator("#empresas tbody tr")).to_have_count(3)

    meanwhile(deliver, running.pk, 2, start=4)
    page.clock.run_for(4_000)
    expect(page.locator("#empresas tbody tr")).to_have_count(5)
    expect(page.locator("#saldo")).to_contain_text("95")
    assert page.locator("#busca progress").get_attribute("value") == "5"

    meanwhile(finish_search, search_id=running.pk, reason="provider")
    page.clock.run_for(4_000)
    expect(page.locator("#busca")).to_contain_text("O buscador ficou fora do ar.")
    expect(page.locator("#acao-exportar")).to_be_visible()
    assert count_polls(page, 30_000) == 0


def test_a_waiting_page_asks_every_three_seconds_then_every_ten(open_page, running):
    page = open_page(f"/leads/buscas/{running.pk}/", own_clock=True)
    assert 17 <= count_polls(page, 60_000) <= 20
    assert 5 <= count_polls(page, 60_000) <= 7


def test_a_hidden_tab_asks_nothing(open_page, running):
    page = open_page(f"/leads/buscas/{running.pk}/", own_clock=True)
    page.evaluate("Object.defineProperty(document, 'hidden', { get: () => true })")
    assert count_polls(page, 60_000) == 0


def count_polls(page, milliseconds):
    """How often the page decides to ask while its own clock runs."""
    page.evaluate(COUNT_POLLS)
    page.clock.run_for(milliseconds)
    return page.evaluate("window.polls")


# --- Theme and menu --------------------------------------------------------------------------------
def test_the_chosen_theme_is_there_before_the_page_is(open_page):
    page = open_page()
    page.get_by_role("button", name="Menu de").click()
    with page.expect_response("**/conta/tema/"):
        page.get_by_role("button", name="Escuro").click()
    page.context.add_init_script(
        "document.addEventListener('DOMContentLoaded', () => {"
        " window.firstTheme = document.documentElement.dataset.bsTheme; }, { once: true, capture: true });"
    )
    page.reload()
    assert page.evaluate("window.firstTheme") == "dark"
    assert page.locator("html").get_attribute("data-theme-choice") == "dark"


def test_the_folded_menu_stays_folded(open_page):
    page = open_page()
    page.get_by_role("button", name="Recolher menu").click()
    page.reload()
    assert page.locator("html").get_attribute("data-sidebar") == "folded"
    expect(page.get_by_role("link", name="Minha base").first).to_be_visible()


def test_the_first_tab_leads_past_the_menu(open_page):
    page = open_page()
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Pular para o conteúdo")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_a_dialog_closes_with_escape(open_page, running):
    page = open_page(f"/leads/buscas/{running.pk}/")
    page.locator("#acao-cancelar").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
